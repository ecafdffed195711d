"""Declared joins, measured: every folder ``joins/<mart>/<case>``, and what a build does when one is out of its band."""

import dataclasses
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml
from pyspark.sql import SparkSession
from tests.martkit import PID, Shop, registrants
from tests.scenarios_marts.test_scenarios import PERIOD, rows, typed

from khlang import contracts
from khlang.contracts import Contracts, joins
from khlang.errors import GateRefusedError, UsageError
from khlang.link import joinbook
from khlang.link import joins as measuring

HERE = Path(__file__).parent / "joins"
KNOWN = contracts.load()
CASES = sorted(path.parent.relative_to(HERE) for path in HERE.glob("*/*/expected.csv"))
BOTH = [("welfare_by_amphoe", PERIOD), ("welfare_eligibility", PERIOD)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_joins_are_measured(case: Path, local_spark: SparkSession) -> None:
    declared = joins.read("here", yaml.safe_load((HERE / case / "joins.yaml").read_text(encoding="utf-8")))
    table = replace(KNOWN[case.parts[0]], joins=declared)
    inputs = {name: typed(local_spark, HERE / case / f"{name}.csv", KNOWN[name]) for name in table.inputs}
    measured = measuring.measure(inputs, table, periods=[PERIOD])[PERIOD]
    got = [{name: str(value) for name, value in asdict(one).items()} for one in measured.values()]
    assert got == rows(HERE / case / "expected.csv")


def test_a_month_without_rows_and_a_mart_without_joins_are_measured_too(local_spark: SparkSession) -> None:
    table = KNOWN["welfare_eligibility"]
    empty = {name: typed(local_spark, Path("none"), KNOWN[name]) for name in table.inputs}
    measured = measuring.measure(empty, table, periods=[PERIOD])[PERIOD]
    assert set(measured) == {join.name for join in table.joins}
    assert not any(value for one in measured.values() for name, value in asdict(one).items() if name != "name")
    assert measuring.measure(empty, replace(table, joins=()), periods=[PERIOD]) == {PERIOD: {}}


@pytest.fixture
def strict(shop: Shop) -> Shop:
    """The workshop with a contract that judges the link of two registrants to the registry: one of them is in it."""
    tables = dict(shop.known)
    mart = tables["welfare_eligibility"]
    of = "welfare_registrants-house_registry-pid"
    judged = tuple(replace(join, least=2) if join.name == of else join for join in mart.joins)
    tables[mart.name] = replace(mart, joins=judged)
    shop.known = Contracts(tables, source=shop.known.source)
    shop.shop = dataclasses.replace(shop.shop, contracts=shop.known)
    return shop


def test_a_join_out_of_its_band_is_a_refusal_until_somebody_says_why(strict: Shop) -> None:
    told = "2026-01 welfare_eligibility/MART-JOIN/welfare_registrants-house_registry-pid"
    with pytest.raises(GateRefusedError, match=told) as refused:
        strict.build()
    assert (refused.value.code, refused.value.exit_code) == ("GATE-MART", 30)
    assert "; 1 rows)" in refused.value.message
    assert str(PID[2]) not in refused.value.message
    assert not strict.shop.place.exists(strict.at("marts", "welfare_eligibility"))
    kept = joinbook.kept(strict.shop.receipts, strict.known["welfare_eligibility"])[PERIOD][1]
    assert kept["welfare_registrants-house_registry-pid"]["outside"] == 1
    # The month is let through with a reason, and is built; its mended extract is built as any other.
    mart = strict.known["welfare_eligibility"]
    with pytest.raises(UsageError):
        joinbook.allow(strict.shop.receipts, mart, PERIOD, "  ")
    joinbook.allow(strict.shop.receipts, mart, PERIOD, "ตรวจแล้ว")
    assert strict.build() == [("welfare_eligibility", PERIOD)]
    assert joinbook.allowed(strict.shop.receipts, mart, PERIOD) == "ตรวจแล้ว"
    strict.curate("welfare_registrants", PERIOD, registrants(PERIOD, 1), 2)  # who is in the registry, alone
    assert strict.build() == BOTH


def test_a_key_that_stands_twice_is_never_let_through(strict: Shop) -> None:
    mart = strict.known["welfare_eligibility"]
    joinbook.allow(strict.shop.receipts, mart, PERIOD, "ตรวจแล้ว")
    home = f"({PID[1]}, 77, 1960, '1', DATE'2000-01-01', '10', '1001', 1, '2026-01')"
    strict.curate("house_registry", PERIOD, f"{home}, {home}", 2)
    told = "MART-FANOUT/welfare_registrants-house_registry-pid"
    with pytest.raises(GateRefusedError, match=told) as refused:
        strict.build()
    assert "MART-JOIN" not in refused.value.message


def test_what_is_kept_of_a_build_holds_counts_and_nobody(built: Shop) -> None:
    mart = built.known["welfare_eligibility"]
    (key,) = built.shop.receipts.keys(f"{joinbook.FOLDER}/{mart.versioned}/")
    text = (built.shop.receipts.get(key) or b"").decode()
    assert set(json.loads(text)[PERIOD]) == {join.name for join in mart.joins}
    assert not [pid for pid in PID.values() if str(pid) in text]
