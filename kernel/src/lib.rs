//! Seals a column of identifiers in one pass over its bytes. `khlang.fast` calls it where it is installed; the pure
//! library path of `khlang.pseudonym` gives the same bytes.

mod mac;
mod normal;
#[cfg(target_arch = "x86_64")]
mod pair;

use std::thread;

use arrow_array::{Array, ArrayRef, StringViewArray, UInt8Array};
use arrow_buffer::{BooleanBufferBuilder, Buffer, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field};
use mac::{Id, Mac};
use normal::{Form, Reason, normalise};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3_arrow::{PyArray, PyChunkedArray};
use std::sync::Arc;

/// Rows of one piece of work: its pseudonyms stay far below the 2 GiB that one Arrow buffer may hold.
const PIECE: usize = 1 << 16;
const SEALED: u8 = 254;

struct Job {
    mac: Mac,
    prefix: Vec<u8>,
    form: Form,
}

#[derive(Default)]
struct Piece {
    text: Vec<u8>,
    codes: Vec<u8>,
}

impl Job {
    fn run(&self, values: &StringViewArray) -> Piece {
        let mut piece = Piece { text: Vec::with_capacity(values.len() * self.width()), codes: Vec::new() };
        piece.codes.reserve_exact(values.len());
        let mut ids: [Id; 2] = [[0; 16]; 2];
        let mut waiting = 0;
        for row in 0..values.len() {
            let found = if values.is_null(row) {
                Err(Reason::Missing)
            } else {
                normalise(values.value(row).as_bytes(), &self.form, &mut ids[waiting])
            };
            piece.codes.push(found.map_or_else(|reason| reason as u8, |()| SEALED));
            if found.is_ok() {
                waiting += 1;
            }
            if waiting == 2 {
                self.write(&ids, 2, &mut piece.text);
                waiting = 0;
            }
        }
        self.write(&ids, waiting, &mut piece.text);
        piece
    }

    /// Append the pseudonyms of the first `count` identifiers; two cost hardly more than one.
    #[inline]
    fn write(&self, ids: &[Id; 2], count: usize, text: &mut Vec<u8>) {
        for half in self.mac.halves(ids).iter().take(count) {
            text.extend_from_slice(&self.prefix);
            text.extend_from_slice(half);
        }
    }

    fn width(&self) -> usize {
        self.prefix.len() + 32
    }
}

/// Work on the pieces with some threads; the answer does not depend on how many.
fn spread(job: &Job, pieces: &[StringViewArray], threads: usize) -> Vec<Piece> {
    let lane = |first: usize| pieces.iter().skip(first).step_by(threads).map(|piece| job.run(piece)).collect();
    let mut lanes: Vec<std::vec::IntoIter<Piece>> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|first| scope.spawn(move || lane(first))).collect();
        let own: Vec<Piece> = lane(0);
        let joined = others.into_iter().map(|other| other.join().unwrap_or_default());
        std::iter::once(own).chain(joined).map(IntoIterator::into_iter).collect()
    });
    (0..pieces.len()).filter_map(|at| lanes[at % threads].next()).collect()
}

fn assembled(pieces: Vec<Piece>, width: usize) -> (StringViewArray, UInt8Array) {
    let rows = pieces.iter().map(|piece| piece.codes.len()).sum();
    let (mut views, mut codes) = (Vec::<u128>::with_capacity(rows), Vec::<u8>::with_capacity(rows));
    let mut valid = BooleanBufferBuilder::new(rows);
    let mut buffers = Vec::new();
    for (number, piece) in pieces.into_iter().enumerate() {
        // Every pseudonym begins alike, and so does every view: length, first four bytes, buffer.
        let start = piece.text.first_chunk::<4>().map_or(0, |four| u32::from_le_bytes(*four));
        let alike = width as u128 | u128::from(start) << 32 | (number as u128) << 64;
        let view = |at: usize| alike | (at as u128) << 96;
        if piece.text.len() == piece.codes.len() * width {
            valid.append_n(piece.codes.len(), true);
            views.extend((0..piece.codes.len()).map(|row| view(row * width)));
        } else {
            let mut at = 0usize;
            for sealed in piece.codes.iter().map(|code| *code == SEALED) {
                valid.append(sealed);
                views.push(if sealed { view(at) } else { 0 });
                at += if sealed { width } else { 0 };
            }
        }
        codes.extend_from_slice(&piece.codes);
        buffers.push(Buffer::from_vec(piece.text));
    }
    let nulls = NullBuffer::new(valid.finish());
    // SAFETY: every view of a valid row spans `width` bytes of ASCII (a prefix that Python checked to be ASCII, and
    // hex digits) that lie whole in the buffer it names; the view of a null row is empty.
    let sealed = unsafe { StringViewArray::new_unchecked(ScalarBuffer::from(views), buffers, Some(nulls)) };
    (sealed, UInt8Array::from(codes))
}

fn pieces_of(values: &PyChunkedArray) -> PyResult<Vec<StringViewArray>> {
    let mut pieces = Vec::new();
    for chunk in values.chunks() {
        let Some(chunk) = chunk.as_any().downcast_ref::<StringViewArray>() else {
            return Err(PyTypeError::new_err("A column of Arrow string views is wanted."));
        };
        for start in (0..chunk.len()).step_by(PIECE) {
            pieces.push(chunk.slice(start, PIECE.min(chunk.len() - start)));
        }
    }
    Ok(pieces)
}

/// Seal a column: pseudonyms (null where there is none) and a code for each row.
///
/// A code is the place of the reason in `REASONS`, 254 for a sealed row, 255 for one that only the scalar law can
/// judge. `classes`: bit n allows first digit n; None is a house code.
#[pyfunction]
#[pyo3(signature = (values, *, key, label, prefix, digits, classes, threads))]
#[allow(clippy::too_many_arguments)]
fn seal(
    py: Python<'_>,
    values: PyChunkedArray,
    key: &[u8],
    label: &[u8],
    prefix: &str,
    digits: usize,
    classes: Option<u16>,
    threads: usize,
) -> PyResult<(PyArray, PyArray)> {
    let mac = Mac::new(key, label, digits)
        .ok_or_else(|| PyValueError::new_err("The key or the message is longer than a block."))?;
    let wanted = if classes.is_some() { 13..=13 } else { 1..=13 };
    if !wanted.contains(&digits) || prefix.len() < 4 || !prefix.is_ascii() {
        return Err(PyValueError::new_err("The form of the identifier is not one that is known."));
    }
    let job = Job { mac, prefix: prefix.into(), form: Form { digits, classes } };
    let pieces = pieces_of(&values)?;
    let (sealed, codes) =
        py.detach(|| assembled(spread(&job, &pieces, threads.clamp(1, 64)), job.width()));
    let array = |name: &str, kind: DataType, array: ArrayRef| PyArray::new(array, Arc::new(Field::new(name, kind, true)));
    Ok((
        array("s", DataType::Utf8View, Arc::new(sealed)),
        array("code", DataType::UInt8, Arc::new(codes)),
    ))
}

#[pymodule]
fn khlang_kernel(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(seal, module)?)
}
