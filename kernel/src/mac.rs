//! HMAC-SHA256 of messages of one length, with both pads compressed once for a key and every padding laid out once.

use sha2::block_api::compress256;

use crate::pair;

const INITIAL: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const BLOCK: usize = 64;
/// Longest message that fits one block with its padding.
pub const LONGEST: usize = BLOCK - 9;

#[derive(Clone)]
pub struct Mac {
    inner: [u32; 8],
    outer: [u32; 8],
    message: [[u8; BLOCK]; 2],
    digest: [[u8; BLOCK]; 2],
    start: usize,
}

impl Mac {
    /// For messages of `label` and `tail` more bytes. `key` is at most a block long (ours are 64 hex characters).
    pub fn new(key: &[u8], label: &[u8], tail: usize) -> Option<Self> {
        if key.len() > BLOCK || label.len() + tail > LONGEST {
            return None;
        }
        let mut message = laid_out(label.len() + tail);
        message[..label.len()].copy_from_slice(label);
        let (inner, outer) = (padded(key, 0x36), padded(key, 0x5c));
        Some(Self { inner, outer, message: [message; 2], digest: [laid_out(32); 2], start: label.len() })
    }

    /// The first 16 bytes of the HMAC of each message, of which a pseudonym is made. A tail has the promised length.
    #[inline]
    pub fn halves(&mut self, tails: [&[u8]; 2]) -> [[u8; 16]; 2] {
        for (message, tail) in self.message.iter_mut().zip(tails) {
            message[self.start..self.start + tail.len()].copy_from_slice(tail);
        }
        let mut states = [self.inner; 2];
        pair::compress(&mut states, &self.message);
        for (digest, state) in self.digest.iter_mut().zip(states) {
            for (place, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
                *place = word.to_be_bytes();
            }
        }
        states = [self.outer; 2];
        pair::compress(&mut states, &self.digest);
        states.map(|state| {
            let mut half = [0u8; 16];
            for (place, word) in half.as_chunks_mut::<4>().0.iter_mut().zip(state) {
                *place = word.to_be_bytes();
            }
            half
        })
    }
}

/// A block with the padding of a message of this length that follows one block.
fn laid_out(length: usize) -> [u8; BLOCK] {
    let mut block = [0u8; BLOCK];
    block[length] = 0x80;
    block[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK + length) as u64).to_be_bytes());
    block
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
