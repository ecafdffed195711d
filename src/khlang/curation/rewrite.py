"""Gives everybody another pid: a new pool key on top, or new pseudonyms after a source key was compromised.

``pool``: each ``p`` is hashed once more under a new random key; the older keys stay in use, so that new rows come to
the same ``p``. ``compromised``: who is in a bridge gets the pseudonym of the new source epoch, everybody else one under
a key that is thrown away. Either way a map is drawn first and kept until the end; then each table is rewritten in one
commit that bears the rotation's number, the spine last. A run that was killed is finished by the next one.
"""

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from khlang import lake
from khlang.contracts import Table
from khlang.curation import promote, redraw, rotation
from khlang.curation.lease import hold
from khlang.curation.rotation import State, Work
from khlang.errors import IntegrityError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def run(work: Work, now: State, *, settle: Callable[[], None], say: Callable[[str], None]) -> dict[str, int]:
    """Carry an open rotation to its end.

    Args:
        work: What it works on.
        now: From ``rotation.begin``.
        settle: Makes the new keys those in use; called after the tables and before the rotation is closed.
        say: Told each phase as it is done.

    Returns:
        How many pids were redrawn, and how many of them through a bridge.

    Raises:
        IntegrityError: A table holds a pid that the spine does not know.
        LeaseLostError: Another writer took over.
    """
    objects, curated = work.place.objects, tuple(table for table in work.tables.datasets if table.identifiers)
    histories, links = work.tables.histories, [one for one in work.tables.tables if one.layer == "links"]
    with ExitStack() as held:
        for table in curated:
            held.enter_context(hold(objects, f"curated.{table.versioned}"))
        for table in histories:
            held.enter_context(hold(objects, f"history.{table.versioned}"))
        for table in links:
            held.enter_context(hold(objects, f"links.{table.versioned}"))
        held.enter_context(hold(objects, "spine.spine_v1"))
        folder = f"{rotation.FOLDER}/{now.number:06d}"
        where = promote.ensure_spine(work.spark, work.place, work.tables["spine"], work.tables["spine_alias"])
        if objects.get(f"{folder}/drawn.json") is None:
            told = redraw.draw(work, now, where, f"{work.place.root}/{folder}")
            objects.put(f"{folder}/drawn.json", json.dumps(told).encode())
        say("map")
        drawn = work.spark.read.parquet(f"{work.place.root}/{folder}/map")
        layers: list[tuple[Table, lake.Layer]] = [(t, layer) for t in curated for layer in ("curated", "quarantine")]
        for table, layer in [*layers, *((table, "history") for table in histories)]:
            location = lake.table(layer, table.name, table.version)
            if work.place.exists(location) and not _done(work, location, now):
                _rewrite(work, table, location, drawn, now, strict=layer != "quarantine")
            say(f"{layer} {table.name}")
        for table in links:
            location = lake.table("links", table.name, table.version)
            if work.place.exists(location) and not _done(work, location, now):
                _rewrite(work, table, location, drawn, now, strict=False)
            say(f"links {table.name}")
        _overwrite(drawn.selectExpr("type", "new_p AS p", "new_pid AS pid", "first_period"), where[0], now)
        say("spine")
        _overwrite(work.spark.read.parquet(f"{work.place.root}/{folder}/alias"), where[1], now)
        say("alias")
        settle()
        say("keys")
        counts: dict[str, int] = json.loads(objects.get(f"{folder}/drawn.json") or b"{}")
        rotation.write(objects, State(now.number, now.kind, now.name, open=False))
        objects.delete_folder(f"{folder}/")
        say("closed")
        return counts


def _done(work: Work, location: str, now: State) -> bool:
    history = work.spark.sql(f"DESCRIBE HISTORY delta.`{work.place.at(location)}`").where(
        f"userMetadata = '{_mark(now)}'"
    )
    return bool(history.limit(1).collect())


def _rewrite(work: Work, table: Table, location: str, drawn: "DataFrame", now: State, *, strict: bool) -> None:
    """Every identifier column with its new pid; a rejected row's person may be in no spine, and loses its pid."""
    rows = work.spark.read.format("delta").load(work.place.at(location))
    columns = rows.columns
    for column in table.identifiers:
        name = column.name
        mine = drawn.where(f"type = '{column.identifier}'").selectExpr(f"pid AS `{name}`", f"new_pid AS `{name}_new`")
        rows = rows.join(mine, name, "left")
    if strict:
        lost = " OR ".join(f"(`{c.name}` IS NOT NULL AND `{c.name}_new` IS NULL)" for c in table.identifiers)
        count = rows.where(lost).count()
        if count:
            raise IntegrityError(
                f"{count} rows of {table.name} hold a pid that the spine does not know.",
                "Curate the dataset again, then run the rotation again.",
                code="ROTATION-SPINE",
            )
    names = {column.name for column in table.identifiers}
    _overwrite(rows.selectExpr(*(f"`{n}_new` AS `{n}`" if n in names else f"`{n}`" for n in columns)),
               work.place.at(location), now)  # fmt: skip


def _overwrite(rows: "DataFrame", at: str, now: State) -> None:
    writer = rows.write.format("delta").mode("overwrite").option("userMetadata", _mark(now))
    writer.option("txnAppId", "rotation").option("txnVersion", now.number).save(at)


def _mark(now: State) -> str:
    return f"rotation {now.number}"
