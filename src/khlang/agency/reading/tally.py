"""What is wrong with identifiers, counted while an extract goes by: reasons, and one identifier on many rows."""

import polars as pl

from khlang import pseudonym
from khlang.contracts import Table

KEPT = 1_000_000  # candidates for a heavy identifier; a count falls short by at most one in a million rows
ROWS = 3  # a person stands on few rows; the contract's GATE-HEAVY may say otherwise


class Tally:
    """Counts of one extract, fed chunk by chunk; holds no text of an identifier, and as many numbers as ``KEPT``.

    ``reasons``: column → reason → rows. ``heavy``: column → identifiers that stand on more rows than they may.
    """

    def __init__(self, table: Table, *, simulation: bool) -> None:
        self._columns = {column.name: str(column.identifier) for column in table.identifiers}
        self._limits = {
            str(rule.column): int(rule.arguments.get("rows", ROWS))
            for rule in table.quality
            if rule.code == "GATE-HEAVY" and rule.column in self._columns
        }
        self._simulation = simulation
        self._seen = dict.fromkeys(self._limits, pl.DataFrame(schema={"id": pl.UInt64, "rows": pl.Int64}))
        self.rows = 0
        self.reasons: dict[str, dict[str, int]] = {name: {} for name in self._columns}

    def add(self, chunk: pl.DataFrame) -> None:
        """Count one chunk of ``Extract.chunks``."""
        self.rows += chunk.height
        for name, kind in self._columns.items():
            done = pseudonym.normalise_column(chunk[name], type=kind, simulation=self._simulation)
            counted = self.reasons[name]
            for reason, rows in done["reason"].drop_nulls().value_counts().rows():
                counted[reason] = counted.get(reason, 0) + rows
            if name in self._limits:
                self._seen[name] = _heaviest(self._seen[name], done["id"])

    def heavy(self) -> dict[str, int]:
        """Column → how many identifiers stand on more than max(what the contract allows, 10 in a million) rows."""
        return {
            name: found
            for name, limit in self._limits.items()
            if (found := self._seen[name].filter(pl.col("rows") > max(limit, self.rows // 100_000)).height)
        }


def _heaviest(before: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Misra and Gries' summary, merged by sorting: what is subtracted from all is what the first one left out has."""
    new = pl.DataFrame({"id": ids.drop_nulls().hash(seed=7)}).group_by("id").agg(pl.len().cast(pl.Int64).alias("rows"))
    both = pl.concat([before, new]).group_by("id").agg(pl.col("rows").sum()).sort("rows", "id", descending=True)
    if both.height <= KEPT:
        return both
    less = int(both["rows"][KEPT])
    return both.head(KEPT).with_columns(pl.col("rows") - less).filter(pl.col("rows") > 0)
