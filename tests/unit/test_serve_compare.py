"""The comparison with the truth can say no."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from khlang import contracts
from khlang.errors import ContractError
from khlang.serve import compare

MART = contracts.load()["welfare_by_amphoe"]
PEOPLE = contracts.load()["welfare_eligibility"]


def amphoe(code: str, persons: int) -> dict[str, Any]:
    counts = {column.name: 0 for column in MART.stored if column.type == "BIGINT"}
    return {"province_code": code[:2], "amphoe_code": code, **counts, "persons": persons, "period": "2026-01"}


def person(number: int, wage: str) -> dict[str, Any]:
    row: dict[str, Any] = {"BIGINT": 0, "BOOLEAN": False, "STRING": "10"}
    values = {c.name: row.get(c.type, Decimal(wage)) for c in PEOPLE.stored}
    return values | {"pid": number, "period": "2026-01"}


def rows(table: contracts.Table, *values: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [tuple(value[column.name] for column in table.stored) for value in values]


def truth(*values: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(values)).rename({"pid": "cid"}, strict=False)


def test_the_same_rows_in_any_order_are_equal() -> None:
    given = [amphoe("1001", 5), amphoe("1002", 7)]
    got = compare.judge(MART, rows(MART, *reversed(given)), truth(*given), truth(*given))
    assert (got.equals_truth, got.rows, got.missing, got.extra) == (True, 2, 0, 0)
    assert got.as_dict()["equals_truth"] is True


@pytest.mark.parametrize(
    "spoilt",
    [
        [amphoe("1001", 5), amphoe("1002", 8)],
        [amphoe("1001", 5)],
        [amphoe("1001", 5), amphoe("1002", 7), amphoe("1002", 7)],
        [],
    ],
    ids=["one figure", "a row lost", "a row twice", "empty"],
)
def test_one_spoilt_row_makes_it_false(spoilt: list[dict[str, Any]]) -> None:
    given = [amphoe("1001", 5), amphoe("1002", 7)]
    assert not compare.judge(MART, rows(MART, *spoilt), truth(*given), truth(*given)).equals_truth


def test_persons_are_compared_by_number_and_never_by_name() -> None:
    given = [person(1, "10.00"), person(2, "20.00")]
    other = [person(91, "10.00"), person(92, "20")]
    assert compare.judge(PEOPLE, rows(PEOPLE, *other), truth(*given), truth(*given)).equals_truth
    merged = [person(91, "10.00"), person(91, "20.00")]
    got = compare.judge(PEOPLE, rows(PEOPLE, *merged), truth(*given), truth(*given))
    assert (got.equals_truth, got.persons) == (False, (1, 2))


def test_a_satang_is_a_difference() -> None:
    given, other = [person(1, "10.00")], [person(1, "10.01")]
    assert not compare.judge(PEOPLE, rows(PEOPLE, *other), truth(*given), truth(*given)).equals_truth


def test_the_gap_to_the_population_is_told() -> None:
    given, all_of_them = [amphoe("1001", 5)], [amphoe("1001", 8)]
    got = compare.judge(MART, rows(MART, *given), truth(*given), truth(*all_of_them))
    gap = next(gap for gap in got.gaps if gap.figure == "persons")
    assert (gap.mart, gap.population, gap.share) == (5, 8, -0.375)


def test_a_truth_of_other_columns_is_refused() -> None:
    given = truth(amphoe("1001", 5)).drop("eligible")
    with pytest.raises(ContractError) as told:
        compare.judge(MART, rows(MART, amphoe("1001", 5)), given, given)
    assert told.value.exit_code == 23
    assert "['eligible']" in told.value.message
