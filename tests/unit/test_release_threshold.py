"""Output control of what the demo prints: each cell that may not be shown, and each that may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khlang.release.threshold import THRESHOLD, Cell, protect, protect_column, protect_row, protect_rows, values


@pytest.mark.parametrize(
    ("count", "of", "shown"),
    [
        (10, None, "10"),
        (9, None, "< 10"),
        (0, None, "< 10"),
        (1234, None, "1,234"),
        (90, 100, "90"),
        (91, 100, "< 10"),  # nine are left
        (100, 100, "< 10"),  # all of them: tells of each
    ],
)
def test_a_count_and_its_rest_are_at_least_ten(count: int, of: int | None, shown: str) -> None:
    cell = protect(count, of)
    assert str(cell) == shown
    assert (cell.value is None) == (cell.status != "free")


def test_a_single_hidden_cell_takes_a_second_one_with_it() -> None:
    assert [str(cell) for cell in protect_column([5, 40, 30])] == ["< 10", "40", "×"]


def test_hidden_cells_that_sum_to_little_take_another_one_with_them() -> None:
    assert [cell.status for cell in protect_column([2, 3, 40, 30])] == ["primary", "primary", "free", "secondary"]


def test_nothing_is_hidden_without_need() -> None:
    assert protect_column([10, 20]) == [Cell(10, "free"), Cell(20, "free")]
    assert protect_column([]) == []


@given(st.lists(st.integers(0, 60), max_size=12))
def test_no_hidden_count_follows_from_the_sum(counts: list[int]) -> None:
    cells = protect_column(counts)
    hidden = [count for count, cell in zip(counts, cells, strict=True) if cell.value is None]
    shown = [cell.value for cell in cells if cell.value is not None]
    assert all(value >= THRESHOLD for value in shown)
    assert len(hidden) != 1 or not shown
    assert sum(hidden) >= THRESHOLD or not hidden or not shown


WHOLES = {"households": None, "flooded": "households"}


def test_a_row_is_protected_count_by_count_beside_its_whole() -> None:
    told = protect_row({"households": 100, "flooded": 95, "other": 3}, WHOLES)
    assert values(told) == {"households": 100, "flooded": None}
    assert told["flooded"].status == "primary"


def test_rows_are_protected_column_by_column() -> None:
    rows = [{"households": 100, "flooded": 5}, {"households": 80, "flooded": 40}, {"households": 60, "flooded": 30}]
    told = protect_rows(rows, WHOLES)
    assert [one["households"].value for one in told] == [100, 80, 60]
    assert [str(one["flooded"]) for one in told] == ["< 10", "40", "×"]
    assert protect_rows([], WHOLES) == []
