"""Builds the marts of one domain: each period whose inputs are all promoted and are not those it was built from.

A mart is a module of its contract's name in ``khlang.domains.<domain>.marts`` with ``build(inputs, table, period=…)``.
All stale periods of a mart are judged by its contract first, and then replaced in one commit: all of them or none.
"""

import hashlib
import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from khlang import delta, frames, lake
from khlang.contracts import Contracts, Table, ddl, described_ddl, suite
from khlang.curation import rotation
from khlang.curation.lease import hold
from khlang.curation.objects import Lake, Objects
from khlang.errors import ContractError
from khlang.link import common, joinbook, joins, judging
from khlang.link.records import ReceiptObjects, Records, State
from khlang.link.second import taking

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

#: Names of inputs → for every period in which all of them are promoted, the version of each.
Ready = Callable[[tuple[str, ...]], Mapping[str, Mapping[str, int]]]
PARALLEL = 2


@dataclass(frozen=True)
class Workshop:
    """What building needs: where tables and receipts are, the contracts, and how to get a session when it is needed."""

    place: Lake
    receipts: "ReceiptObjects | Objects"
    contracts: Contracts
    session: "Callable[[], SparkSession]"

    def read(self, name: str) -> "DataFrame":
        """The table of this name, whole."""
        table = self.contracts[name]
        location = lake.table(table.layer, table.name, table.version)
        return self.session().read.format("delta").load(self.place.at(location))

    @contextmanager
    def writer(self, table: Table, location: str) -> Iterator[str]:
        """Hold a table's lease, and make it where it is not there yet; gives the id of its transactions."""
        name = location.removeprefix(f"s3://{lake.LAKE}/").replace("/", ".")
        with hold(self.place.objects, name) as lease:
            if not self.place.exists(location):
                delta.ensure(self.session(), self.place.at(location), described_ddl(table), partition=table.partition)
            lease.check()
            yield name

    def write(self, rows: "DataFrame", table: Table, location: str, *, periods: list[str], version: int) -> None:
        """Replace these periods of a table in one commit, holding its lease."""
        first = next((name for name in table.grain if name != table.partition), None)
        with self.writer(table, location) as app:
            delta.replace_periods(
                rows, self.place.at(location), periods=periods, app=app, version=version, sort_by=first
            )

    def replace(self, rows: "DataFrame", table: Table, location: str, *, version: int) -> None:
        """Replace a table of no periods by these rows in one commit, holding its lease."""
        with self.writer(table, location) as app:
            delta.replace_all(rows, self.place.at(location), app=app, version=version)


def build(shop: Workshop, *, domain: str, ready: Ready, as_of: str | None = None) -> list[tuple[str, str]]:
    """Rebuild what is stale of a domain's marts.

    Args:
        shop: Tables, receipts, contracts, session.
        domain: Whose marts.
        ready: Which periods have all their inputs.
        as_of: The last period that is looked at, ``YYYY-MM``; without it every one that is ready.

    Returns:
        ``(mart, period)`` of every period that was written, in order.

    Raises:
        ContractError: A mart's contract has no module.
        GateRefusedError: A period breaks its mart's contract; nothing of that mart was written.
    """
    marts = [table for table in shop.contracts.marts if table.domain == domain]
    with ThreadPoolExecutor(PARALLEL) as pool:
        built = list(pool.map(lambda table: _build_one(shop, table, ready, as_of), marts))
    return sorted(pair for pairs in built for pair in pairs)


def months(table: Table, period: str) -> tuple[str, str]:
    """First and last period of its inputs that a mart looks at for one of its own: none that came after it."""
    year, month = (int(part) for part in period.split("-"))
    first = year * 12 + month - table.months
    return f"{first // 12:04d}-{first % 12 + 1:02d}", period


def module(table: Table) -> Callable[..., "DataFrame"]:
    """The transform of a mart.

    Raises:
        ContractError: There is none. What its module itself fails to import is raised as it is.
    """
    name = f"khlang.domains.{table.domain}.marts.{table.name}"
    transform: Callable[..., DataFrame] | None = None
    try:
        transform = getattr(importlib.import_module(name), "build", None)
    except ModuleNotFoundError as error:
        # Only where the module itself, or a package it lies in, is what was not found.
        if not f"{name}.".startswith(f"{error.name}."):
            raise
    if transform is None:
        raise ContractError(
            f"The mart {table.name} has a contract and no transform.",
            f"Write build(inputs, table, period=…) in {name}.",
            code="CONTRACT-MART",
        )
    return transform


def code(table: Table) -> str:
    """A hash of all that decides a mart's rows beside its inputs: transforms, definitions, contract, rules."""
    here = Path(importlib.import_module(f"khlang.domains.{table.domain}").__file__ or "").parent
    files = [*sorted((here / "marts").glob("*.py")), *sorted(here.glob("definitions.*")), Path(frames.__file__)]
    # What was built under other rules is judged anew.
    judged = json.dumps([suite(table), *map(str, table.joins)], sort_keys=True)
    return digest(*(file.read_bytes() for file in files), ddl(table).encode(), judged.encode())


def digest(*parts: bytes) -> str:
    """A short hash of what decides a table's rows; each part is hashed by itself first."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]


def _build_one(shop: Workshop, table: Table, asked: Ready, as_of: str | None) -> list[tuple[str, str]]:
    rotation.require_rest(shop.place.objects)
    fixed = _fixed(shop, table)
    if 0 in fixed.values():
        return []  # not loaded or linked yet: when it is, that starts this mart's DAG
    dated = tuple(name for name in table.inputs if name not in fixed)
    ready = {period: versions for period, versions in asked(dated).items() if not as_of or period <= as_of}
    each = {name: asked((name,)) for name in dated} if table.months > 1 else {}
    transform, revision = module(table), code(table)
    if turn := rotation.generation(shop.place.objects):
        revision = f"{revision}-{turn}"  # pids were changed since: what was built from the old ones is stale
    wanted: dict[str, State] = {
        p: {"inputs": {**ready[p], **_earlier(table, each, p), **fixed}, "code": revision} for p in ready
    }
    records = Records(shop.receipts, f"_marts/{table.versioned}")
    built = records.numbers()
    # What was never built need not be taken out.
    stale = {p: s for p, s in records.stale(wanted).items() if p in built or not _withdrawn(ready[p])}
    if not stale:
        return []
    number = records.begin(stale)
    inputs = {name: shop.read(name) for name in table.inputs}
    of_months = {name for name in table.inputs if shop.contracts[name].layer != "common"}

    def one(period: str) -> "DataFrame":
        if _withdrawn(ready[period]):
            return shop.session().createDataFrame([], ddl(table))
        first, last = months(table, period)
        window = f"period BETWEEN '{first}' AND '{last}'"
        seen = {name: frame.where(window) if name in of_months else frame for name, frame in inputs.items()}
        return transform(seen, table, period=period)

    rows = reduce(lambda left, right: left.unionByName(right), map(one, sorted(stale))).cache()
    alive = [period for period in sorted(stale) if not _withdrawn(ready[period])]
    try:
        measured = joins.measure(inputs, table, periods=alive)
        joinbook.keep(shop.receipts, table, number, measured)  # before they are judged: a refusal is told as well
        judging.require_sound(rows, table, periods=alive, joined=joinbook.judged(shop.receipts, table, measured))
        location = lake.table("marts", table.name, table.version)
        shop.write(rows, table, location, periods=sorted(stale), version=number)
    finally:
        rows.unpersist()
    records.finish(number)
    return [(table.name, period) for period in sorted(stale)]


def _fixed(shop: Workshop, table: Table) -> dict[str, int]:
    """The inputs that are no promoted months, common data and links of the second route: which state of each counts."""
    known = [shop.contracts[name] for name in table.inputs]
    return {one.name: common.version(shop, one) for one in known if one.layer == "common"} | {
        one.name: taking.written(shop.place, one) for one in known if one.layer == "links"
    }


def _earlier(table: Table, each: Mapping[str, Mapping[str, Mapping[str, int]]], period: str) -> dict[str, int]:
    """Which versions of the months before it a period is built from."""
    first, last = months(table, period)
    return {
        f"{name}/{p}": versions[name]
        for name, ready in each.items()
        for p, versions in ready.items()
        if first <= p < last
    }


def _withdrawn(versions: Mapping[str, int]) -> bool:
    """Whether an input was withdrawn from a period: a mart of what is left would tell zeros where nothing is known."""
    return min(versions.values(), default=0) < 0
