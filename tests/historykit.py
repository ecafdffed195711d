"""A history in DuckDB: the same queries as in the pool, quick enough to be asked thousands of times."""

import csv
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from khlang import contracts
from khlang.contracts import facts
from khlang.link.history import edit

Values = tuple[Any, ...]
Month = Mapping[Values, Values]
Fact = tuple[Values, Values, str, str]
SCENARIOS = Path(__file__).parent / "scenarios_history"


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a scenario's file; ``#`` lines are for the reader."""
    return list(csv.DictReader(line for line in path.read_text().splitlines() if not line.startswith("#")))


@cache
def _known() -> contracts.Contracts:
    return contracts.load()


class History:
    """One history, told a month at a time; the n-th arrival becomes known at time n."""

    def __init__(self, name: str = "person_address") -> None:
        self.table = _known()[name]
        self.months: dict[str, Month] = {}
        self.arrivals = 0
        self._db = duckdb.connect(config={"threads": 1})
        kinds = {"BIGINT": "BIGINT", "STRING": "VARCHAR"}
        columns = {column.name: kinds[column.type] for column in self.table.columns}
        self._db.execute(f"CREATE TABLE records ({', '.join(f'{n} {t}' for n, t in columns.items())})")
        self._db.execute(f"CREATE VIEW believed AS {facts.believed(self.table).format(table='records')}")
        for view, (_, _, query) in facts.views(self.table).items():
            self._db.execute(f"CREATE VIEW {view} AS {query.format(table='records')}")
        told = [*facts.key(self.table), *facts.values(self.table)]
        self._db.execute(f"CREATE TABLE content ({', '.join(f'{n} {columns[n]}' for n in told)})")

    def arrive(self, period: str, month: Month | None) -> int:
        """A month comes, is corrected, or (None) withdrawn; gives how many records were appended."""
        before = frozenset(self.months)
        if month is None:
            self.months.pop(period, None)
        else:
            self.months[period] = month
        self._db.execute("DELETE FROM content")
        for key, values in (month or {}).items():
            row = (*key, *values)
            self._db.execute(f"INSERT INTO content VALUES ({', '.join('?' * len(row))})", row)
        self.arrivals += 1
        change = edit.Edit(self.table, period, before, frozenset(self.months))
        self._db.execute(f"CREATE OR REPLACE VIEW near AS {edit.near(change, 'believed')}")
        made = edit.records(change, near="near", content="content")
        told = f"SELECT *, '{self.time(self.arrivals)}', '{period}' FROM ({made})"
        return int(self._db.execute(f"INSERT INTO records {told}").fetchall()[0][0])

    def arrive_all(self, case: Path) -> None:
        """All arrivals of a scenario."""
        for _, arrived in groupby(rows(case / "months.csv"), key=lambda row: row["arrival"]):
            month = list(arrived)
            key, values = facts.key(self.table), facts.values(self.table)
            content = {self.typed(row, key): self.typed(row, values) for row in month if row["pid"]}
            self.arrive(month[0]["period"], content or None)

    def typed(self, row: Mapping[str, str], names: tuple[str, ...]) -> Values:
        """Some columns of a scenario's row in their types; nothing where nothing stands."""
        kinds = {name: self.table.column(name).type for name in names}
        return tuple((int(row[n]) if kinds[n] == "BIGINT" else row[n]) if row[n] else None for n in names)

    def records(self) -> list[dict[str, Any]]:
        """All that was ever appended."""
        names = [column.name for column in self.table.columns]
        return [dict(zip(names, row, strict=True)) for row in self._db.execute("SELECT * FROM records").fetchall()]

    @staticmethod
    def time(number: int) -> str:
        return f"2026-01-01T00:{number // 60:02d}:{number % 60:02d}.000Z"

    def as_valid(self) -> set[Fact]:
        return self._facts(f"{self.table.name}_as_valid", "true")

    def as_known(self, number: int) -> set[Fact]:
        """What was known after the n-th arrival, by the predicate that the how-to documents."""
        at = self.time(number)
        return self._facts(f"{self.table.name}_as_known", f"known_from <= '{at}' AND known_to > '{at}'")

    def _facts(self, view: str, where: str) -> set[Fact]:
        names = [*facts.key(self.table), *facts.values(self.table)]
        keys, rows = (
            len(facts.key(self.table)),
            self._db.execute(f"SELECT {', '.join(names)}, valid_from, valid_to FROM {view} WHERE {where}").fetchall(),
        )
        found = {(row[:keys], row[keys:-2], row[-2], row[-1]) for row in rows}
        assert len(found) == len(rows)
        return found


def as_told(history: History, row: Mapping[str, str]) -> Fact:
    """A fact as a scenario's row tells it."""
    key, values = (history.typed(row, names(history.table)) for names in (facts.key, facts.values))
    return key, values, row["valid_from"], row["valid_to"]


def served(table: contracts.Table) -> list[dict[str, Any]]:
    """Rows of a history as a project has them: of addresses a scenario's, of others one fact."""
    if table.name == "history_months":
        arrivals = ("2026-01", "2026-02", "2026-03", "2026-02")
        told = {"table_name": "person_address", "dataset": "house_registry", "is_known": True}
        return [told | {"known_from": History.time(n), "period": p} for n, p in enumerate(arrivals, start=1)]
    history = History(table.name)
    if table.name == "person_address":
        history.arrive_all(SCENARIOS / "person_address" / "corrected_month")
    else:
        names = (facts.key(table), facts.values(table))
        key, values = (tuple({"BIGINT": 1, "STRING": "10"}[table.column(n).type] for n in some) for some in names)
        history.arrive("2026-01", {key: values})
    return history.records()


def expected(months: Mapping[str, Month]) -> set[Fact]:
    """The facts of these months, said plainly: the longest runs of equal values in consecutive known months."""
    found, last = set(), max(months, default="")
    for key in {key for month in months.values() for key in month}:
        for period in sorted(months):
            values, before = months[period].get(key), _before(period)
            if values is None or (before in months and months[before].get(key) == values):
                continue  # nothing is said, or a run that began earlier goes on
            until = period
            while until in months and months[until].get(key) == values:
                until = edit.following(until)
            found.add((key, values, period, facts.OPEN if _before(until) == last else until))
    return found


def _before(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year - 1:04d}-12" if number == 1 else f"{year:04d}-{number - 1:02d}"
