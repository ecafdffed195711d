"""How many records link by which route at which weight, as it may be shown: what an analyst chooses a threshold by.

Counts of persons pass the release threshold: fewer than ten, and what would give one away, are empty.
"""

from typing import Final

import polars as pl

from khlang.link.routes import CID, SECOND
from khlang.link.second import matching
from khlang.release import threshold

NONE: Final = "none"  # the route of a row that nobody was found for
#: The lowest weight of each band, the surest first. Few, for an empty band takes another with it.
BANDS: Final = (0.99, 0.9, matching.LEAST)
SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "route": pl.String,
    "weight_from": pl.Float64,
    "records": pl.Int64,
}


def counted(candidates: pl.DataFrame, *, known: int, rows: int) -> pl.DataFrame:
    """Records by route and band of weight; each band once, also where nobody is in it.

    Args:
        candidates: Columns of ``matching.SCHEMA``, of one dataset and period.
        known: Distinct persons of the same month who have a pid of their own.
        rows: Rows that have comparison keys.
    """
    best = candidates.filter(pl.col("place") == 1)
    band = pl.lit(BANDS[-1])
    for lowest in reversed(BANDS):
        band = pl.when(pl.col("weight") >= lowest).then(lowest).otherwise(band)
    persons = dict(best.group_by(band.alias("band")).agg(pl.col("pid").n_unique()).rows())
    counts = {
        (CID.name, 1.0): known,
        **{(SECOND, lowest): int(persons.get(lowest, 0)) for lowest in BANDS},
        (NONE, 0.0): rows - best.height,
    }
    cells = threshold.protect_column(list(counts.values()))
    told = [(*group, cell.value) for group, cell in zip(counts, cells, strict=True)]
    return pl.DataFrame(told, schema=SCHEMA, orient="row")
