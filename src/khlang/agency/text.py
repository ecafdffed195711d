"""Reading CSV and TSV as Thai offices save them: UTF-8 with or without BOM, Windows-874, UTF-16; any delimiter."""

import codecs
import csv
import io
import itertools
from pathlib import Path

import polars as pl

from khlang.agency.raw import HEADER_WITHIN, Raw, header_at, score
from khlang.contracts import Table
from khlang.errors import InputError

DELIMITERS = {",": "จุลภาค/comma", "\t": "แท็บ/tab", ";": "อัฒภาค/semicolon", "|": "ขีดตั้ง/bar"}
_SAVE = "บันทึกใหม่เป็น CSV UTF-8 / Save it again as CSV UTF-8."


def read(path: Path, table: Table) -> Raw:
    """Read a text table.

    Raises:
        InputError: Its encoding is mixed or unknown, a row has too many or too few cells, a quote does not close.
    """
    data, encoding = decoded(path.read_bytes(), path.name)
    top = list(itertools.islice(io.StringIO(data[:200_000].decode("utf-8", "ignore"), newline=""), HEADER_WITHIN))
    delimiter = max(DELIMITERS, key=lambda one: _likelihood(top, one, table))
    rows = [next(csv.reader([line], delimiter=delimiter), []) for line in top]
    at = header_at(rows, table)
    header = tuple(rows[at]) if rows else ()
    frame = _rows(data, delimiter, at + 1, len(header), path.name)
    return Raw(path.name, header, frame, at + 2, f"{encoding}, {DELIMITERS[delimiter]}")


def decoded(data: bytes, name: str) -> tuple[bytes, str]:
    """The content as UTF-8 without a mark, and the encoding it had.

    Raises:
        InputError: No encoding fits, or two are mixed.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _strict(data, encoding, name), "UTF-16" if encoding == "utf-16" else "UTF-8 (BOM)"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        # Thai letters that read as UTF-8 before the fault mean that two encodings were pasted together.
        if any("\u0e00" <= letter <= "\u0e7f" for letter in data[: fault.start].decode("utf-8", "ignore")):
            raise _mixed(name, data, fault.start) from None
        return _strict(data, "cp874", name), "Windows-874"
    return data, "UTF-8"


def _strict(data: bytes, encoding: str, name: str) -> bytes:
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeDecodeError as fault:
        raise _mixed(name, data, fault.start) from None


def _mixed(name: str, data: bytes, at: int) -> InputError:
    row = data.count(b"\n", 0, at) + 1
    return InputError(
        f"{name} แถว {row}: รหัสอักขระอ่านไม่ได้หรือปนกัน / row {row}: the encoding is mixed or unknown.",
        _SAVE,
        code="SEAL-ENCODING",
    )


def _likelihood(lines: list[str], delimiter: str, table: Table) -> tuple[int, int]:
    rows = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
    return max((score(row, table) for row in rows), default=0), max(map(len, rows), default=0)


def _rows(data: bytes, delimiter: str, skip: int, width: int, name: str) -> pl.DataFrame:
    schema = {str(i): pl.String for i in range(width)}
    if not width or data.count(b"\n") < skip:
        return pl.DataFrame(schema=schema)
    body = _after_lines(data, skip)
    # Without quotes every row has the same number of delimiters; where not, the first odd row is looked for.
    if b'"' not in body and body.count(delimiter.encode()) != (width - 1) * (body.rstrip(b"\r\n").count(b"\n") + 1):
        _refuse_odd_row(body, delimiter, skip, width, name)
    if not body.strip():
        return pl.DataFrame(schema=schema)
    try:
        return pl.read_csv(body, separator=delimiter, has_header=False, schema=schema, missing_columns="insert")
    except pl.exceptions.PolarsError:
        # The engine's message shows cells: it must not be repeated.
        _refuse_odd_row(body, delimiter, skip, width, name)
        raise InputError(f"{name}: เครื่องหมายคำพูดไม่ปิด / a quote does not close.", _SAVE, code="SEAL-ROW") from None


def _after_lines(data: bytes, count: int) -> bytes:
    at = 0
    for _ in range(count):
        at = data.index(b"\n", at) + 1
    return data[at:]


def _refuse_odd_row(body: bytes, delimiter: str, skip: int, width: int, name: str) -> None:
    reader = csv.reader(io.StringIO(body.decode("utf-8"), newline=""), delimiter=delimiter)
    for number, cells in enumerate(reader, start=skip + 1):
        if cells and len(cells) != width:
            raise InputError(
                f"{name} แถว {number}: มี {len(cells)} ช่อง แต่หัวตารางมี {width} / "
                f"row {number} has {len(cells)} cells, the header has {width}.",
                "ตรวจเครื่องหมายคั่นและเครื่องหมายคำพูดในแถวนั้น / Look for a stray delimiter or quote in that row.",
                code="SEAL-ROW",
            )
