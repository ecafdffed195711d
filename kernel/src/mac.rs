//! HMAC-SHA256 of identifiers of one length, with both pads compressed once for a key and every padding laid out once.

use sha2::block_api::compress256;

#[cfg(target_arch = "x86_64")]
use crate::pair;

const INITIAL: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const BLOCK: usize = 64;
/// Longest message that fits one block with its padding.
pub const LONGEST: usize = BLOCK - 9;
/// An identifier where it is worked on: its digits, then zeros.
pub type Id = [u8; 16];

/// What every message of a key has in common.
pub struct Frame {
    pub inner: [u32; 8],
    pub outer: [u32; 8],
    /// Of each sixteen bytes of the message, as four big-endian words: what is the same in all messages …
    pub fixed: [[u8; 16]; 4],
    /// … and which byte of the identifier goes where; 0x80 for none.
    pub place: [[u8; 16]; 4],
}

pub struct Mac {
    frame: Frame,
    message: [u8; BLOCK],
    start: usize,
    tail: usize,
    paired: bool,
}

impl Mac {
    /// For messages of `label` and `tail` more bytes. `key` is at most a block long (ours are 64 hex characters).
    pub fn new(key: &[u8], label: &[u8], tail: usize) -> Option<Self> {
        if key.len() > BLOCK || tail > 16 || label.len() + tail > LONGEST {
            return None;
        }
        let start = label.len();
        let mut message = laid_out(start + tail);
        message[..start].copy_from_slice(label);
        let (mut fixed, mut place) = ([[0u8; 16]; 4], [[0x80u8; 16]; 4]);
        for (at, byte) in message.iter().enumerate() {
            let (block, within) = (at / 16, (at % 16) ^ 3); // the words of a message are big-endian
            if (start..start + tail).contains(&at) {
                place[block][within] = (at - start) as u8;
            } else {
                fixed[block][within] = *byte;
            }
        }
        let frame = Frame { inner: padded(key, 0x36), outer: padded(key, 0x5c), fixed, place };
        #[cfg(target_arch = "x86_64")]
        let paired = pair::here();
        #[cfg(not(target_arch = "x86_64"))]
        let paired = false;
        Some(Self { frame, message, start, tail, paired })
    }

    /// The first half of the HMAC of each identifier, of which a pseudonym is made, in hex.
    #[inline]
    pub fn halves(&self, ids: &[Id; 2]) -> [[u8; 32]; 2] {
        #[cfg(target_arch = "x86_64")]
        if self.paired {
            // SAFETY: the processor has what the function asks for.
            return unsafe { pair::halves(&self.frame, ids) };
        }
        debug_assert!(!self.paired);
        [self.half(&ids[0]), self.half(&ids[1])]
    }

    /// The same without the processor's own instructions for it.
    fn half(&self, id: &Id) -> [u8; 32] {
        let mut message = self.message;
        message[self.start..self.start + self.tail].copy_from_slice(&id[..self.tail]);
        let mut state = self.frame.inner;
        compress256(&mut state, &[message]);
        let mut digest = laid_out(32);
        for (place, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
            *place = word.to_be_bytes();
        }
        state = self.frame.outer;
        compress256(&mut state, &[digest]);
        let mut text = [0u8; 32];
        for (place, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(state.iter().flat_map(|word| word.to_be_bytes())) {
            *place = [b"0123456789abcdef"[usize::from(byte >> 4)], b"0123456789abcdef"[usize::from(byte & 15)]];
        }
        text
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
