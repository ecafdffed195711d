"""Which field of the lake a header may name: by other contracts' headers, by a field's name, by its meaning."""

import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from khlang.contracts import Column, Contracts, folded

NEAR = 0.86  # of a header and a meaning: above it they say the same


@dataclass(frozen=True)
class Named:
    """A field that a header may name: its column as a contract has it, how sure, and why."""

    column: Column
    sure: float
    why: str


class Dictionary:
    """All fields of the datasets' contracts, and every header that leads to one."""

    def __init__(self, tables: Contracts) -> None:
        self._columns: dict[str, Column] = {}
        self._headers: dict[str, Counter[str]] = {}
        self._tables: dict[tuple[str, str], str] = {}
        self._listed: dict[tuple[str, str], Column] = {}
        for table in (*tables.datasets, *tables.marts):
            for column in table.columns:
                self._columns.setdefault(column.name, column)
                self._listed[table.name, column.name] = column
                for header in column.headers if table.layer == "curated" else (column.name,):
                    self._headers.setdefault(folded(header), Counter())[column.name] += 1
                    self._tables.setdefault((folded(header), column.name), table.name)
        self._meanings = {folded(column.meaning_th): name for name, column in self._columns.items()}

    @property
    def columns(self) -> Mapping[str, Column]:
        """Name → a column of that name."""
        return self._columns

    def named(self, header: str) -> list[Named]:
        """The fields that a header may name, the likeliest first."""
        key = folded(header)
        found = [
            Named(self._columns[name], 1.0, f"หัวตารางเดียวกับใน / the header is one of {self._tables[key, name]}")
            for name, _ in self._headers.get(key, Counter()).most_common()
        ]
        if key in self._meanings and not found:
            name = self._meanings[key]
            found.append(Named(self._columns[name], 0.9, "ตรงกับความหมายในพจนานุกรม / the header is the field's meaning"))
        if not found and len(key) >= 6:
            near = difflib.get_close_matches(key, [*self._headers, *self._meanings], n=1, cutoff=NEAR)
            for other in near:
                name = self._meanings.get(other) or next(iter(self._headers[other]))
                text = "คล้ายหัวตารางที่รู้จัก / the header is like one that is known"
                found.append(Named(self._columns[name], 0.6, text))
        return found

    def headers_of(self, name: str, header: str) -> tuple[str, ...]:
        """The headers that one contract lists for a field: one that lists this header, else any."""
        table = self._tables.get((folded(header), name))
        column = self._listed.get((table, name)) if table else self._columns.get(name)
        return column.aliases if column else ()

    def by_codes(self, codes: str) -> Column | None:
        """A field that takes its codes from a list."""
        return next((column for column in self._columns.values() if column.codes == codes), None)
