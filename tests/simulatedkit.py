"""A simulated month as curation would leave it, for tests that hold a mart's Spark code against the simulator's truth.

What curation itself does to a file is the matter of ``tests/scenarios`` and of the demo.
"""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from tests.curatekit import PERIOD, as_spark

from khlang import contracts

#: A column of a contract → what the simulator calls it, and how many of its parts make one unit.
HeldAs = Mapping[str, tuple[str, int]]


def curated(
    rows: pl.DataFrame, table: contracts.Table, held_as: HeldAs, *, spark: SparkSession, folder: Path
) -> DataFrame:
    """Kept rows under the contract's names and types; an identifier is its own digits."""
    text = {column.name: held_as.get(column.name, (column.name, 1)) for column in table.columns}
    there = {name: held for name, held in text.items() if held[0] in rows.columns}
    frame = as_spark(
        rows.select(pl.col(held).cast(pl.String).alias(name) for name, (held, _) in there.items()), spark, folder
    )
    scaled = {
        name: F.col(name).cast("DECIMAL(20,0)") / scale if scale > 1 else F.col(name)
        for name, (_, scale) in there.items()
    }
    columns = [
        scaled.get(column.name, F.lit(PERIOD if column.name == "period" else None)).cast(column.type).alias(column.name)
        for column in table.stored
    ]
    return frame.select(*columns)
