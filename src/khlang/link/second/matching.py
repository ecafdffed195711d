"""The pure middle of a linkage job: keys of rows and of a register in, candidates out. No file, no store, no clock.

Deterministic passes come first: on a key that the contract calls certain, a row and a person that agree with each
other and with nobody else. What is left goes to the model (:mod:`khlang.link.second.model`), where there are keys and
pairs enough to estimate one.
"""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from khlang.contracts.second_route import ComparisonKey
from khlang.link.routes import SECOND
from khlang.link.second import model

#: Weight of a deterministic pass: of a thousand such links one may be wrong (docs/decisions/219).
CERTAIN: Final = 0.999
LEAST: Final = 0.01  # candidates below are not kept
MOST: Final = 5  # candidates of one row
SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "row_number": pl.Int64,
    "pid": pl.Int64,
    "route": pl.String,
    "weight": pl.Float64,
    "linked_by": pl.String,
    "keys_agreed": pl.Int64,
    "place": pl.Int64,
}


@dataclass(frozen=True)
class Found:
    """``candidates``: columns of ``SCHEMA``, the best of a row at ``place`` 1; ``charts``: the model's, by name."""

    candidates: pl.DataFrame
    charts: dict[str, str] = field(default_factory=dict)


def candidates(rows: pl.DataFrame, register: pl.DataFrame, keys: tuple[ComparisonKey, ...]) -> Found:
    """Who each row may be.

    Args:
        rows: ``row_number`` and one column a key, of rows without a pid.
        register: ``pid`` and the same columns.
        keys: Those that both sides have, the surest first.
    """
    names = [key.name for key in keys]
    certain = [_certain(rows, register, key.name) for key in keys if key.certain]
    sure = _once(certain)
    # The model is estimated with all rows: without those that are surely linked it would see hardly a person twice.
    scored = model.score(rows, register, names)
    left = scored.pairs.join(sure, on="row_number", how="anti")
    modelled = left.select("row_number", "pid", "weight", pl.lit("model").alias("linked_by"))
    both = pl.concat([sure, modelled.filter(pl.col("weight") >= LEAST)])
    counted = _agreed(both, rows, register, names).with_columns(pl.lit(SECOND).alias("route"))
    order = counted.sort("row_number", "weight", "keys_agreed", "pid", descending=[False, True, True, False])
    placed = order.with_columns((pl.int_range(pl.len()).over("row_number") + 1).alias("place"))
    kept = placed.filter(pl.col("place") <= MOST)
    return Found(kept.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()), scored.charts)


def _certain(rows: pl.DataFrame, register: pl.DataFrame, name: str) -> pl.DataFrame:
    """Pairs that agree on a key that nobody else has, on either side."""
    alone = [side.filter(pl.col(name).is_not_null() & pl.col(name).is_unique()) for side in (rows, register)]
    pairs = alone[0].join(alone[1], on=name, how="inner")  # one to one
    return pairs.select("row_number", "pid", pl.lit(CERTAIN).alias("weight"), pl.lit(name).alias("linked_by"))


def _once(passes: list[pl.DataFrame]) -> pl.DataFrame:
    """Passes in their order; what an earlier one linked is left alone, rows and persons."""
    empty = {name: SCHEMA[name] for name in ("row_number", "pid", "weight", "linked_by")}
    taken = pl.DataFrame(schema=empty)
    for pairs in passes:
        fresh = pairs.join(taken, on="row_number", how="anti").join(taken, on="pid", how="anti")
        taken = pl.concat([taken, fresh.select(pl.col(name).cast(kind) for name, kind in empty.items())])
    return taken


def _agreed(pairs: pl.DataFrame, rows: pl.DataFrame, register: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Pairs with the number of keys on which they agree."""
    theirs = register.select("pid", *(pl.col(name).alias(f"{name}_there") for name in names))
    joined = pairs.join(rows.select("row_number", *names), on="row_number").join(theirs, on="pid")
    same = [(pl.col(name) == pl.col(f"{name}_there")).fill_null(value=False).cast(pl.Int64) for name in names]
    most = joined.with_columns(pl.sum_horizontal(same).alias("keys_agreed"))
    # A person may stand in the register twice, typed differently: the better of the two counts.
    return most.group_by("row_number", "pid", "linked_by").agg(pl.col("weight", "keys_agreed").max())
