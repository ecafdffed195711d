"""How a mart's inputs meet: every declared join of every period, measured in one pass over the inputs.

Each input is read once; each row gives one element a join it is part of, and one grouping by join and key tells for
every key how often it stands on either side. Counts leave this module, never a key.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from khlang.contracts import Table
from khlang.contracts.joins import AMPHOE, PROVINCE, Join

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


@dataclass(frozen=True)
class Measured:
    """One join of one period.

    Attributes:
        name: Of the join.
        rows_without_key: Rows of its ``from`` whose key is empty.
        keys: Distinct keys of ``from``.
        keys_matched: Those that stand in ``to`` as well.
        rows: Rows of ``from`` with a key.
        rows_matched: Those whose key stands in ``to``.
        repeats: Rows that repeat a key on a side which the contract says holds each once.
        outside: Keys that match beyond or short of the band; 0 below the least number of keys that is judged.
    """

    name: str
    rows_without_key: int
    keys: int
    keys_matched: int
    rows: int
    rows_matched: int
    repeats: int
    outside: int

    @property
    def metrics(self) -> dict[str, int]:
        """As the gate judges it."""
        return {f"join_outside__{self.name}": self.outside, f"join_repeats__{self.name}": self.repeats}


def outside(join: Join, *, keys: int, matched: int) -> int:
    """How many keys a match rate lies outside of its band; 0 where there are too few to say."""
    if keys < join.least:
        return 0
    # A hundred-millionth, so that 0.9 of ten keys, which is no double, asks for nine.
    least, most = ceil(join.low * keys - 1e-8), floor(join.high * keys + 1e-8)
    return max(0, least - matched, matched - most)


def measure(
    inputs: Mapping[str, "DataFrame"], table: Table, *, periods: Sequence[str]
) -> dict[str, dict[str, Measured]]:
    """Measure the declared joins of a mart.

    Args:
        inputs: Its inputs by name, whole; what has no period counts for every one.
        table: The mart's contract.
        periods: ``YYYY-MM`` of those to look at; of each only its own month is.

    Returns:
        Period → join's name → what was measured; a join of a period without rows has zeros.
    """
    joins = [join for join in table.joins if join.key]
    if not joins or not periods:
        return {period: {} for period in periods}
    counted = _counted(inputs, joins, periods)
    found = {(row["period"], row["number"]): row.asDict() for row in counted.collect()}
    return {
        period: {join.name: _measured(join, found.get((period, number), {})) for number, join in enumerate(joins)}
        for period in periods
    }


def metrics(measured: Mapping[str, Mapping[str, Measured]]) -> dict[str, dict[str, int]]:
    """Period → every metric of its joins."""
    return {
        period: {name: number for one in joins.values() for name, number in one.metrics.items()}
        for period, joins in measured.items()
    }


def _measured(join: Join, row: Mapping[str, Any]) -> Measured:
    said = {
        name: int(row.get(name) or 0) for name in ("rows_without_key", "keys", "keys_matched", "rows", "rows_matched")
    }
    sides = zip(join.single, ("mine_repeats", "theirs_repeats"), strict=True)
    repeats = sum(int(row.get(name) or 0) for single, name in sides if single)
    out = outside(join, keys=said["keys"], matched=said["keys_matched"])
    return Measured(join.name, **said, repeats=repeats, outside=out)


def _counted(inputs: Mapping[str, "DataFrame"], joins: Sequence[Join], periods: Sequence[str]) -> "DataFrame":
    """``period``, ``number`` of the join, and its counts. One shuffle by key, and one of a row a join."""
    from pyspark.sql import functions as F

    names = sorted({side for join in joins for side in (join.source, join.target)})
    told = [_elements(inputs[name], name, joins, periods) for name in names]
    each = reduce(lambda one, other: one.unionByName(other), told)
    keys = each.groupBy("period", "number", "key").agg(F.sum("mine").alias("mine"), F.sum("theirs").alias("theirs"))
    known, here, there = F.col("key").isNotNull(), F.col("mine") > 0, F.col("theirs") > 0
    return keys.groupBy("period", "number").agg(
        F.sum(F.when(~known, F.col("mine"))).alias("rows_without_key"),
        F.count_if(known & here).alias("keys"),
        F.count_if(known & here & there).alias("keys_matched"),
        F.sum(F.when(known, F.col("mine"))).alias("rows"),
        F.sum(F.when(known & there, F.col("mine"))).alias("rows_matched"),
        F.sum(F.when(known & here, F.col("mine") - 1)).alias("mine_repeats"),
        F.sum(F.when(known & there, F.col("theirs") - 1)).alias("theirs_repeats"),
    )


def _elements(frame: "DataFrame", name: str, joins: Sequence[Join], periods: Sequence[str]) -> "DataFrame":
    """One element a row and side of a join that the input is: ``period``, ``number``, ``key``, ``mine``, ``theirs``."""
    from pyspark.sql import functions as F

    dated = (
        frame.where(F.col("period").isin(list(periods)))
        if "period" in frame.columns
        else frame.withColumn("period", F.explode(F.array(*map(F.lit, periods))))
    )
    sides = [
        F.struct(F.lit(number).alias("number"), _key(join.key, frame.columns).alias("key"),
                 F.lit(int(mine)).alias("mine"), F.lit(int(not mine)).alias("theirs"))
        for number, join in enumerate(joins)
        for mine, side in ((True, join.source), (False, join.target))
        if side == name
    ]  # fmt: skip
    return dated.select("period", F.explode(F.array(*sides)).alias("side")).select("period", "side.*")


def _key(columns: Iterable[str], there: Sequence[str]) -> "Column":
    """The key as one text; null where a part of it is."""
    from pyspark.sql import functions as F

    parts = [
        F.substring(AMPHOE, 1, 2) if name == PROVINCE and PROVINCE not in there else F.col(name).cast("STRING")
        for name in columns
    ]
    return F.concat(*(each for part in parts for each in (part, F.lit("\x1f"))))
