"""Are the served marts what the sent extracts can show at best, exactly; and how far is that from what is?

Reads the marts as an analyst does, through Trino, and the simulator's two truths beside them. Only the demo and the
tests can do this: no pool service reads the truth's folder, and outside a simulation there is none.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from khlang.contracts import Contracts, Table
from khlang.errors import ContractError
from khlang.serve.client import ask

if TYPE_CHECKING:
    from trino.dbapi import Connection

TRUE_NAMES = {"pid": "cid"}  # any other identifier has one name in mart and truth, and its raw form in the truth
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Gap:
    """One figure of one period over the whole country: in the mart, and in the simulated population."""

    period: str
    figure: str
    mart: int
    population: int

    @property
    def share(self) -> float | None:
        """(mart - population) / population."""
        return (self.mart - self.population) / self.population if self.population else None


@dataclass(frozen=True)
class Compared:
    """One mart against the truth.

    Attributes:
        missing, extra: Rows (without their person) that only the truth or only the mart has.
        persons: Distinct persons (houses, plates; with several identifiers, distinct rows of them) in the mart, and
            how many the truth has; None where the mart holds no identifier.
    """

    name: str
    domain: str
    rows: int
    missing: int
    extra: int
    persons: tuple[int, int] | None
    gaps: tuple[Gap, ...] = field(default=())

    @property
    def equals_truth(self) -> bool:
        """Whether each row is there as often as in the truth, and the persons are as many."""
        same_persons = self.persons is None or self.persons[0] == self.persons[1]
        return self.rows > 0 and self.missing == self.extra == 0 and same_persons

    def as_dict(self) -> dict[str, Any]:
        """As plain values, with ``equals_truth``."""
        gaps = [asdict(gap) | {"share": gap.share} for gap in self.gaps]
        return asdict(self) | {"equals_truth": self.equals_truth, "gaps": gaps}


def compare(connection: "Connection", contracts: Contracts, truth: Path, *, domain: str) -> list[Compared]:
    """Compare every mart of a domain with the truth.

    Args:
        connection: Of an analyst.
        contracts: Which marts there are.
        truth: The simulator's folder of truths.
        domain: Name of the domain.

    Raises:
        ContractError: The truth of a mart is missing or has other columns.
    """
    return [_one(connection, table, truth) for table in contracts.marts if table.domain == domain]


def judge(table: Table, rows: Sequence[Row], observable: pl.DataFrame, population: pl.DataFrame) -> Compared:
    """Compare rows of a mart, in the order of its contract's columns, with its truths (pure)."""
    names = [column.name for column in table.stored]
    people = [column.name for column in table.identifiers]
    plain = [name for name in names if name not in people]
    true_names = [TRUE_NAMES.get(name, name) for name in names]
    if set(observable.columns) != set(true_names):
        raise ContractError(
            f"The truth of {table.name} has other columns: {sorted(set(observable.columns) ^ set(true_names))}.",
            "Mend the domain's truth or the mart's contract.",
        )
    places = [names.index(name) for name in plain]
    mart = Counter(tuple(row[place] for place in places) for row in rows)
    wanted = Counter(observable.select(plain).rows())
    persons = None
    if people:
        held = [names.index(name) for name in people]
        true = observable.select(true_names[place] for place in held)
        persons = (len({tuple(row[place] for place in held) for row in rows}), true.n_unique())
    return Compared(
        name=table.name,
        domain=table.domain,
        rows=len(rows),
        missing=sum((wanted - mart).values()),
        extra=sum((mart - wanted).values()),
        persons=persons,
        gaps=tuple(gaps(table, rows, population)),
    )


def gaps(table: Table, rows: Sequence[Row], population: pl.DataFrame) -> Iterable[Gap]:
    """Sums over the country of every count and flag of a mart, per period, beside the population's."""
    names = [column.name for column in table.stored]
    counted = [c.name for c in table.stored if c.type in {"BIGINT", "BOOLEAN"} and not c.identifier]
    sums: Counter[tuple[str, str]] = Counter()
    for row in rows:
        values = dict(zip(names, row, strict=True))
        sums[values["period"], "rows"] += 1
        for name in counted:
            sums[values["period"], name] += int(values[name] or 0)
    for period in population["period"].unique().sort():
        month = population.filter(pl.col("period") == period)
        yield Gap(period, "rows", sums[period, "rows"], month.height)
        for name in counted:
            yield Gap(period, name, sums[period, name], int(month[name].sum()))


def _one(connection: "Connection", table: Table, truth: Path) -> Compared:
    columns = ", ".join(column.name for column in table.stored)
    rows = ask(connection, f"SELECT {columns} FROM {table.name}").rows  # noqa: S608  # names of a contract
    return judge(table, rows, _read(truth, "observable", table), _read(truth, "population", table))


def _read(truth: Path, kind: str, table: Table) -> pl.DataFrame:
    files = sorted((truth / kind / table.name).glob("*.parquet"))
    if not files:
        raise ContractError(
            f"There is no {kind} truth of {table.name}.", "Run `khlang simulate`, which writes it beside the extracts."
        )
    return pl.concat(pl.read_parquet(file) for file in files)
