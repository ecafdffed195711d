"""Bridges of a new source epoch: pairs (s_old, s_new) of the same person, which keep links through a rotation.

The spine goes on holding the older pseudonym; the newer one becomes an alias of its pid. So tables, projects and
earlier months stay as they are. A pair that two agencies do not agree on, or whose person came in under the new
epoch before the bridge did, is counted and not used.
"""

from collections.abc import Collection, Iterator
from functools import partial
from typing import TYPE_CHECKING

from khlang import manifest
from khlang.contracts import Contracts
from khlang.curation import promote
from khlang.curation import spine as persons_of
from khlang.curation.lease import hold
from khlang.curation.objects import Lake
from khlang.curation.rekey import Pool, to_spark

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

#: What becomes of a pair. ``unknown``: its person never was promoted, so that there is nothing to keep.
FATES = ("bridged", "standing", "late", "conflict")


def pairs(spark: "SparkSession", place: Lake, pool: Pool, into: Collection[str] | None = None) -> "DataFrame | None":
    """``p_old, p_new`` of every accepted bridge into one of some source epochs, distinct; None where there is none."""
    keys = place.objects.keys("accepted/")
    found = sorted({key.rsplit("/", 1)[0] for key in keys if key.split("/")[2:3] == [manifest.BRIDGE]})
    if not found:
        return None
    rows = spark.read.parquet(*(f"{place.root}/{folder}" for folder in found))
    if into is not None:
        rows = rows.where(f"split_part(s_new, '.', 2) IN ({', '.join(repr(str(name)) for name in sorted(into))})")
    shipped = partial(_batches, pool=pool)
    return rows.select("s_old", "s_new").mapInArrow(shipped, "p_old STRING, p_new STRING").distinct()


def judge(paired: "DataFrame", spine: "DataFrame", alias: "DataFrame") -> "DataFrame":
    """Whom each pair means and what becomes of it: ``type, pid, p_new, fate``; unknown ones are left out."""
    owners = spine.select("type", "p", "pid").unionByName(persons_of.bridged(alias, spine))
    old = owners.withColumnRenamed("p", "p_old")
    new = owners.selectExpr("type", "p AS p_new", "pid AS pid_new")
    known = paired.join(old, "p_old").select("type", "pid", "p_new").distinct()
    ways = known.selectExpr(
        "*",
        "count(1) OVER (PARTITION BY type, pid) AS ways_on",
        "count(1) OVER (PARTITION BY p_new) AS ways_back",
    )
    fate = (
        "CASE WHEN pid_new = pid THEN 'standing' WHEN ways_on > 1 OR ways_back > 1 THEN 'conflict'"
        " WHEN pid_new IS NOT NULL THEN 'late' ELSE 'bridged' END AS fate"
    )
    return ways.join(new, ["type", "p_new"], "left").selectExpr("type", "pid", "p_new", fate)


def apply(
    spark: "SparkSession", place: Lake, pool: Pool, tables: Contracts, into: Collection[str] | None = None
) -> dict[str, int]:
    """Write the aliases of all accepted bridges; what stands is left, so that a repetition changes nothing.

    Args:
        spark: The session.
        place: The lake.
        pool: The pool's keys.
        tables: The contracts of spine and aliases.
        into: Source epochs whose bridges are trusted; all where not given.

    Returns:
        How many pairs had each fate, ``unknown`` ones, and ``unlinkable``: persons of the spine without any bridge.
    """
    with hold(place.objects, "spine.spine_v1") as lease:
        where = promote.ensure_spine(spark, place, tables["spine"], tables["spine_alias"])
        spine, alias = (spark.read.format("delta").load(at) for at in where)
        paired = pairs(spark, place, pool, into) if into is None or into else None
        if paired is None:
            return dict.fromkeys((*FATES, "unknown"), 0) | {"unlinkable": spine.count()}
        judged = judge(paired.cache(), spine, alias).cache()
        counts = dict.fromkeys(FATES, 0) | {
            row["fate"]: row["count"] for row in judged.groupBy("fate").count().collect()
        }
        counts["unknown"] = paired.select("p_old").distinct().count() - judged.select("type", "pid").distinct().count()
        fresh = judged.where("fate = 'bridged'").selectExpr("type", "p_new AS p", "pid")
        if counts["bridged"]:
            lease.check()
            fresh.sortWithinPartitions("pid").write.format("delta").mode("append").save(where[1])
        alias = spark.read.format("delta").load(where[1])
        linked = persons_of.bridged(alias, spine).select("type", "pid").distinct()
        counts["unlinkable"] = spine.join(linked, ["type", "pid"], "left_anti").count()
        return counts


def _batches(batches: "Iterator[pa.RecordBatch]", *, pool: Pool) -> "Iterator[pa.RecordBatch]":
    import polars as pl

    for batch in batches:
        frame = pl.from_arrow(batch)
        if isinstance(frame, pl.DataFrame) and frame.height:
            old, new = pool.column(frame["s_old"]), pool.column(frame["s_new"])
            yield from to_spark(pl.DataFrame({"p_old": old, "p_new": new}))
