"""How a mart takes records that only the second route links: those above a threshold, each with its route and weight.

The mart's contract names ``second_links`` among its inputs, and carries ``route`` and ``weight`` on, so that whoever
reads it may choose a higher threshold.
"""

from typing import TYPE_CHECKING

from khlang import lake
from khlang.contracts import Table
from khlang.curation.objects import Lake
from khlang.link.routes import CID, SECOND

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def written(place: Lake, table: Table) -> int:
    """How often a table of links was written; 0 before the first time. No session is needed to see it."""
    return place.version(lake.table(table.layer, table.name, table.version)) + 1


def take(rows: "DataFrame", links: "DataFrame", table: Table, *, at_least: float) -> "DataFrame":
    """The rows of a dataset, with a pid from the second route where they have none of their own.

    Args:
        rows: Of the dataset, curated.
        links: ``second_links``.
        table: The dataset's contract.
        at_least: The lowest weight that is taken.

    Returns:
        The same rows and columns, then ``route`` (``cid``, ``second``; null where nobody is known) and ``weight`` (1
        of the route ``cid``).
    """
    from pyspark.sql import functions as F

    name = table.person.name
    best = links.where((F.col("dataset") == table.name) & (F.col("place") == 1) & (F.col("weight") >= at_least)).select(
        "period", "row_number", F.col("pid").alias("_pid"), F.col("weight").alias("_weight")
    )
    joined = rows.join(best, ["period", "row_number"], "left")  # one to at most one: a row has one best candidate
    own = F.col(name).isNotNull()
    return joined.select(
        *(F.coalesce(name, "_pid").alias(name) if each == name else each for each in rows.columns),
        F.when(own, CID.name).when(F.col("_pid").isNotNull(), SECOND).alias("route"),
        F.when(own, 1.0).otherwise(F.col("_weight")).alias("weight"),
    )
