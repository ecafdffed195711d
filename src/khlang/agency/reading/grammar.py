"""What a row of a text table must look like: its quotes open and close, and it has as many cells as the header."""

import re

import polars as pl

from khlang.errors import InputError

PIECE = 1024 * 1024  # bytes compared at a time: they stay in the processor's cache
_REMEDY = "ตรวจเครื่องหมายคั่นและเครื่องหมายคำพูดในแถวนั้น / Look for a stray delimiter or quote in that row."


def tidy(block: bytes, delimiter: str, quote: str, rows: pl.DataFrame) -> bool:
    """Whether counting alone shows that every quote and every row of a parsed block is as it must be.

    Cheap, and never wrong in saying yes of what the engine parsed: each quote stands at exactly one end of a cell, and
    no row was filled up.
    """
    mark, comma = quote.encode(), delimiter.encode()
    if mark not in block:
        many = block.count(comma)
        if many == (rows.width - 1) * rows.height:
            return True
        blank = block.count(b"\n\n") + block.count(b"\n\r\n") + block.startswith((b"\n", b"\r\n"))
        return many == (rows.width - 1) * (rows.height - blank)
    # A row that is too short ends in cells that were never there, which parse as empty.
    return rows.to_series(-1).null_count() == 0 and _quotes_at_ends(block, mark, comma)


def _quotes_at_ends(block: bytes, mark: bytes, comma: bytes) -> bool:
    at = balance = 0
    while at < len(block):
        end = block.find(b"\n", at + PIECE) + 1 or len(block)
        more = _more_open(block[at:end], mark[0], comma[0])
        if more is None:
            return False
        at, balance = end, balance + more
    return balance == 0


def _more_open(lines: bytes, mark: int, comma: int) -> int | None:
    """How many more quotes open a cell than close one; None where a quote does neither, or both.

    Compared byte by byte in the engine: less than half the time of counting pairs of letters in Python.
    """
    kind = pl.Array(pl.UInt8, len(lines))
    letters = pl.Series([lines]).bin.reinterpret(dtype=kind, endianness="little").explode()
    quotes, line, back = letters == mark, letters == ord("\n"), letters == ord("\r")
    if (back & ~line.shift(-1, fill_value=False)).any():
        return None
    ends = (letters == comma) | line | back
    opens, closes = ends.shift(1, fill_value=True), ends.shift(-1, fill_value=True)
    # A cell that is a lone quote stands at both ends, and would make up for a quote inside a cell.
    if (quotes & (opens == closes)).any():
        return None
    return int((quotes & opens).sum()) - int((quotes & closes).sum())


def holds(block: bytes, delimiter: str, quote: str, width: int) -> bool:
    """Whether every row of a block is well formed; one pass of a regular expression in Rust."""
    try:
        pattern = rf"\A(?:{_record(delimiter, quote, width)}|\r?\n)*\z"
        return bool(pl.Series([block.decode("utf-8")]).str.contains(pattern)[0])
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        return False


def fault(block: bytes, delimiter: str, quote: str, width: int, *, file: str, first_row: int) -> InputError | None:
    """The first row that is not well formed, as the error that names it; None where all are."""
    text = block.decode("utf-8", "replace")
    # Possessive: a cell in quotes is never read again as one without.
    cell = rf"(?:{quote}(?:[^{quote}]|{quote}{quote})*+{quote}|[^{quote}{re.escape(delimiter)}\r\n]*+)"
    record = re.compile(rf"({cell}(?:{re.escape(delimiter)}{cell})*+)\r*\n")
    cells = re.compile(rf"{cell}({re.escape(delimiter)}|$)")
    at, row = 0, first_row
    while at < len(text):
        match = record.match(text, at)
        if match is None:
            return InputError(
                f"{file} แถว {row}: เครื่องหมายคำพูดเปิดไว้แต่ไม่ปิด หรืออยู่ผิดที่ / "
                f"row {row}: a quote opens that does not close, or stands inside a cell.",
                _REMEDY,
                code="SEAL-ROW",
            )
        count = match[1].count(delimiter) + 1 if quote not in match[1] else sum(map(bool, cells.findall(match[1]))) + 1
        if match[1] and count != width:
            return InputError(
                f"{file} แถว {row}: มี {count} ช่อง แต่หัวตารางมี {width} / "
                f"row {row} has {count} cells, the header has {width}.",
                _REMEDY,
                code="SEAL-ROW",
            )
        at, row = match.end(), row + 1
    return None


def _record(delimiter: str, quote: str, width: int) -> str:
    comma = re.escape(delimiter)
    cell = rf"(?:{quote}(?:[^{quote}]|{quote}{quote})*{quote}|[^{quote}{comma}\r\n]*)"
    return rf"{cell}(?:{comma}{cell}){{{width - 1}}}\r?\n"
