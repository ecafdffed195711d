"""An answer as text: a table whose columns stand under each other also where they hold Thai, CSV, or JSON (pure)."""

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import wcwidth

from khlang.serve.client import Answer

FORMATS = ("table", "csv", "json", "columns")
_NUMBERS = frozenset({"bigint", "integer", "smallint", "tinyint", "double", "real", "decimal"})
#: What would move the cursor or dress the terminal: data shows itself, and does nothing.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def render(answer: Answer, form: str, *, colour: bool = False) -> str:
    """The answer as text that ends in a line break.

    Args:
        answer: What Trino answered.
        form: ``table``, ``csv``, ``json`` (one list of objects) or ``columns`` (one line of JSON: of each column its
            name, Trino type and values, for a program that makes a frame of it).
        colour: Headings in bold, for a terminal.
    """
    if form == "table":
        return "".join(f"{line}\n" for line in _table(answer, colour=colour))
    return {"csv": _csv, "json": _json, "columns": _columns}[form](answer)


def cell(value: Any) -> str:
    """A value as people read it: nothing for null, true and false in SQL's spelling."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def width(text: str) -> int:
    """How many columns a terminal gives a text: a Thai vowel or tone mark above or below takes none."""
    return wcwidth.wcswidth(text)


def visible(text: str) -> str:
    """The text with what a terminal would obey written out, so that a line break in data breaks no table."""
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def fit(text: str, size: int, *, right: bool = False) -> str:
    """The text in a column of so many places."""
    room = " " * (size - width(text))
    return room + text if right else text + room


def _table(answer: Answer, *, colour: bool) -> Iterator[str]:
    # Rows are never cut: a pipe or a narrow terminal gets them whole.
    right = [name.split("(")[0] in _NUMBERS for name in answer.types]
    rows = [tuple(visible(cell(value)) for value in row) for row in answer.rows]
    head = tuple(map(visible, answer.columns))
    sizes = [max(map(width, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        line = "  ".join(fit(*each[:2], right=each[2]) for each in zip(row, sizes, right, strict=True)).rstrip()
        yield f"{_BOLD}{line}{_PLAIN}" if colour and row is head else line
    yield f"({len(rows):,} {'row' if len(rows) == 1 else 'rows'})"


def _csv(answer: Answer) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([cell(value) for value in row] for row in answer.rows)
    return out.getvalue()


def _json(answer: Answer) -> str:
    return json.dumps(answer.dicts(), ensure_ascii=False, indent=1, default=str) + "\n"


def _columns(answer: Answer) -> str:
    told = [
        {"name": name, "type": type_, "values": [_plain(row[place]) for row in answer.rows]}
        for place, (name, type_) in enumerate(zip(answer.columns, answer.types, strict=True))
    ]
    return json.dumps(told, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    """What JSON holds by itself; all else as text, a number that is none (NaN, Infinity) too."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
