//! Two SHA-256 blocks at once: each of SHA-NI's rounds waits for the one before, so a second message fills its pauses.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// FIPS 180-4, 4.2.2.
#[rustfmt::skip]
const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// Compress a block into each state.
#[inline]
pub fn compress(states: &mut [[u32; 8]; 2], blocks: &[[u8; 64]; 2]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1") {
        // SAFETY: the processor has what the function asks for.
        unsafe { interleaved(states, blocks) };
        return;
    }
    for (state, block) in states.iter_mut().zip(blocks) {
        sha2::block_api::compress256(state, std::slice::from_ref(block));
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
unsafe fn interleaved(states: &mut [[u32; 8]; 2], blocks: &[[u8; 64]; 2]) {
    // SAFETY: every load and store is of 16 bytes within an array of 64, or of 32.
    unsafe {
        let swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
        let word = |lane: usize, at: usize| {
            _mm_shuffle_epi8(_mm_loadu_si128(blocks[lane].as_ptr().add(16 * at).cast()), swap)
        };
        let mut w = [[word(0, 0), word(0, 1), word(0, 2), word(0, 3)], [word(1, 0), word(1, 1), word(1, 2), word(1, 3)]];
        let half = |state: &[u32; 8], at: usize| {
            _mm_set_epi32(state[at] as i32, state[at + 1] as i32, state[at + 4] as i32, state[at + 5] as i32)
        };
        let (mut abef, mut cdgh) =
            ([half(&states[0], 0), half(&states[1], 0)], [half(&states[0], 2), half(&states[1], 2)]);
        let (abef_before, cdgh_before) = (abef, cdgh);
        for turn in 0..4 {
            for i in 0..4 {
                let k = _mm_loadu_si128(K.as_ptr().add(16 * turn + 4 * i).cast());
                for lane in 0..2 {
                    let added = _mm_add_epi32(w[lane][i], k);
                    cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], added);
                    abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], _mm_shuffle_epi32(added, 0x0e));
                    if turn < 3 {
                        let (next, last) = (w[lane][(i + 1) % 4], w[lane][(i + 3) % 4]);
                        let moved = _mm_alignr_epi8(last, w[lane][(i + 2) % 4], 4);
                        let sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[lane][i], next), moved);
                        w[lane][i] = _mm_sha256msg2_epu32(sum, last);
                    }
                }
            }
        }
        for lane in 0..2 {
            let (mut x, mut y) = ([0u32; 4], [0u32; 4]);
            _mm_storeu_si128(x.as_mut_ptr().cast(), _mm_add_epi32(abef[lane], abef_before[lane]));
            _mm_storeu_si128(y.as_mut_ptr().cast(), _mm_add_epi32(cdgh[lane], cdgh_before[lane]));
            states[lane] = [x[3], x[2], y[3], y[2], x[1], x[0], y[1], y[0]];
        }
    }
}
