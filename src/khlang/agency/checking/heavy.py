"""The identifiers that stand on most rows, in bounded memory."""

import polars as pl

from khlang.agency.checking.counted import SHOWN, Counted
from khlang.contracts.gates import HEAVY_SHARE

KEPT = 2_000_000  # identifiers counted exactly; beyond, a count falls short by at most one in two million rows


class Heaviest:
    """Misra and Gries' summary, merged chunk by chunk: exact while there are at most ``kept`` identifiers."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._seen = pl.DataFrame(schema={"id": pl.UInt64, "rows": pl.UInt32, "first": pl.UInt32, "file": pl.UInt16})
        self._rows = 0

    def add(self, chunk: pl.DataFrame) -> None:
        """Count a chunk of ``id``, ``source_file``, ``source_row``; null ids are nobody."""
        known = chunk.drop_nulls("id")
        self._rows += known.height
        new = known.group_by("id").agg(
            pl.len().cast(pl.UInt32).alias("rows"),
            pl.first("source_row").cast(pl.UInt32).alias("first"),
            pl.first("source_file").alias("file"),
        )
        both = pl.concat([self._seen, new]).group_by("id", maintain_order=True)
        merged = both.agg(pl.sum("rows").cast(pl.UInt32), pl.first("first"), pl.first("file"))
        if merged.height > self._kept:
            merged = merged.sort("rows", descending=True, maintain_order=True)
            less = int(merged["rows"][self._kept])
            merged = merged.head(self._kept).filter(pl.col("rows") > less).with_columns(pl.col("rows") - less)
        self._seen = merged

    def excess(self, allowed_rows: int) -> tuple[float, Counted]:
        """Rows of the heaviest above max(allowed, 10 ppm of all rows); and who stands above, by the first row of each.

        Args:
            allowed_rows: What the contract allows one identifier.
        """
        allowed = max(float(allowed_rows), float(HEAVY_SHARE.rstrip("D")) * self._rows)
        above = self._seen.filter(pl.col("rows") > allowed).sort("file", "first")
        if above.is_empty():
            return 0.0, Counted()
        places = above.select("file", pl.col("first").cast(pl.Int64)).head(SHOWN).rows()
        return float(str(above["rows"].max())) - allowed, Counted(above.height, places)
