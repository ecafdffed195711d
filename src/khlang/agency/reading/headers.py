"""Which row is the header, and which column of the contract each of its cells names."""

import functools
import importlib.resources
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from khlang.agency.reading.model import Dropped, Why
from khlang.contracts import Column, Contracts, Table, folded
from khlang.errors import InputError


@dataclass(frozen=True)
class Header:
    """``cells``: one header a column; ``skip``: rows up to and including it; ``rows``: how many rows it takes."""

    cells: tuple[str, ...]
    skip: int
    rows: int = 1


def found(rows: Sequence[Sequence[str]], table: Table, mapping: Mapping[str, str] | None = None) -> Header:
    """The row that names most of the contract's columns, or two rows that do so only together."""
    known = names(table, mapping)
    scores = [_score(cells, known) for cells in rows]
    best = max(scores, default=0)
    pairs = [_joined(rows[i], rows[i + 1], known) for i in range(len(rows) - 1)]
    two = max((_score(pair, known) for pair in pairs), default=0)
    if two > best and two >= 2:
        at = next(i for i, pair in enumerate(pairs) if _score(pair, known) == two)
        return Header(pairs[at], at + 2, 2)
    at = scores.index(best) if best else next((i for i, cells in enumerate(rows) if any(cells)), 0)
    if not rows:
        return Header((), 0)
    # A second header below it (English under Thai) is no row of data.
    again = at + 1 < len(rows) and scores[at + 1] * 2 > len(table.columns)
    return Header(tuple(cell.strip() for cell in rows[at]), at + 1 + again, 1 + again)


def score(cells: Sequence[str], table: Table, mapping: Mapping[str, str] | None = None) -> int:
    """How many of a contract's columns a row of cells names."""
    return _score(cells, names(table, mapping))


def names(table: Table, mapping: Mapping[str, str] | None = None) -> dict[str, str]:
    """Folded header → column of the contract, the official's own mapping first."""
    known = {folded(header): column.name for column in table.columns for header in column.headers}
    own = {folded(header): name for header, name in (mapping or {}).items()}
    taken = set(own.values())
    return {header: name for header, name in known.items() if name not in taken} | own


def mapped(
    file: str, cells: Sequence[str], table: Table, contracts: Contracts, mapping: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Column of the contract → index in the file.

    Raises:
        InputError: A column is missing or named twice, or the file is of another dataset.
    """
    known = names(table, mapping)
    at: dict[str, list[int]] = {}
    seen = Counter(folded(cell) for cell in cells)
    for i, cell in enumerate(cells):
        if (name := known.get(folded(cell))) is not None:
            at.setdefault(name, []).append(i)
    missing = [column for column in table.columns if column.name not in at]
    for column in table.columns:
        here = at.get(column.name, [])
        if len(here) > 1 or any(seen[folded(cells[i])] > 1 for i in here):
            raise InputError(
                f"{file}: คอลัมน์ {_called(column)} มีมากกว่าหนึ่ง / {column.name} stands in more than one column.",
                "ลบหรือเปลี่ยนชื่อคอลัมน์ที่ซ้ำ / Remove or rename the other one.",
                code="SEAL-HEADER-TWICE",
            )
    if missing:
        raise _lacking(file, cells, table, missing, contracts)
    return {column.name: at[column.name][0] for column in table.columns}


def linked(file: str, cells: Sequence[str], table: Table) -> dict[str, int]:
    """Field of the contract's second route → index in the file.

    Empty where it has no such route, or an optional one of which the file lacks a field.

    Raises:
        InputError: A field's column is missing, or there are two.
    """
    route = table.second_route
    fields = route.fields if route else {}
    at = {
        name: [i for i, cell in enumerate(cells) if folded(cell) in {folded(header) for header in accepted}]
        for name, accepted in fields.items()
    }
    if route and route.optional and not all(at.values()):
        return {}
    wrong = [f"{name} ({' | '.join(fields[name])})" for name, found in at.items() if len(found) != 1]
    if wrong:
        raise InputError(
            f"{file}: คอลัมน์ของเส้นทางที่สองขาดหรือซ้ำ / a column of the second route is missing or stands twice: "
            f"{'; '.join(wrong)}",
            "เพิ่มคอลัมน์หรือแก้ชื่อหัวตาราง / Add it, or give it one of the headers in brackets. It does not leave.",
            code="SEAL-LINK-COLUMN",
        )
    return {name: found[0] for name, found in at.items()}


def dropped(cells: Sequence[str], kept: Sequence[int], linked: Sequence[int] = ()) -> tuple[Dropped, ...]:
    """Every other column that has a header, and why it stays; ``linked`` are read for comparison keys, and stay too."""
    return tuple(
        Dropped(printable(cell, i), "comparison-key" if i in linked else why(cell))
        for i, cell in enumerate(cells)
        if cell and i not in kept
    )


def why(header: str) -> Why:
    """What kind of column a header that no contract names stands for."""
    words = _words()
    plain = folded(header)
    if any(word in plain for word in words["direct-identifier"]):
        return "direct-identifier"
    return "free-text" if any(word in plain for word in words["free-text"]) else "not-in-contract"


def printable(header: str, index: int) -> str:
    """A header that may be shown: a cell with that many digits is none, whatever row it stands in."""
    return f"#{index + 1}" if len(re.findall(r"\d", header)) > 6 else header


@functools.cache
def _words() -> Mapping[str, tuple[str, ...]]:
    text = importlib.resources.files(__package__).joinpath("words.yaml").read_text(encoding="utf-8")
    return {kind: tuple(folded(word) for word in words) for kind, words in yaml.safe_load(text).items()}


def _score(cells: Sequence[str], known: Mapping[str, str]) -> int:
    return len({known[key] for cell in cells if cell and (key := folded(cell)) in known})


def _joined(upper: Sequence[str], lower: Sequence[str], known: Mapping[str, str]) -> tuple[str, ...]:
    cells: list[str] = []
    above = ""
    for i in range(max(len(upper), len(lower))):
        top, below = (row[i].strip() if i < len(row) else "" for row in (upper, lower))
        above = top or above  # a merged cell holds its text in the first column only
        options = (f"{above} {below}".strip(), below, top)
        cells.append(next((text for text in options if folded(text) in known), below or top))
    return tuple(cells)


def _lacking(
    file: str, cells: Sequence[str], table: Table, missing: Sequence[Column], contracts: Contracts
) -> InputError:
    scores = {other.name: score(cells, other) / len(other.columns) for other in contracts.datasets}
    best = max(scores, key=lambda name: scores[name])
    if best != table.name and scores[best] > scores[table.name]:
        return InputError(
            f"{file}: เหมือนเป็นชุดข้อมูล {contracts[best].title_th} / this looks like the dataset {best}.",
            f"ใช้ / Use: --dataset {best}",
            code="SEAL-OTHER-DATASET",
        )
    if 2 * len(missing) > len(table.columns):
        return InputError(
            f"{file}: ไม่เหมือนชุดข้อมูล {table.title_th} / this does not look like {table.name}: "
            f"{len(table.columns) - len(missing)} of {len(table.columns)} columns found.",
            "ตรวจว่าเลือกไฟล์ถูก และมีแถวหัวตาราง / See that it is the right file and has a header row.",
            code="SEAL-OTHER-DATASET",
        )
    wanted = "; ".join(f"{_called(c)} [{c.name}] ({' | '.join(c.aliases)})" for c in missing)
    return InputError(
        f"{file}: ขาดคอลัมน์ / columns are missing: {wanted}",
        "เพิ่มคอลัมน์ แก้ชื่อหัวตาราง หรือจับคู่ด้วย khlang agency map / "
        "Add it, give it one of the headers in brackets, or map it: khlang agency map.",
        code="SEAL-COLUMN-MISSING",
    )


def _called(column: Column) -> str:
    # The meaning tells what the pool holds; an official knows the column by its header.
    return next(iter(column.aliases), column.meaning_th)
