"""The gate fails closed: whatever keeps it from judging is a refusal, never a pass."""

from typing import Any

import pytest

from khlang import contracts, gates
from khlang.errors import ContractError
from khlang.gates import expectations

TABLE = contracts.load()["vehicles"]


def good(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {rule.metric: 0 for rule in contracts.rules(TABLE)}
    return found | {"rows": 200, "manifest_rows": 200, "accepted": 200, "rejected": 0} | changes


def suite(**changes: Any) -> dict[str, Any]:
    made = contracts.suite(TABLE)
    made["expectations"][2] |= changes
    return made


def test_good_metrics_pass_and_every_rule_was_judged() -> None:
    verdict = gates.judge(good(), TABLE)
    assert (verdict.promoted, verdict.failures) == (True, ())
    assert verdict.evaluated == verdict.declared == len(contracts.rules(TABLE))
    assert {result["rule_id"] for result in verdict.results} == {rule.id for rule in contracts.rules(TABLE)}


def test_all_failures_are_told_at_once_with_rule_column_and_count() -> None:
    verdict = gates.judge(good(rows=0, pid_missing_share__pid=1.0, grain_repeats=3), TABLE)
    told = {failure.code: failure for failure in verdict.failures}
    assert {"GATE-ROWS", "GATE-EMPTY", "GATE-PID", "GATE-GRAIN"} <= set(told)
    assert (told["GATE-GRAIN"].count, told["GATE-GRAIN"].radius) == (3.0, "stop")
    assert (told["GATE-PID"].column, told["GATE-PID"].share) == ("pid", 1.0)
    assert all(failure.message_th and failure.message_en for failure in verdict.failures)


def test_a_share_is_told_as_rows_too() -> None:
    (failure,) = gates.judge(good(pid_missing_share__pid=0.1), TABLE).failures
    assert (failure.count, failure.share, failure.limit) == (20, 0.1, 0.05)


def test_a_warning_does_not_close_the_gate() -> None:
    verdict = gates.judge(good(rows=5, manifest_rows=5), TABLE)
    assert verdict.promoted
    assert [failure.code for failure in verdict.failures] == ["GATE-COUNT"]


def test_a_grain_that_repeats_passes_once_its_rule_is_gone() -> None:
    """What deduplication keeps from happening is judged all the same; this is the case that data cannot make."""
    assert not gates.judge(good(grain_repeats=1), TABLE).promoted
    left = [item for item in contracts.suite(TABLE)["expectations"] if item["meta"]["code"] != "GATE-GRAIN"]
    assert gates.judge(good(grain_repeats=1), TABLE, declared={"name": "t", "expectations": left}).promoted


@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_metric_without_a_value_is_a_failure(value: float | None) -> None:
    verdict = gates.judge(good(pid_missing_share__pid=value), TABLE)
    assert not verdict.promoted
    assert [failure.code for failure in verdict.failures] == ["GATE-PID"]


def test_a_missing_metric_is_critical_even_for_a_rule_that_only_warns() -> None:
    metrics = good()
    only_warns = next(rule for rule in contracts.rules(TABLE) if rule.severity == "warning")
    del metrics[only_warns.metric]
    verdict = gates.judge(metrics, TABLE)
    assert not verdict.promoted
    assert any("Could not be judged" in failure.message_en for failure in verdict.failures)


def test_an_empty_suite_is_refused() -> None:
    with pytest.raises(ContractError) as refused:
        gates.judge(good(), TABLE, declared={"name": "t", "expectations": []})
    assert (refused.value.code, refused.value.exit_code) == ("GATE-SUITE", 23)


def test_an_unknown_expectation_is_refused_not_dropped() -> None:
    with pytest.raises(ContractError) as refused:
        gates.judge(good(), TABLE, declared=suite(type="expect_column_to_be_nice"))
    assert "expect_column_to_be_nice" in refused.value.message


def test_arguments_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ContractError):
        gates.judge(good(), TABLE, declared=suite(kwargs={"column": 5, "mostly": "all"}))


def test_a_rule_of_another_table_or_named_twice_is_refused() -> None:
    made = contracts.suite(TABLE)
    with pytest.raises(ContractError, match="twice"):
        gates.judge(good(), TABLE, declared=made | {"expectations": made["expectations"] * 2})
    with pytest.raises(ContractError, match="no rule of it"):
        gates.judge(good(), TABLE, declared=suite(meta={"rule_id": "elsewhere/GATE-X"}))


def test_results_that_are_fewer_than_declared_close_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = expectations.evaluate
    monkeypatch.setattr(expectations, "evaluate", lambda metrics, chosen: whole(metrics, chosen)[1:])
    verdict = gates.judge(good(), TABLE)
    assert not verdict.promoted
    assert [(f.code, f.count, f.limit) for f in verdict.failures] == [
        ("GATE-CLOSED", verdict.declared - 1, verdict.declared)
    ]


def test_an_exception_inside_gx_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = expectations.evaluate

    def raising(metrics: Any, chosen: Any) -> list[dict[str, Any]]:
        return [result | {"exception": "boom", "success": True} for result in whole(metrics, chosen)]

    monkeypatch.setattr(expectations, "evaluate", raising)
    verdict = gates.judge(good(), TABLE)
    assert len(verdict.failures) == verdict.declared
    assert {failure.severity for failure in verdict.failures} == {"critical"}


def test_the_raw_scan_is_told_by_column_count_and_first_row() -> None:
    raw = [{"column": "province_code", "count": 2, "first_row": 7}, {"column": "pid", "count": 1, "first_row": 9}]
    verdict = gates.judge(good(raw_id_cells=3), TABLE, raw=raw)
    assert not verdict.promoted
    assert [(f.code, f.column, f.count, f.radius) for f in verdict.failures] == [
        ("GATE-RAW-ID", "province_code", 2, "stop"),
        ("GATE-RAW-ID", "pid", 1, "stop"),
    ]
    assert "แถวผนึกที่ 7" in verdict.failures[0].message_th
