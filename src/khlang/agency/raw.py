"""An extract as read: its header and its rows as text, before any meaning is given to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from khlang.contracts import Table, folded

HEADER_WITHIN = 20  # rows in which the header must stand; offices put titles above it


@dataclass(frozen=True)
class Raw:
    """One sheet or text file.

    ``frame`` has the columns ``0``, ``1``, … as text; its row ``i`` is row ``first_row + i`` as Excel
    counts. ``form`` says how it was read (encoding and delimiter, or sheet), for the summary.
    """

    file: str
    header: tuple[str, ...] = field(repr=False)
    frame: pl.DataFrame = field(repr=False)  # raw identifiers: in no traceback
    first_row: int
    form: str


def score(cells: Sequence[str | None], table: Table) -> int:
    """How many of a contract's columns a row of cells names."""
    seen = {folded(cell) for cell in cells if cell}
    return sum(any(folded(name) in seen for name in column.headers) for column in table.columns)


def header_at(rows: Sequence[Sequence[str | None]], table: Table) -> int:
    """Index of the row that names most of the contract's columns; of the first non-empty row where none does."""
    scores = [score(cells, table) for cells in rows]
    if max(scores, default=0):
        return scores.index(max(scores))
    return next((i for i, cells in enumerate(rows) if any(cells)), 0)
