"""One linkage job: every dataset of a period that has a second route, against the period's register.

The order makes it safe to be cut off anywhere: links are written (replacing what was there), told, and only then are
the keys destroyed: first the dataset's, the register's when no dataset of the period waits for it any more. A job that
finds the keys gone has nothing to do.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from khlang import contracts, lake, manifest, private, store
from khlang.contracts import Contracts, Table
from khlang.contracts.second_route import ComparisonKey
from khlang.errors import ContractError
from khlang.landing import ledger, registry
from khlang.link.build import Ready
from khlang.link.ready import ready
from khlang.link.second import matching, opening, tables
from khlang.link.second.opening import Opened
from khlang.link.second.tables import Tables
from khlang.manifest import Manifest
from khlang.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINKS = "second_links"
Sent = tuple[Manifest, lake.Submission]


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


def link(where: Bench, *, log: Callable[[str], None] = lambda line: None) -> list[dict[str, Any]]:  # noqa: ARG005
    """Link what waits, period by period; killed, it is run again.

    Returns:
        One document a dataset and period that was linked: counts, never a row.

    Raises:
        ContractError: A dataset has a second route, and no register has one of its keys.
        IntegrityError, SealingKeyError, CanaryError: A link file is not what it should be; nothing of it was used.
    """
    require_registers(where.contracts)
    told: list[dict[str, Any]] = []
    for register in _routed(where.contracts, "all"):
        users = [table for table in _routed(where.contracts, "unlinked") if shared(table, register)]
        if not users:
            continue
        decided = ready(ledger.decisions(where.s3, kind="curated"))
        for period in sorted(set(decided((register.name,))) - set(registry.closed(where.settings))):
            told += _period(_Month(where, period, decided), register, users, log)
    return told


def shared(table: Table, register: Table) -> tuple[ComparisonKey, ...]:
    """The keys of a dataset that a register has too, by recipe, the surest first."""
    mine, theirs = table.second_route, register.second_route
    known = {key.recipe for key in theirs.keys} if theirs else set()
    return tuple(key for key in mine.keys if key.recipe in known) if mine else ()


def require_registers(known: Contracts) -> None:
    """Every second route leads somewhere.

    Raises:
        ContractError: A dataset has one, and no register has one of its keys.
    """
    for table in _routed(known, "unlinked"):
        if not any(shared(table, register) for register in _routed(known, "all")):
            raise ContractError(
                f"contracts/{table.path}: no register (secondRoute with rows: all) has one of its keys.",
                "Give a register the same parts in the same order.",
                code="CONTRACT-SECOND-REGISTER",
            )


def _routed(known: Contracts, rows: str) -> list[Table]:
    return [table for table in known.datasets if table.second_route and table.second_route.rows == rows]


@dataclass(frozen=True)
class _Month:
    """One period of a bench, and which datasets are promoted in it."""

    where: Bench
    period: str
    decided: Ready

    def promoted(self, table: Table) -> bool:
        """Whether a submission of the dataset stands."""
        return self.decided((table.name,)).get(self.period, {}).get(table.name, -1) >= 0

    def sent(self, table: Table) -> Sent | None:
        """The promoted submission, where it has a link file."""
        s3 = self.where.s3
        claims = ledger.claims(s3, table.name, self.period) if self.promoted(table) else []
        if not claims:
            return None
        place = lake.Submission(table.agency, table.name, self.period, claims[-1].submission)
        stem = manifest.file_names(claims[-1].supersedes)[0].removesuffix(".json")
        made = opening.sent(s3, place, stem)
        return (made, place) if made else None

    def waiting(self, table: Table) -> Sent | None:
        """The same where no job is done with it; of one that is, the keys are destroyed once more."""
        found = self.sent(table)
        if found is None or not opening.done(self.where.s3, found[1]):
            return found
        opening.destroy(self.where.s3, *found)
        return None

    def done(self, table: Table) -> bool:
        """Whether a dataset came and was linked. One that did not come may still."""
        found = self.sent(table)
        return found is not None and opening.done(self.where.s3, found[1])


def _period(month: _Month, register: Table, users: list[Table], log: Callable[[str], None]) -> list[dict[str, Any]]:
    where, there = month.where, month.waiting(register)
    waiting = [(table, sent) for table in users if (sent := month.waiting(table))]
    if not waiting or there is None:
        return []
    whole = _open(where, register, there)
    persons = whole.keys.join(where.tables.persons(register, month.period), on="row_number")
    told = []
    for table, sent in waiting:
        document = _one(where, (table, register), _open(where, table, sent), persons)
        opening.destroy(where.s3, *sent)
        log(f"second route {table.name} {month.period}: {document['linked']} of {document['rows']} rows")
        told.append(document)
    if all(month.done(table) for table in users):
        opening.destroy(where.s3, *there)
        log(f"second route {month.period}: the register's keys are destroyed")
    return told


def _one(where: Bench, sides: tuple[Table, Table], mine: Opened, persons: pl.DataFrame) -> dict[str, Any]:
    table, register = sides
    keys = shared(table, register)
    recipes = {key.recipe: key.name for key in (register.second_route.keys if register.second_route else ())}
    theirs = persons.select("pid", *(pl.col(recipes[key.recipe]).alias(key.name) for key in keys))
    found = matching.candidates(mine.keys.select("row_number", *(key.name for key in keys)), theirs, keys)
    period = mine.place.period
    where.tables.replace(found.candidates, where.contracts[LINKS], dataset=table.name, period=period)
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


def document(told: list[dict[str, Any]]) -> str:
    """What the job prints last."""
    return json.dumps({"decisions": told}, ensure_ascii=False)
