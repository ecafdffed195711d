"""A mart that breaks its own contract is not written: what was served stays, and the run ends as a refusal."""

from collections.abc import Mapping
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from khlang import contracts
from khlang.contracts import Table, rules
from khlang.contracts.vocabulary import JOIN_TERMS, MART_REASONS, MART_TERMS
from khlang.errors import GateRefusedError
from khlang.link import judging

KNOWN = contracts.load()
AMPHOE = KNOWN["welfare_by_amphoe"]
GOOD = {
    "province_code": "10", "amphoe_code": "1001", "persons": 9, "households": 4, "registrants": 5,
    "insured_registrants": 3, "contradictions": 1, "over_income": 2, "over_assets": 1, "eligible": 3,
    "poor_households": 2, "poor_households_without_registrant": 1, "period": "2026-01",
}  # fmt: skip
JOINED = {rule.metric: 0 for rule in rules(AMPHOE) if rule.computed == "joins"}
OTHER = GOOD | {"amphoe_code": "1002"}


def frame(spark: SparkSession, *rows: Mapping[str, Any]) -> DataFrame:
    # The contract's types without its NOT NULL: a transform can make a null, and the gate must see it.
    types = ", ".join(f"{column.name} {column.type}" for column in AMPHOE.stored)
    return spark.createDataFrame([tuple(row[c.name] for c in AMPHOE.stored) for row in rows], types)


def failures(spark: SparkSession, *rows: Mapping[str, Any], periods: tuple[str, ...] = ("2026-01",)) -> str:
    with pytest.raises(GateRefusedError) as refused:
        judging.require_sound(frame(spark, *rows), AMPHOE, periods=periods, joined=dict.fromkeys(periods, JOINED))
    assert (refused.value.code, refused.value.exit_code) == ("GATE-MART", 30)
    return refused.value.message


def test_a_mart_that_keeps_its_contract_passes(local_spark: SparkSession) -> None:
    built = frame(local_spark, GOOD, OTHER, GOOD | {"period": "2026-02"})
    both = ("2026-01", "2026-02")
    verdicts = judging.require_sound(built, AMPHOE, periods=both, joined=dict.fromkeys(both, JOINED))
    declared = len(rules(AMPHOE))
    judged = {period: (verdict.failures, verdict.evaluated) for period, verdict in verdicts.items()}
    assert judged == dict.fromkeys(both, ((), declared)), "a period passed without having met every rule"


def test_a_join_that_nobody_measured_closes_the_gate(local_spark: SparkSession) -> None:
    told = r"MART-JOIN/welfare_registrants-house_registry-pid \(Could not be judged"
    with pytest.raises(GateRefusedError, match=told):
        judging.require_sound(frame(local_spark, GOOD), AMPHOE, periods=("2026-01",))


def test_a_part_beyond_its_whole_is_refused(local_spark: SparkSession) -> None:
    """Each rule is broken in a period of its own: one job of Spark sees them all."""
    parts = [rule for rule in rules(AMPHOE) if rule.code == "MART-PART"]
    wrong = {f"2026-{month:02}": rule for month, rule in enumerate(parts, start=1)}
    rows = [GOOD | {"period": period, str(rule.column): 1_000} for period, rule in wrong.items()]
    told = failures(local_spark, *rows, periods=tuple(wrong))
    for period, rule in wrong.items():
        assert f"{period} {rule.id} ({rule.message_en}; 1 rows)" in told
    assert "1000" not in told


def test_all_failures_of_all_periods_are_told_at_once(local_spark: SparkSession) -> None:
    wrong = (GOOD, GOOD, OTHER | {"amphoe_code": None}, GOOD | {"period": "2026-02", "over_income": -1})
    told = failures(local_spark, *wrong, periods=("2026-01", "2026-02", "2026-03"))
    named = [part.split(" (")[0] for part in told.partition(": ")[2].split("; ") if "welfare_by_amphoe/" in part]
    assert named == [
        f"2026-01 {AMPHOE.name}/MART-GRAIN",
        f"2026-01 {AMPHOE.name}/MART-KEY",
        f"2026-02 {AMPHOE.name}/MART-NEGATIVE",
        f"2026-03 {AMPHOE.name}/MART-EMPTY",
    ]


def test_a_rule_that_cannot_be_judged_closes_the_gate(
    local_spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = judging.measure(frame(local_spark, GOOD), AMPHOE)
    measured["2026-01"]["negative_rows"] = None
    monkeypatch.setattr(judging, "measure", lambda *_: measured)
    assert "MART-NEGATIVE (Could not be judged" in failures(local_spark, GOOD)


@pytest.mark.parametrize("table", KNOWN.marts, ids=lambda table: table.name)
def test_every_mart_has_the_rules_of_its_layer_and_reasons(table: Table) -> None:
    assert set(MART_REASONS) == {code for code, term in MART_TERMS.items() if term.layer}
    assert [rule.code for rule in rules(table)][: len(MART_REASONS)] == list(MART_REASONS)
    joined = [rule for rule in rules(table) if rule.computed == "joins"]
    assert len(rules(table)) == len(MART_REASONS) + len(table.quality) + len(joined)
    assert len(joined) >= len([join for join in table.joins if join.key])
    assert all(rule.reason and rule.message_th and rule.message_en for rule in rules(table))


def test_the_vocabulary_of_marts_is_used_whole() -> None:
    assert {rule.code for table in KNOWN.marts for rule in rules(table)} == set(MART_TERMS | JOIN_TERMS)
