"""A text of SQL as its statements, and named parameters as those of a prepared statement (pure).

A value is never put into the text: ``:name`` becomes ``?``, and the value goes to Trino beside the statement. Both
take as many letters as before, so that a position Trino tells is the position in what was typed.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from khlang.errors import UsageError

#: What belongs together: texts, quoted names, comments; then what is looked for. A text that never ends goes on.
_TOKEN = re.compile(
    r"(?P<text>'(?:[^']|'')*(?:'|\Z)|\"(?:[^\"]|\"\")*(?:\"|\Z))"
    r"|(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<end>;)"
    r"|(?P<name>(?<![:\w]):[A-Za-z_]\w*)"
    r"|(?P<mark>\?)"
    r"|(?P<other>\s+|.)",
    re.DOTALL,
)
_GIVEN = re.compile(r"([A-Za-z_]\w*)(?::(\w+))?=(.*)", re.DOTALL)
_READ: Mapping[str, Any] = {
    "text": str,
    "integer": int,
    "decimal": Decimal,
    "double": float,
    "date": dt.date.fromisoformat,
    "boolean": lambda text: {"true": True, "false": False}[text],
}


@dataclass(frozen=True)
class Statement:
    """One statement without its semicolon, the line its text begins on (from 1), and the letters before it there."""

    text: str
    line: int = 1
    before: int = 0
    whole: bool = True

    def place(self, line: int, column: int) -> tuple[int, int]:
        """A position that Trino told of this statement, in the text it was taken from: line and column, from 1."""
        return self.line + line - 1, column + (self.before if line == 1 else 0)


def split(sql: str) -> list[Statement]:
    """The statements of a text, in order; comments alone are none. ``whole`` is whether a semicolon ended it."""
    found: list[Statement] = []
    begin, empty = 0, True
    for token in _TOKEN.finditer(sql):
        if token.lastgroup == "end":
            if not empty:
                found.append(_statement(sql, begin, token.start(), whole=True))
            begin, empty = token.end(), True
        elif token.lastgroup != "comment" and token.group().strip():
            empty = False
    return found if empty else [*found, _statement(sql, begin, len(sql), whole=False)]


def _statement(sql: str, begin: int, end: int, *, whole: bool) -> Statement:
    begin += len(sql[begin:end]) - len(sql[begin:end].lstrip())
    line_start = sql.rfind("\n", 0, begin) + 1
    return Statement(sql[begin:end].rstrip(), sql.count("\n", 0, begin) + 1, begin - line_start, whole)


def given(texts: Iterable[str]) -> dict[str, Any]:
    """Parameters as a person types them: ``name=value`` is a text, ``name:integer=7`` a number.

    Raises:
        UsageError: It has no such form, a type that is not known, or a value that is none of its type.
    """
    values: dict[str, Any] = {}
    for text in texts:
        match = _GIVEN.fullmatch(text)
        kind = (match[2] or "text") if match else ""
        if not match or kind not in _READ:
            raise UsageError(
                "A parameter is given as name=value, or name:type=value.", f"A type is one of: {', '.join(_READ)}."
            )
        try:
            values[match[1]] = _READ[kind](match[3])
        except (ValueError, KeyError, InvalidOperation):
            raise UsageError(
                f"The value of parameter {match[1]} is no {kind}.", "Such as: -p since:date=2026-01-31"
            ) from None
    return values


def bind(sql: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """The statement with ``?`` for each ``:name``, and the values in that order; texts and comments stay as they are.

    Raises:
        UsageError: A parameter has no value, or the statement has a ``?`` beside named parameters.
    """
    parts: list[str] = []
    bound: list[Any] = []
    marks = 0
    for token in _TOKEN.finditer(sql):
        word = token.group()
        marks += token.lastgroup == "mark"
        if token.lastgroup != "name":
            parts.append(word)
            continue
        if word[1:] not in values:
            raise UsageError(f"The query's parameter {word} has no value.", f"Give it: -p {word[1:]}=…")
        parts.append("?".ljust(len(word)))
        bound.append(values[word[1:]])
    if marks:
        raise UsageError("A parameter of the query has no name.", "Write :name for ?, and give -p name=value.")
    return "".join(parts), bound


def literal(text: str) -> str:
    """A text as SQL writes it."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
