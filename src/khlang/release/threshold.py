"""The threshold rule: no count of fewer than ten, and none that tells of fewer than ten by subtraction.

Tiny and pure, so that it can be read whole. Zero counts as small: that nobody is there also tells of persons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

#: docs/privacy.md: n ≥ 10 (ACRO, ABS and ONS use ten).
THRESHOLD = 10
Status = Literal["free", "primary", "secondary"]
#: Counts of an answer → the shown whole that each is a part of, if any.
Wholes = Mapping[str, str | None]


@dataclass(frozen=True)
class Cell:
    """A count as it may be shown: its value, or why there is none. A suppressed cell holds no value at all."""

    value: int | None
    status: Status

    def __str__(self) -> str:
        if self.value is not None:
            return f"{self.value:,}"
        return f"< {THRESHOLD}" if self.status == "primary" else "×"


def protect(count: int, of: int | None = None) -> Cell:
    """One count of distinct persons (or households).

    Args:
        count: How many.
        of: The shown whole that it is a part of, if any: the rest must not be small either.

    Returns:
        The cell; ``primary`` where the count is below the threshold or leaves a small rest.
    """
    rest = THRESHOLD if of is None else of - count
    return Cell(None, "primary") if count < THRESHOLD or rest < THRESHOLD else Cell(count, "free")


def protect_column(counts: Sequence[int], wholes: Sequence[int] | None = None) -> list[Cell]:
    """A column whose sum is shown too: a single suppressed cell would follow by subtraction, so a second one goes.

    Args:
        counts: The column.
        wholes: The shown whole of each row, if any.

    Returns:
        The cells in order. Where the suppressed counts sum to less than the threshold, the smallest free one is
        suppressed as well (``secondary``), until they do not.
    """
    of = wholes if wholes is not None else [None] * len(counts)
    cells = [protect(count, whole) for count, whole in zip(counts, of, strict=True)]
    hidden = [i for i, cell in enumerate(cells) if cell.value is None]
    free = sorted((i for i in range(len(counts)) if i not in hidden), key=lambda i: counts[i])
    while hidden and free and (len(hidden) < 2 or sum(counts[i] for i in hidden) < THRESHOLD):
        hidden.append(free.pop(0))
        cells[hidden[-1]] = Cell(None, "secondary")
    return cells


def protect_row(row: Mapping[str, Any], wholes: Wholes) -> dict[str, Cell]:
    """One row of counts, each beside the whole that it is a part of."""
    return {name: protect(int(row[name]), None if of is None else int(row[of])) for name, of in wholes.items()}


def protect_rows(rows: Sequence[Mapping[str, Any]], wholes: Wholes) -> list[dict[str, Cell]]:
    """Rows of counts, of which the sum of each column is shown too."""
    columns = {
        name: protect_column([int(row[name]) for row in rows], None if of is None else [int(row[of]) for row in rows])
        for name, of in wholes.items()
    }
    return [{name: cells[place] for name, cells in columns.items()} for place in range(len(rows))]


def values(cells: Mapping[str, Cell]) -> dict[str, int | None]:
    """The counts that may be shown; None for each that may not."""
    return {name: cell.value for name, cell in cells.items()}
