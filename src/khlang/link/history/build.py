"""Takes into every history what curate promoted or withdrew since: an arrival at a time, each one append-only commit.

An arrival leaves an intent with its time before, and a mark after its commit (:mod:`khlang.link.records`); a run that
was killed between is finished by the next one, under the same number, and Delta takes no number twice.
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
    if not _pending(mine, table, records)[0]:
        return []
    location, built = lake.table("history", table.name, table.version), []
    with shop.writer(table, location) as app:
        waiting, taken = _pending(mine, table, records)  # again: another run may have held the lease until now
        for arrival in waiting:
            known = frozenset(period for period, version in taken.items() if version > 0)
            state = {"inputs": {table.inputs[0]: arrival.version}, "known_from": arrival.known_from}
            number = records.begin({arrival.period: state})
            rows = _records(shop, table, arrival, known=known, at=shop.place.at(location))
            delta.append(rows, shop.place.at(location), app=app, version=number, sort_by=facts.key(table)[0])
            shop.session().catalog.uncacheTable(f"{table.name}_near")
            records.finish(number)
            taken[arrival.period] = arrival.version
            built.append((table.name, arrival.period))
    return built


def _pending(decisions: Told, table: Table, records: Records) -> tuple[list[Arrival], dict[str, int]]:
    """What is still to be taken in, and for every period the version that was."""
    states = records.states()
    taken = {period: int(state["inputs"][table.inputs[0]]) for period, state in states.items()}
    last = max((state["known_from"] for state in states.values()), default="")
    return arrivals.pending(decisions, taken=taken, last=last), taken


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
