//! Two HMACs at once, in registers from the identifier to the hex text.
//!
//! Each of SHA-NI's rounds waits for the one before, so a second message fills its pauses. Between the two hashes of an
//! HMAC nothing goes through memory: the inner state's words are the outer message's words.

use std::arch::x86_64::*;

use crate::mac::Frame;

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

/// A state as the instructions want it.
#[derive(Clone, Copy)]
struct State {
    abef: __m128i,
    cdgh: __m128i,
}

/// Whether this processor has what [`halves`] asks for.
pub fn here() -> bool {
    is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1")
}

/// The first half of the HMAC of each identifier in its frame, as 32 hex digits.
///
/// # Safety
/// [`here`] must have said yes.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
pub unsafe fn halves(frame: &Frame, ids: &[[u8; 16]; 2]) -> [[u8; 32]; 2] {
    // SAFETY: every load and store is of 16 bytes within an array of 16, of 32 or of 256.
    unsafe {
        let load = |bytes: &[u8; 16]| _mm_loadu_si128(bytes.as_ptr().cast());
        let (given, other) = (load(&ids[0]), load(&ids[1]));
        let word = |id: __m128i, at: usize| {
            _mm_or_si128(_mm_shuffle_epi8(id, load(&frame.place[at])), load(&frame.fixed[at]))
        };
        let message = |id: __m128i| [word(id, 0), word(id, 1), word(id, 2), word(id, 3)];
        let inner = rounds(state(&frame.inner), [message(given), message(other)]);
        let (after, length) = (_mm_set_epi32(0, 0, 0, i32::MIN), _mm_set_epi32(8 * (64 + 32), 0, 0, 0));
        let digest = |one: State| [first(one), second(one), after, length];
        let outer = rounds(state(&frame.outer), [digest(inner[0]), digest(inner[1])]);
        [hex(first(outer[0])), hex(first(outer[1]))]
    }
}

#[inline]
#[target_feature(enable = "sse2")]
fn state(words: &[u32; 8]) -> State {
    let half = |at: usize| {
        _mm_set_epi32(words[at] as i32, words[at + 1] as i32, words[at + 4] as i32, words[at + 5] as i32)
    };
    State { abef: half(0), cdgh: half(2) }
}

/// The words a, b, c, d of a state, as a message has them.
#[inline]
#[target_feature(enable = "sse2")]
fn first(one: State) -> __m128i {
    _mm_castps_si128(_mm_shuffle_ps::<0xBB>(_mm_castsi128_ps(one.abef), _mm_castsi128_ps(one.cdgh)))
}

/// The words e, f, g, h of a state, as a message has them.
#[inline]
#[target_feature(enable = "sse2")]
fn second(one: State) -> __m128i {
    _mm_castps_si128(_mm_shuffle_ps::<0x11>(_mm_castsi128_ps(one.abef), _mm_castsi128_ps(one.cdgh)))
}

/// Compress a block of each lane into the same state before.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
unsafe fn rounds(before: State, mut w: [[__m128i; 4]; 2]) -> [State; 2] {
    let mut lanes = [before; 2];
    for turn in 0..4 {
        for i in 0..4 {
            // SAFETY: four words from a place before the last four of 64.
            let k = unsafe { _mm_loadu_si128(K.as_ptr().add(16 * turn + 4 * i).cast()) };
            for (lane, w) in lanes.iter_mut().zip(&mut w) {
                let added = _mm_add_epi32(w[i], k);
                lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, added);
                lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32::<0x0E>(added));
                if turn < 3 {
                    let (next, last) = (w[(i + 1) % 4], w[(i + 3) % 4]);
                    let moved = _mm_alignr_epi8::<4>(last, w[(i + 2) % 4]);
                    w[i] = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w[i], next), moved), last);
                }
            }
        }
    }
    lanes.map(|lane| State {
        abef: _mm_add_epi32(lane.abef, before.abef),
        cdgh: _mm_add_epi32(lane.cdgh, before.cdgh),
    })
}

/// Sixteen bytes, given as four words, as hex digits.
#[inline]
#[target_feature(enable = "sse2,ssse3")]
fn hex(words: __m128i) -> [u8; 32] {
    let swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    let digits = _mm_set_epi64x(0x6665646362613938, 0x3736353433323130);
    let bytes = _mm_shuffle_epi8(words, swap);
    let low = _mm_set1_epi8(0x0f);
    let (high, low) = (_mm_and_si128(_mm_srli_epi16::<4>(bytes), low), _mm_and_si128(bytes, low));
    let (high, low) = (_mm_shuffle_epi8(digits, high), _mm_shuffle_epi8(digits, low));
    let mut text = [0u8; 32];
    // SAFETY: two stores of 16 bytes into 32.
    unsafe {
        _mm_storeu_si128(text.as_mut_ptr().cast(), _mm_unpacklo_epi8(high, low));
        _mm_storeu_si128(text.as_mut_ptr().add(16).cast(), _mm_unpackhi_epi8(high, low));
    }
    text
}
