"""Identifiers on more rows than one person can stand on: the gate would refuse them, so the official hears it first.

One count for ``check`` and ``seal``: exact, over numbers that stand for the identifiers.
"""

import polars as pl

from khlang.agency.counted import SHOWN, Counted
from khlang.contracts import Table, rules
from khlang.contracts.gates import HEAVY_SHARE

_AT_ONCE = 1 << 20  # numbers that the count looks at together, part after part: its memory does not grow with rows


class Heavy:
    """Eight bytes a row, and six more where places are wanted.

    Args:
        allowed_rows: What the contract allows one identifier.
    """

    def __init__(self, allowed_rows: int) -> None:
        self._allowed = allowed_rows
        self._seen: list[pl.DataFrame] = []

    def add(self, numbers: pl.Series, places: pl.DataFrame | None = None) -> None:
        """Remember a chunk.

        Args:
            numbers: UInt64, the same for the same identifier; null is nobody.
            places: ``source_file`` and ``source_row`` of each.
        """
        frame = pl.DataFrame({"id": numbers})
        if places is not None:
            frame = frame.with_columns(places["source_file"], places["source_row"].cast(pl.UInt32))
        self._seen.append(frame.drop_nulls("id"))

    def excess(self) -> tuple[float, Counted]:
        """Rows of the heaviest above max(allowed, 10 ppm of rows); and who stands above, by the first row of each."""
        if not self._seen:
            return 0.0, Counted()
        every = pl.concat(self._seen, rechunk=False)
        allowed = max(float(self._allowed), float(HEAVY_SHARE) * every.height)
        most, found = 0, Counted()
        turns = 1 + every.height // _AT_ONCE
        for turn in range(turns):
            some = every.filter(pl.col("id") % turns == turn)
            above = some["id"].value_counts().filter(pl.col("count") > allowed)
            if above.height:
                most = max(most, int(str(above["count"].max())))
                found.count += above.height
                found.first += _first(some, above["id"])
        found.first = sorted(found.first)[:SHOWN]
        return (most - allowed if most else 0.0), found


def of(table: Table) -> dict[str, Heavy]:
    """A counter for each identifier column of which the contract says how many rows one may stand on."""
    grouped = [rule for rule in rules(table) if rule.computed == "grouped"]
    return {str(rule.grouped_by): Heavy(rule.allowed_rows or 0) for rule in grouped}


def _first(some: pl.DataFrame, ids: pl.Series) -> list[tuple[int, int]]:
    if "source_row" not in some.columns:
        return []
    held = some.filter(pl.col("id").is_in(ids.implode())).unique("id", keep="first", maintain_order=True)
    return held.select("source_file", pl.col("source_row").cast(pl.Int64)).rows()
