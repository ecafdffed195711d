"""One linkage job: every dataset of a period that has a second route, against the period's register.

The order makes it safe to be cut off anywhere: links are written (replacing what was there), told, and only then are
the keys destroyed: first the dataset's, the register's when no dataset of the period waits for it any more. A job that
finds the keys gone has nothing to do.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from khlang import contracts, lake, private, store
from khlang.contracts import Contracts, Table
from khlang.errors import ContractError
from khlang.landing import ledger, registry
from khlang.link.second import counting, matching, opening, outdated, registers, tables
from khlang.link.second.month import Month, Sent, standing
from khlang.link.second.opening import Opened
from khlang.link.second.outdated import LINKS, WEIGHTS, Log
from khlang.link.second.tables import Made, Tables
from khlang.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Bench:
    """Where a linkage job works: the settings, the store as the role ``linkage``, the contracts, the tables."""

    settings: Settings
    s3: "S3Client"
    contracts: Contracts
    tables: Tables


def bench(settings: Settings) -> Bench:
    """The bench of one installation."""
    s3 = store.client(settings, tables.ROLE)
    return Bench(settings, s3, contracts.load(settings.contracts), tables.bucket(settings))


def link(where: Bench, *, log: Log = lambda line: None) -> list[dict[str, Any]]:  # noqa: ARG005
    """Take out links of what no longer stands, then link what waits, period by period; killed, it is run again.

    Returns:
        One document a dataset and period that was linked, or whose links were taken out: counts, never a row.

    Raises:
        ContractError: A dataset has a second route, and no register has one of its keys.
        IntegrityError, SealingKeyError, CanaryError: A link file is not what it should be; nothing of it was used.
    """
    registers.require_registers(where.contracts)
    stands = standing(ledger.decisions(where.s3, kind="curated"))
    told = outdated.take_out(where.tables, where.contracts, stands, log=log)
    closed = set(registry.closed(where.settings))
    for register in registers.routed(where.contracts, "all"):
        users = [table for table in registers.routed(where.contracts, "unlinked") if registers.shared(table, register)]
        for period in sorted({period for name, period in stands if name == register.name} - closed if users else ()):
            told += _period(where, Month(where.s3, period, stands), register, users, log)
    return told


def _period(where: Bench, month: Month, register: Table, users: list[Table], log: Log) -> list[dict[str, Any]]:
    there = month.waiting(register)
    waiting = [(table, sent) for table in users if (sent := month.waiting(table))]
    if not waiting or there is None:
        return []
    turn, whole = where.tables.turn(), _open(where, register, there)
    persons = whole.keys.join(where.tables.persons(register, month.period), on="row_number")
    told = []
    for table, sent in waiting:
        document = _one(where, (table, register, there[1]), _open(where, table, sent), persons, turn)
        opening.destroy(where.s3, *sent)
        log(f"second route {table.name} {month.period}: {document['linked']} of {document['rows']} rows")
        told.append(document)
    if all(month.done(table) for table in users):
        opening.destroy(where.s3, *there)
        log(f"second route {month.period}: the register's keys are destroyed")
    return told


def _one(
    where: Bench, sides: tuple[Table, Table, lake.Submission], mine: Opened, persons: pl.DataFrame, turn: int
) -> dict[str, Any]:
    table, register, of = sides
    keys = registers.shared(table, register)
    recipes = {key.recipe: key.name for key in (register.second_route.keys if register.second_route else ())}
    theirs = persons.select("pid", *(pl.col(recipes[key.recipe]).alias(key.name) for key in keys))
    found = matching.candidates(mine.keys.select("row_number", *(key.name for key in keys)), theirs, keys)
    period = mine.place.period
    known = where.tables.known(table, period)
    counts = counting.counted(found.candidates, known=known, rows=mine.keys.height)
    written = {
        LINKS: found.candidates,
        WEIGHTS: counts.with_columns(pl.lit(register.name).alias("linked_dataset")),
    }
    made = Made(mine.place.id, register.name, of.id, mine.keys.height)
    where.tables.note(made, dataset=table.name, period=period)
    for name, content in written.items():
        where.tables.replace(content, where.contracts[name], dataset=table.name, period=period, turn=turn)
    folder = where.settings.var / "docs" / "linkage" / f"{table.name}-{period}"
    for name, text in found.charts.items():
        private.write(folder / name, text, mode=0o644)
    best = found.candidates.filter(pl.col("place") == 1)
    passes = dict(best["linked_by"].value_counts().sort("linked_by").rows())
    return {
        **mine.place.named,
        "verdict": "linked",
        "rows": mine.keys.height,
        "linked": best.height,
        "passes": passes,
        "at_weight": {str(line): best.filter(pl.col("weight") >= line).height for line in (0.5, 0.9, 0.99)},
        "charts": sorted(found.charts),
    }


def _open(where: Bench, table: Table, sent: Sent) -> Opened:
    if table.second_route is None:
        raise ContractError(f"{table.name} has no second route.", "Declare secondRoute in its contract.")
    return opening.opened(where.s3, where.settings, *sent, table.second_route)


def document(told: list[dict[str, Any]]) -> dict[str, Any]:
    """What the job prints last: what became of each dataset, and which periods of the table of links were written."""
    written = [{"dataset": LINKS, "period": one, "verdict": "written"} for one in sorted({d["period"] for d in told})]
    return {"decisions": [*told, *written]}
