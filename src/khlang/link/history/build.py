"""Takes into every history what curate promoted or withdrew since: an arrival at a time, each one append-only commit.

An arrival leaves an intent with its time before, and a mark after its commit (:mod:`khlang.link.records`); a run that
was killed between is finished by the next one, under the same number and before all else: Delta takes no number twice,
and what comes next is held against months of which it is known whether they were taken in.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from khlang import delta, frames, lake
from khlang.contracts import Table, facts
from khlang.curation import rotation
from khlang.link.build import Workshop
from khlang.link.history import arrivals, edit
from khlang.link.history.arrivals import Arrival, Decision
from khlang.link.records import Records

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Told = Iterable[tuple[Decision, datetime]]


def build(shop: Workshop, decisions: Told) -> list[tuple[str, str]]:
    """Bring every history up to date.

    Args:
        shop: Tables, receipts, contracts, session.
        decisions: Curate's decisions, each with the time it was written.

    Returns:
        ``(history, period)`` of every arrival that was taken in, in order.

    Raises:
        ServiceError: Pids are being changed by a rotation.
        LeaseLostError: Another run is at the same history.
    """
    rotation.require_rest(shop.place.objects)
    told = list(decisions)
    return [pair for table in shop.contracts.histories for pair in _build_one(shop, table, told)]


def records_of(shop: Workshop, table: Table) -> Records:
    """What a history took in, and when that became known."""
    return Records(shop.receipts, f"_history/{table.versioned}")


def _build_one(shop: Workshop, table: Table, decisions: list[tuple[Decision, datetime]]) -> list[tuple[str, str]]:
    records = records_of(shop, table)
    mine = [(decision, at) for decision, at in decisions if decision["dataset"] == table.inputs[0]]
    if not _pending(mine, table, records) and not records.cut_off():
        return []
    location, built = lake.table("history", table.name, table.version), []
    with shop.writer(table, location) as app:
        # All of it asked only now: another run may have held the lease until this moment.
        for period, state in records.cut_off().items():
            _take_in(shop, table, Arrival(period, int(state["inputs"][table.inputs[0]]), state["known_from"]), app=app)
            built.append((table.name, period))
        for arrival in _pending(mine, table, records):
            _take_in(shop, table, arrival, app=app)
            built.append((table.name, arrival.period))
    return built


def _take_in(shop: Workshop, table: Table, arrival: Arrival, *, app: str) -> None:
    """One arrival, one commit; of one that was cut off before its mark the same commit, which Delta may have."""
    records, location = records_of(shop, table), lake.table("history", table.name, table.version)
    known = frozenset(period for period, version in _taken(table, records).items() if version > 0)
    state = {"inputs": {table.inputs[0]: arrival.version}, "known_from": arrival.known_from}
    number = records.begin({arrival.period: state})
    try:
        rows = _records(shop, table, arrival, known=known, at=shop.place.at(location))
        delta.append(rows, shop.place.at(location), app=app, version=number, sort_by=facts.key(table)[0])
    finally:
        shop.session().catalog.dropTempView(f"{table.name}_near")  # and what is cached of it
    records.finish(number)


def _taken(table: Table, records: Records) -> dict[str, int]:
    """Period → version that was taken in last; below zero where it was withdrawn."""
    return {period: int(state["inputs"][table.inputs[0]]) for period, state in records.states().items()}


def _pending(decisions: Told, table: Table, records: Records) -> list[Arrival]:
    """What is still to be taken in."""
    last = max((state["known_from"] for state in records.states().values()), default="")
    return arrivals.pending(decisions, taken=_taken(table, records), last=last)


def _records(shop: Workshop, table: Table, arrival: Arrival, *, known: frozenset[str], at: str) -> "DataFrame":
    """What an arrival appends to the history that lies there."""
    name, period, spark = table.name, arrival.period, shop.session()
    source = shop.read(table.inputs[0])
    (source if arrival.version > 0 else source.where("false")).createOrReplaceTempView(f"{name}_source")
    spark.sql(edit.content(table, period, f"{name}_source")).createOrReplaceTempView(f"{name}_content")
    spark.sql(facts.believed(table).format(table=f"delta.`{at}`")).createOrReplaceTempView(f"{name}_believed")
    change = edit.Edit(table, period, known, known | {period} if arrival.version > 0 else known - {period})
    spark.sql(edit.near(change, f"{name}_believed")).createOrReplaceTempView(f"{name}_near")
    spark.catalog.cacheTable(f"{name}_near")  # the query reads it three times
    made = spark.sql(edit.records(change, near=f"{name}_near", content=f"{name}_content"))
    times = made.selectExpr("*", f"'{arrival.known_from}' AS known_from", f"'{period}' AS period")
    return frames.conform(times, table)
