"""A law as a polars expression says what the law says itself, of every value."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from khlang import contracts
from khlang.agency.checking.laws import breach
from khlang.contracts import Constraint
from khlang.contracts.constraints import Between, NotAfterPeriod, NotBelow, NotNull, OneOf, OnTime

PERIOD = "2026-01"
MONEY = pl.Decimal(14, 2)
CASES: list[tuple[Constraint, pl.DataType, list[Any]]] = [
    (NotNull("x"), pl.String(), ["a", "", None]),
    (NotNull("x", identifier=True), pl.UInt64(), [1, None]),
    (OneOf("x", "list", ("10", "11")), pl.String(), ["10", "1", "12", "", None]),
    (Between("x", "0", "10.5"), MONEY, [Decimal(t) for t in ("-0.01", "0", "10.50", "10.51")] + [None]),
    (Between("x", None, "10"), MONEY, [Decimal(-9), Decimal(10), Decimal("10.01"), None]),
    (Between("x", "1850", None), pl.Int64(), [1849, 1850, 9999, None]),
    (NotAfterPeriod("x"), pl.Date(), [dt.date(2026, 1, 31), dt.date(2026, 2, 1), dt.date(1999, 12, 1), None]),
    (NotAfterPeriod("x", month=True), pl.String(), ["2026-01", "2026-02", "2025-12", None]),
    (OnTime("x"), pl.String(), ["2026-01", "2025-12", "2026-02", None]),
]


@pytest.mark.parametrize(("law", "kind", "values"), CASES, ids=lambda value: type(value).__name__)
def test_a_law_in_polars_is_the_law(law: Constraint, kind: pl.DataType, values: list[Any]) -> None:
    said = pl.DataFrame({"x": pl.Series(values, dtype=kind)}).select(breach(law, PERIOD)).to_series().to_list()
    assert said == [law.bad(value, PERIOD) for value in values]
    assert {True, False} == set(said)


def test_a_law_of_two_columns_in_polars_is_the_law() -> None:
    law, days = NotBelow("x", "y"), [dt.date(2026, 1, 4), dt.date(2026, 1, 5), None]
    pairs = [(mine, others) for mine in days for others in days]
    frame = pl.DataFrame(pairs, schema={"x": pl.Date, "y": pl.Date}, orient="row")
    said = frame.select(breach(law, PERIOD)).to_series().to_list()
    assert said == [law.bad(pair, PERIOD) for pair in pairs]
    assert said.count(True) == 1


def test_no_law_of_a_contract_is_without_one() -> None:
    tables = contracts.load().datasets
    laws = [rule.law for table in tables for rule in contracts.rules(table) if rule.law is not None]
    laws += [law.constraint for table in tables for law in contracts.record_rules(table)]
    assert {type(law) for law in laws} == {NotBelow, *(type(case[0]) for case in CASES)}
