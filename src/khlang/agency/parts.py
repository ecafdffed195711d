"""Sealed rows as parts: Parquet with the same bytes for the same rows, each encrypted to the month's recipient."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from khlang.errors import ContractError
from khlang.manifest import MAX_PART_BYTES

PART_ROWS = 500_000
PART_TEXT = 128 * 1024 * 1024  # bytes of text in a part's rows: wide rows make parts of fewer
_OVERHEAD = 1024 * 1024  # more than age adds to 128 MB


@dataclass(frozen=True)
class Inner:
    """One part before encryption."""

    rows: int
    data: bytes = field(repr=False)
    sha256: str


def size(rows: int, text_bytes: int) -> int:
    """Rows of a part; all parts but the last have as many."""
    most = max(1, min(PART_ROWS, PART_TEXT * rows // max(text_bytes, 1)))
    return -(-rows // -(-rows // most))


def cut(groups: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in frames of ``rows`` each, the last one shorter; each in one chunk of memory."""
    held: list[pl.DataFrame] = []
    count = 0
    for group in groups:
        held.append(group)
        count += group.height
        while count >= rows:
            whole = pl.concat(held, rechunk=True)
            yield whole.head(rows).rechunk()
            held, count = [whole.slice(rows)], count - rows
    if count:
        yield pl.concat(held, rechunk=True)


def inner(rows: pl.DataFrame) -> list[Inner]:
    """Write rows as Parquet (zstd): one part, or halves of halves where it would be over the limit."""
    part = _parquet(rows)
    if len(part.data) <= MAX_PART_BYTES - _OVERHEAD or rows.height == 1:
        return [part]
    half = rows.height // 2
    return inner(rows.head(half).rechunk()) + inner(rows.slice(half).rechunk())


def encrypt(data: bytes, recipient: str) -> bytes:
    """Encrypt with age (X25519); the outer bytes differ every time.

    Raises:
        ContractError: The recipient is no age key.
    """
    import pyrage

    try:
        key = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise ContractError(
            "กุญแจเข้ารหัสของงวดไม่ถูกต้อง / The month's encryption key is malformed.",
            "ขอไฟล์ตั้งค่าชุดใหม่จากผู้ดูแลกุญแจ / Ask the key authority for a new bundle.",
        ) from None
    sealed: bytes = pyrage.encrypt(data, [key])
    return sealed


def _parquet(rows: pl.DataFrame) -> Inner:
    buffer = io.BytesIO()
    # Statistics would keep the smallest and largest pseudonym in the file's footer, for nothing.
    rows.write_parquet(buffer, compression="zstd", compression_level=1, statistics=False, row_group_size=250_000)
    data = buffer.getvalue()
    return Inner(rows.height, data, hashlib.sha256(data).hexdigest())
