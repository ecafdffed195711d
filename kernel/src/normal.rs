//! The common part of normalisation: a written identifier to its digits, or why it has none.
//!
//! The law is `khlang.pseudonym.normalise`. A text with any character that offices do not usually type is `Odd`:
//! the caller asks the law about it.

use crate::mac::Id;

/// What an identifier type asks of its digits.
pub struct Form {
    pub digits: usize,
    /// Bit n: first digit n is allowed. `None`: a house code, which has neither class nor check digit.
    pub classes: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Reason {
    Missing = 0,
    BadFormat = 1,
    BadCheck = 2,
    Placeholder = 3,
    ClassNotAllowed = 4,
    Odd = 255,
}

/// Longest text that any form can come of: thirteen digits and four dots. One more tells that it is longer.
const KEPT: usize = 18;
const PRINTED: usize = 17;

/// Normalise `raw` into `id`, of which `form.digits` bytes are then set.
pub fn normalise(raw: &[u8], form: &Form, id: &mut Id) -> Result<(), Reason> {
    if raw.len() == form.digits && raw.iter().all(u8::is_ascii_digit) {
        id[..form.digits].copy_from_slice(raw);
    } else {
        let mut kept = [0u8; KEPT];
        let count = clean(raw, &mut kept).ok_or(Reason::Odd)?;
        if count == 0 {
            return Err(Reason::Missing);
        }
        copy_digits(&kept[..count], form.digits, id)?;
    }
    judge(&id[..form.digits], form)
}

/// Drop what may stand between digits; the count kept, or `None` where a character is not a usual one.
fn clean(raw: &[u8], kept: &mut [u8; KEPT]) -> Option<usize> {
    let mut count = 0;
    let mut rest = raw.strip_prefix(b"'").unwrap_or(raw);
    while let Some((&first, tail)) = rest.split_first() {
        let (letter, width) = match (first, tail) {
            (b'0'..=b'9' | b'.', _) => (Some(first), 1),
            (b' ' | b'-', _) => (None, 1),
            (0xE0, [0xB9, last @ 0x90..=0x99, ..]) => (Some(b'0' + (last - 0x90)), 3),
            (0xC2, [0xA0, ..]) => (None, 2),
            (0xE2, [0x80, 0x8B..=0x8D, ..]) | (0xEF, [0xBB, 0xBF, ..]) => (None, 3),
            _ => return None,
        };
        if let Some(letter) = letter {
            kept[count.min(KEPT - 1)] = letter;
            count = (count + 1).min(KEPT);
        }
        rest = &rest[width..];
    }
    Some(count)
}

fn copy_digits(kept: &[u8], digits: usize, id: &mut Id) -> Result<(), Reason> {
    let dotted = |at: usize| matches!(at, 1 | 6 | 12 | 15);
    let printed = kept.len() == PRINTED && kept.iter().enumerate().all(|(at, c)| (*c == b'.') == dotted(at));
    let wanted = if printed { digits + 4 } else { digits };
    if kept.len() != wanted || (!printed && kept.contains(&b'.')) {
        return Err(Reason::BadFormat);
    }
    for (place, digit) in id.iter_mut().zip(kept.iter().filter(|c| **c != b'.')) {
        *place = *digit;
    }
    Ok(())
}

fn judge(id: &[u8], form: &Form) -> Result<(), Reason> {
    let Some(classes) = form.classes else {
        return if id.iter().all(|d| *d == id[0]) { Err(Reason::Placeholder) } else { Ok(()) };
    };
    if classes & (1 << (id[0] - b'0')) == 0 {
        return Err(Reason::ClassNotAllowed);
    }
    let weighted: u32 = id[..12].iter().zip((2..=13u32).rev()).map(|(d, w)| u32::from(d - b'0') * w).sum();
    if (11 - weighted % 11) % 10 != u32::from(id[12] - b'0') {
        return Err(Reason::BadCheck);
    }
    // All equal, rising or falling by one with wrap: typed to fill a box.
    let step = (10 + id[1] - id[0]) % 10;
    let run = matches!(step, 0 | 1 | 9) && id[..12].windows(2).all(|pair| (10 + pair[1] - pair[0]) % 10 == step);
    if run { Err(Reason::Placeholder) } else { Ok(()) }
}
