"""The map of a rotation: for every row of the spine its new pseudonym and pid, and the aliases that go with them."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from khlang import pseudonym
from khlang.curation import bridge, promote
from khlang.curation import spine as persons_of
from khlang.curation.rekey import Pool, to_spark
from khlang.curation.rotation import State, Work

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


def draw(work: Work, now: State, where: tuple[str, str], folder: str) -> dict[str, int]:
    """Write ``map`` (``type, p, pid, first_period, new_p, new_pid``) and ``alias`` (``type, p, pid``) under a folder.

    Returns:
        ``redrawn`` pids, and how many of them are ``bridged`` (all, by a pool rotation) and ``unlinkable``.
    """
    spine, alias = (work.spark.read.format("delta").load(at) for at in where)
    older = persons_of.bridged(alias, spine)
    if now.kind == "pool":
        drawn = _hashed(spine.select("type", "p", "pid", "first_period"), work.fresh)
        kept = _hashed(older, work.fresh).selectExpr("type", "new_p AS p", "pid")
    else:
        drawn = _from_bridges(work, spine, alias, now.name)
        kept = older.where("false")
    settled = _with_pids(drawn, folder, work)
    settled.write.mode("overwrite").parquet(f"{folder}/map")
    settled = work.spark.read.parquet(f"{folder}/map")
    moved = kept.join(settled.select("type", "pid", "new_pid"), ["type", "pid"]).selectExpr(
        "type", "p", "new_pid AS pid"
    )
    shared = settled.selectExpr("type", "new_p AS p", "new_pid AS pid", f"{_natural('new_p')} AS own")
    aliases = moved.unionByName(shared.where("pid <> own").drop("own"))
    aliases.write.mode("overwrite").parquet(f"{folder}/alias")
    total, bridged = settled.count(), settled.where("bridged").count()
    return {"redrawn": total, "bridged": bridged, "unlinkable": total - bridged}


def _from_bridges(work: Work, spine: "DataFrame", alias: "DataFrame", epoch: str) -> "DataFrame":
    """The new epoch's pseudonym for who is in a bridge into it; for the others one under a key that nobody keeps.

    A bridge into an older epoch is not used: it may lead to pseudonyms of the leaked key.
    """
    paired = bridge.pairs(work.spark, work.place, work.pool, {epoch})
    rest = _hashed(spine.select("type", "p", "pid", "first_period"), work.fresh).withColumnRenamed("new_p", "lost_p")
    if paired is None:
        return rest.withColumnRenamed("lost_p", "new_p").selectExpr("*", "false AS bridged")
    # Standing: somebody applied the bridge before the rotation.
    judged = bridge.judge(paired, spine, alias).where("fate IN ('bridged', 'standing')").select("type", "pid", "p_new")
    both = rest.join(judged, ["type", "pid"], "left")
    kept = ("type", "p", "pid", "first_period")
    return both.selectExpr(*kept, "coalesce(p_new, lost_p) AS new_p", "p_new IS NOT NULL AS bridged")


def _hashed(rows: "DataFrame", fresh: Pool) -> "DataFrame":
    """``new_p`` beside every ``p``; the key is read from its file at the worker."""
    fields = ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in rows.schema.fields)
    return rows.mapInArrow(partial(_batches, fresh=fresh), f"{fields}, new_p STRING")


def _batches(batches: "Iterator[pa.RecordBatch]", *, fresh: Pool) -> "Iterator[pa.RecordBatch]":
    import polars as pl

    key = fresh.derived()
    for batch in batches:
        frame = pl.from_arrow(batch)
        if isinstance(frame, pl.DataFrame) and frame.height:
            again = pseudonym.repool_column(frame["p"], key=key, epoch=fresh.epoch)
            yield from to_spark(frame.with_columns(again.alias("new_p")))


def _with_pids(drawn: "DataFrame", folder: str, work: Work) -> "DataFrame":
    """``new_pid``: the first 48 bits, or the next ones where two of a type share them."""
    whole = drawn if "bridged" in drawn.columns else drawn.selectExpr("*", "true AS bridged")
    # Written first: a throw-away key must give each row one answer, however often Spark asks.
    whole.selectExpr("*", f"{_natural('new_p')} AS new_pid").write.mode("overwrite").parquet(f"{folder}/draft")
    draft = work.spark.read.parquet(f"{folder}/draft")
    found = draft.selectExpr("type", "new_p AS p", "new_pid AS pid")
    shared = found.groupBy("type", "pid").count().where("count > 1").select("type", "pid")
    keys: list[Any] = [(row["type"], row["p"]) for row in found.join(shared, ["type", "pid"]).collect()]
    if not keys:
        return draft
    given = persons_of.resolve(keys, promote.held(found, keys))
    rows = [(type_, p, pid) for (type_, p), pid in sorted(given.items())]
    other = work.spark.createDataFrame(rows, "type STRING, new_p STRING, other BIGINT")
    columns = [name for name in draft.columns if name != "new_pid"]
    joined = draft.join(other, ["type", "new_p"], "left")
    return joined.selectExpr(*columns, "coalesce(other, new_pid) AS new_pid")


def _natural(column: str) -> str:
    return f"CAST(conv(substring({column}, -32, 12), 16, 10) AS BIGINT)"
