//! HMAC-SHA256 of short messages, with both pads compressed once for a key.

use sha2::block_api::compress256;

const INITIAL: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const BLOCK: usize = 64;

pub struct Mac {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl Mac {
    /// `key` is at most a block long (ours are 64 hex characters).
    pub fn new(key: &[u8]) -> Option<Self> {
        (key.len() <= BLOCK).then(|| Self { inner: padded(key, 0x36), outer: padded(key, 0x5c) })
    }

    /// The first 16 bytes of the HMAC, of which a pseudonym is made.
    pub fn half(&self, message: &[u8]) -> [u8; 16] {
        let mut state = self.inner;
        absorb(&mut state, message);
        let mut digest = [0u8; 32];
        for (place, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
            *place = word.to_be_bytes();
        }
        state = self.outer;
        absorb(&mut state, &digest);
        let mut half = [0u8; 16];
        for (place, word) in half.as_chunks_mut::<4>().0.iter_mut().zip(state) {
            *place = word.to_be_bytes();
        }
        half
    }
}

fn padded(key: &[u8], byte: u8) -> [u32; 8] {
    let mut block = [byte; BLOCK];
    for (place, key) in block.iter_mut().zip(key) {
        *place ^= key;
    }
    let mut state = INITIAL;
    compress256(&mut state, &[block]);
    state
}

/// Compress a message and its padding behind one block that was compressed before.
fn absorb(state: &mut [u32; 8], message: &[u8]) {
    let (whole, rest) = message.as_chunks::<BLOCK>();
    compress256(state, whole);
    let mut last = [[0u8; BLOCK]; 2];
    last[0][..rest.len()].copy_from_slice(rest);
    last[0][rest.len()] = 0x80;
    let blocks = if rest.len() + 9 > BLOCK { 2 } else { 1 };
    let bits = 8 * (BLOCK + message.len()) as u64;
    last[blocks - 1][BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
    compress256(state, &last[..blocks]);
}
