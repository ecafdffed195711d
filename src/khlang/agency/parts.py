"""Sealed rows as parts: Parquet with the same bytes for the same rows, each encrypted to the month's recipient."""

import hashlib
import io
from dataclasses import dataclass, field

import polars as pl

from khlang.errors import ContractError
from khlang.manifest import MAX_PART_BYTES

PART_ROWS = 500_000
_OVERHEAD = 1024 * 1024  # more than age adds to 128 MB


@dataclass(frozen=True)
class Inner:
    """One part before encryption."""

    rows: int
    data: bytes = field(repr=False)
    sha256: str


def inner(rows: pl.DataFrame) -> list[Inner]:
    """Split rows and write each part as Parquet (zstd); fewer rows a part until each is within the limit."""
    size = -(-rows.height // -(-rows.height // PART_ROWS))
    while True:
        made = [_parquet(rows.slice(start, size)) for start in range(0, rows.height, size)]
        if all(len(part.data) <= MAX_PART_BYTES - _OVERHEAD for part in made) or size == 1:
            return made
        size = max(1, size // 2)


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
    rows.write_parquet(buffer, compression="zstd", compression_level=3, statistics=False, row_group_size=250_000)
    data = buffer.getvalue()
    return Inner(rows.height, data, hashlib.sha256(data).hexdigest())
