"""Holds what the analyst reads against what the simulator knows: row by row, figure by figure, exactly.

The analyst's ``pid`` means nothing to the simulator, and no one here puts keys together to find out: so rows are
compared as a bag without it, and it is only checked that each row has one of its own. One changed figure in one row
makes the bags differ.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from khlang.contracts import Table
from khlang.serve import client
from khlang.settings import Settings

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """One mart against the truth: ``missing`` rows are in the truth alone, ``extra`` rows in the mart alone."""

    name: str
    domain: str
    rows: int
    missing: int
    extra: int
    doubled: int

    @property
    def equals_truth(self) -> bool:
        """Whether every figure of every row is the same."""
        return self.rows > 0 and not (self.missing or self.extra or self.doubled)


def cell(value: Any) -> str:
    """One value as text, the same from Trino, Spark and Polars: 12.50 and 12.5 are one value, null is not zero."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    return "null" if value is None else str(value)


def bag(rows: Iterable[Iterable[Any]]) -> Counter[Cells]:
    """Rows as a bag."""
    return Counter(tuple(cell(value) for value in row) for row in rows)


def compare(
    table: Table, rows: list[tuple[Any, ...]], truth: list[tuple[Any, ...]], pids: Iterable[Any] = ()
) -> Compared:
    """Compare a mart's rows with the truth's.

    Args:
        table: The mart's contract.
        rows: Its rows without identifiers.
        truth: The truth's rows, the same columns in the same order.
        pids: What should be different in every row: identifier and period; empty for a mart without.
    """
    mine, theirs, keys = bag(rows), bag(truth), list(pids)
    return Compared(
        name=table.name,
        domain=table.domain,
        rows=len(rows),
        missing=(theirs - mine).total(),
        extra=(mine - theirs).total(),
        doubled=len(keys) - len(set(keys)),
    )


def read_truth(folder: Path, mart: str, periods: Iterable[str], columns: list[str]) -> list[tuple[Any, ...]]:
    """Rows of a truth (``truth/observable``, ``truth/population``) of some periods."""
    import polars as pl

    frames = [pl.read_parquet(folder / mart / f"{period}.parquet").select(columns) for period in periods]
    return pl.concat(frames).rows()


def check_mart(settings: Settings, table: Table, periods: list[str]) -> Compared:
    """Read a mart as the analyst and hold it against the observable truth."""
    names = [column.name for column in table.stored if not column.identifier]
    keys = [column.name for column in table.identifiers]
    listed = ", ".join(f"'{period}'" for period in periods)
    sql = f"SELECT {', '.join([*names, *keys])} FROM {table.name} WHERE period IN ({listed})"  # noqa: S608  # contract's names
    with client.connect(settings, "analyst") as connection:
        answer = client.ask(connection, sql)
    width, at = len(names), names.index("period")
    pids = [(row[at], *row[width:]) for row in answer.rows] if keys else []
    truth = read_truth(settings.truth / "observable", table.name, periods, names)
    return compare(table, [row[:width] for row in answer.rows], truth, pids)
