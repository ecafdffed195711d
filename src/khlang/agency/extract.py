"""An office's file in the contract's columns: read, headers mapped, blank rows gone, everything else dropped."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from khlang.agency import text, workbook
from khlang.agency.raw import Raw, score
from khlang.contracts import Column, Contracts, Table, folded
from khlang.errors import InputError

_READERS = {".csv": "text", ".tsv": "text", ".txt": "text", ".xlsx": "book", ".xlsm": "book", ".xls": "book"}


@dataclass(frozen=True)
class Extract:
    """``frame``: the contract's columns as text, trimmed, and ``source_row``; ``dropped``: headers that stay here."""

    file: str
    frame: pl.DataFrame = field(repr=False)  # raw identifiers: in no traceback
    headers: dict[str, str]
    dropped: tuple[str, ...]
    form: str


def load(path: Path, table: Table, contracts: Contracts, *, sheet: str | None = None) -> Extract:
    """Read a file as an extract of one dataset.

    Raises:
        InputError: It cannot be read, lacks a column, names one twice, is empty, or is of another dataset.
    """
    raw = read(path, table, sheet=sheet)
    if not any(raw.header):
        raise _empty(raw.file)
    at = _mapped(raw, table, contracts)
    chosen = [pl.col(str(i)).str.strip_chars().replace("", None).alias(name) for name, i in at.items()]
    frame = raw.frame.select(*chosen, pl.int_range(raw.first_row, raw.first_row + pl.len()).alias("source_row"))
    frame = frame.filter(pl.any_horizontal(pl.col(list(at)).is_not_null()))
    if frame.is_empty():
        raise _empty(raw.file)
    dropped = tuple(_printable(cell, i) for i, cell in enumerate(raw.header) if cell and i not in at.values())
    return Extract(raw.file, frame, {name: raw.header[i] for name, i in at.items()}, dropped, raw.form)


def read(path: Path, table: Table, *, sheet: str | None = None) -> Raw:
    """Read a text file or a workbook by its ending.

    Raises:
        InputError: There is no such file, or its kind is not known.
    """
    if not path.is_file():
        raise InputError(f"ไม่พบไฟล์ {path.name} / There is no file {path.name}.", "ตรวจชื่อไฟล์ / Look at its name.")
    kind = _READERS.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            f"{path.name}: ไม่รู้จักไฟล์ชนิดนี้ / this kind of file is not known.",
            f"ใช้ / Use: {', '.join(_READERS)}.",
            code="SEAL-KIND",
        )
    return text.read(path, table) if kind == "text" else workbook.read(path, table, sheet)


def _mapped(raw: Raw, table: Table, contracts: Contracts) -> dict[str, int]:
    cells = [folded(cell) for cell in raw.header]
    counts = Counter(cells)
    at: dict[str, int] = {}
    missing: list[Column] = []
    for column in table.columns:
        wanted = {folded(header) for header in column.headers}
        found = [i for i, cell in enumerate(cells) if cell in wanted]
        if not found:
            missing.append(column)
            continue
        if len(found) > 1 or counts[cells[found[0]]] > 1:
            raise InputError(
                f"{raw.file}: คอลัมน์ {column.meaning_th} มีมากกว่าหนึ่ง / {column.name} stands in more than one column.",
                "ลบหรือเปลี่ยนชื่อคอลัมน์ที่ซ้ำ / Remove or rename the other one.",
                code="SEAL-HEADER-TWICE",
            )
        at[column.name] = found[0]
    if missing:
        raise _lacking(raw, table, missing, contracts)
    return at


def _lacking(raw: Raw, table: Table, missing: list[Column], contracts: Contracts) -> InputError:
    scores = {other.name: score(raw.header, other) / len(other.columns) for other in contracts.datasets}
    best = max(scores, key=lambda name: scores[name])
    if best != table.name and scores[best] > scores[table.name]:
        return InputError(
            f"{raw.file}: เหมือนเป็นชุดข้อมูล {contracts[best].title_th} / this looks like the dataset {best}.",
            f"ใช้ / Use: --dataset {best}",
            code="SEAL-OTHER-DATASET",
        )
    if scores[table.name] < 0.5:
        return InputError(
            f"{raw.file}: ไม่เหมือนชุดข้อมูล {table.title_th} / this does not look like {table.name}: "
            f"{len(table.columns) - len(missing)} of {len(table.columns)} columns found.",
            "ตรวจว่าเลือกไฟล์ถูก และมีแถวหัวตาราง / See that it is the right file and has a header row.",
            code="SEAL-OTHER-DATASET",
        )
    wanted = "; ".join(f"{c.meaning_th} [{c.name}] ({' | '.join(c.aliases)})" for c in missing)
    return InputError(
        f"{raw.file}: ขาดคอลัมน์ / columns are missing: {wanted}",
        "เพิ่มคอลัมน์ หรือแก้ชื่อหัวตารางให้ตรงกับชื่อในวงเล็บ / Add it, or give it one of the headers in brackets.",
        code="SEAL-COLUMN-MISSING",
    )


def _empty(file: str) -> InputError:
    return InputError(
        f"{file}: ไม่มีแถวข้อมูล / there is no row of data.",
        "ตรวจว่าส่งออกข้อมูลครบ / See that the export is whole.",
        code="SEAL-EMPTY",
    )


def _printable(header: str, index: int) -> str:
    # A cell with that many digits is no header, whatever row it stands in.
    return f"#{index + 1}" if len(re.findall(r"\d", header)) > 6 else header
