"""Completing the catalog's own names: schemas, views, columns, as the user's rights show them.

Views and schemas are asked for when the first completion is wanted; a table's columns when it stands in the statement.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from khlang.serve.client import CATALOG, Answer

#: Views only: they carry no version, and are what a person asks.
TABLES = (
    f"SELECT table_schema, table_name FROM {CATALOG}.information_schema.tables "  # noqa: S608  # a constant
    "WHERE table_type = 'VIEW' AND table_schema <> 'information_schema' ORDER BY table_schema, table_name"
)
COLUMNS = (
    f"SELECT column_name, data_type FROM {CATALOG}.information_schema.columns "  # noqa: S608  # a constant
    "WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position"
)
# fmt: off
WORDS = (
    "SELECT", "FROM", "WHERE", "GROUP", "BY", "ORDER", "LIMIT", "JOIN", "LEFT", "ON", "USING", "AS", "AND", "OR", "NOT",
    "IN", "IS", "NULL", "BETWEEN", "LIKE", "CASE", "WHEN", "THEN", "ELSE", "END", "DISTINCT", "HAVING", "UNION", "ALL",
    "WITH", "DESC", "ASC", "CAST", "TRY_CAST", "COUNT", "SUM", "AVG", "MIN", "MAX", "ROUND", "COALESCE", "NULLIF",
    "EXPLAIN", "DESCRIBE", "SHOW", "TABLES", "SCHEMAS", "COLUMNS",
)
# fmt: on
_WORD = re.compile(r"[\w.]*$")
_AFTER_TABLE = re.compile(r"(?:\b(?:from|join|describe|desc|view|table)|^\s*\\d)\s+[\w.]*$", re.IGNORECASE)
_SOURCES = re.compile(
    r"\b(?:from|join)\s+([\w.]+)(?:\s+(?:as\s+)?(?!on\b|using\b|where\b|join\b)(\w+))?", re.IGNORECASE
)
Ask = Callable[[str, tuple[Any, ...]], Answer | None]


class Names:
    """What is there, each thing asked for once; an ``ask`` that gives None has no answer now, and is asked again."""

    def __init__(self, ask: Ask, schema: str | None) -> None:
        self.ask, self.schema = ask, schema
        self._tables: Mapping[str, list[str]] | None = None
        self._columns: dict[tuple[str, str], Mapping[str, str]] = {}

    def tables(self) -> Mapping[str, list[str]]:
        """Schema → its views."""
        if self._tables is None:
            answer = self.ask(TABLES, ())
            if answer is None:
                return {}
            found: dict[str, list[str]] = {}
            for schema, table in answer.rows:
                found.setdefault(schema, []).append(table)
            self._tables = found
        return self._tables

    def columns(self, table: str) -> Mapping[str, str]:
        """Column → type of a table by its name, with schema and catalog or without."""
        *before, name = table.lower().split(".")
        key = (before[-1] if before else self.schema or "", name)
        if key not in self._columns:
            answer = self.ask(COLUMNS, key)
            if answer is None:
                return {}
            self._columns[key] = dict(answer.rows)
        return self._columns[key]


def proposals(names: Names, text: str, *, after: str = "") -> Iterator[tuple[str, str]]:
    """What may stand between a text and what comes ``after``: name and kind, the likeliest first.

    After FROM and JOIN: views and schemas. After ``schema.``: its views; after a table or its alias and a dot: its
    columns. Elsewhere: columns of the tables that are named, then words of SQL.
    """
    begun = _WORD.search(text)
    before, dot, word = (begun.group() if begun else "").rpartition(".")
    sources = [(match[1], match[2]) for match in _SOURCES.finditer(text + after)]
    seen: set[str] = set()
    for name, kind in _known(names, text, before if dot else None, word, sources):
        if name.lower().startswith(word.lower()) and name not in seen:
            seen.add(name)
            yield name, kind


def _known(
    names: Names, text: str, before: str | None, word: str, sources: list[tuple[str, str | None]]
) -> Iterable[tuple[str, str]]:
    if before is not None:
        if of := next((table for table, alias in sources if before.lower() in (alias or "", table.lower())), None):
            return names.columns(of).items()
        return [(table, "view") for table in names.tables().get(before.lower().rpartition(".")[2], ())]
    if _AFTER_TABLE.search(text):
        schemas = names.tables()
        return [*((table, "view") for table in schemas.get(names.schema or "", ())), *((s, "schema") for s in schemas)]
    found = [pair for table, _ in sources for pair in names.columns(table).items()]
    return [*found, *((known if word.isupper() else known.lower(), "") for known in WORDS if word)]


class Catalog(Completer):
    """Completes in a thread beside the prompt, from a connection of its own."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What may stand at the cursor."""
        del complete_event
        text = document.text_before_cursor
        word = (_WORD.search(text) or [""])[0].rpartition(".")[2]
        for name, kind in proposals(self.names, text, after=document.text_after_cursor):
            yield Completion(name, start_position=-len(word), display_meta=kind)
