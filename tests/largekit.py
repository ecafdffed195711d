"""An extract of millions of rows, written by columns in blocks: the Ministry of Finance's, every person another one."""

from pathlib import Path

import polars as pl
from tests import agency_kit

BLOCK = 500_000
_BASE = 50_000  # rows whose other cells come again and again


def identifiers(first: int, rows: int) -> pl.Series:
    """Simulated citizen IDs (class 9) with true check digits; another ``first`` gives other persons."""
    twelve = 900_000_000_000 + pl.int_range(first, first + rows, dtype=pl.Int64) * 7919 % 10**11
    digits = pl.sum_horizontal((pl.col("t") // 10 ** (11 - i) % 10) * (13 - i) for i in range(12))
    check = (11 - digits % 11) % 10
    return pl.select(t=twelve).select(pl.col("t").cast(pl.String) + check.cast(pl.String)).to_series()


def write(path: Path, rows: int, *, encoding: str = "cp874") -> Path:
    """Write so many rows, names and telephones among them."""
    base = agency_kit.write_csv(path.with_suffix(".base"), agency_kit.registrants(_BASE), encoding="utf-8")
    header, *lines = base.read_text("utf-8").splitlines()
    rest = pl.Series("rest", [line.partition(",")[2] for line in lines] * (BLOCK // _BASE))
    with path.open("wb") as file:
        file.write(f"{header}\r\n".encode(encoding))
        for first in range(0, rows, BLOCK):
            count = min(BLOCK, rows - first)
            block = pl.DataFrame([identifiers(first, count).alias("pid"), rest.head(count)])
            text = block.select(pl.concat_str("pid", pl.lit(","), "rest", pl.lit("\r\n")).str.join("")).item()
            file.write(text.encode(encoding))
    base.unlink()
    return path
