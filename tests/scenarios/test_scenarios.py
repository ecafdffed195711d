"""Every folder ``<table>/<case>`` beside this file: sealed rows in; curated rows, quarantine and verdict out.

See README.md for the files of a case; adding one takes no Python.
"""

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from tests import curatekit
from tests.scenariokit import CASES, HERE, Scenarios, given, said

from khlang import contracts, gates
from khlang.contracts import Table
from khlang.curation import metrics
from khlang.curation.rekey import Pool
from khlang.gates import expectations

#: Every rule has a case; GATE-GRAIN cannot be broken by data, since deduplication stands before it (see test_keys.py),
#: and GATE-FEWER hangs on the months before: below it is tried on every dataset, in folders on one.
BEYOND_DATA = {"GATE-GRAIN", "GATE-FEWER"}
DATASETS = [table.name for table in contracts.load().datasets]


@pytest.fixture(scope="module")
def scenarios(local_spark: SparkSession, pool_key: Pool, tmp_path_factory: pytest.TempPathFactory) -> Scenarios:
    return Scenarios(local_spark, pool_key, tmp_path_factory.mktemp("scenarios"))


def short(rule_id: str) -> str:
    return rule_id.partition("/")[2]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_scenario(case: Path, scenarios: Scenarios, pool_key: Pool) -> None:
    table, wanted, made = contracts.load()[case.parts[0]], said(case), scenarios[case]
    verdict = made.judged(table)
    assert sorted(short(failure.rule_id) for failure in verdict.failures) == sorted(wanted["failures"])
    assert ("promoted" if verdict.promoted else "refused") == wanted["verdict"]
    if (HERE / case / "expect.csv").exists():
        assert differences(made.curated, case, "expect.csv", pool_key, table) == []
    if (HERE / case / "quarantine.csv").exists():
        assert differences(made.rejected, case, "quarantine.csv", pool_key, table) == []


def differences(made: list[dict[str, Any]], case: Path, name: str, pool_key: Pool, table: Table) -> list[str]:
    """Differences from the file, over the columns it names; every row must be there, and no other."""
    path = HERE / case / name
    wanted = curatekit.rows(path)
    header = next(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")).split(",")
    names = {column.name for column in table.identifiers}
    for row in wanted:
        row |= {name: str(curatekit.pid(row[name], pool_key)) for name in names & set(row) if row[name]}
    typed = len(curatekit.rows(HERE / case / "input.csv"))
    mine = [row for row in made if row["row_number"] <= typed]
    got = [{name: "" if row[name] is None else str(row[name]) for name in header} for row in mine]
    key = repr
    missing = [f"missing {row}" for row in wanted if row not in got]
    extra = [f"not expected {row}" for row in got if row not in wanted]
    twice = [] if sorted(map(key, got)) == sorted(map(key, wanted)) else ["rows occur another number of times"]
    return missing + extra + (twice if not missing and not extra else [])


GUARDED = [case for case in CASES if said(case)["guard"]]


@pytest.mark.parametrize("case", GUARDED, ids=str)
def test_without_its_rule_the_bad_case_passes(
    case: Path, scenarios: Scenarios, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, made = contracts.load()[case.parts[0]], scenarios[case]
    suite = contracts.suite(table)
    guard = f"{table.name}/{said(case)['guard']}"
    kept = [item for item in suite["expectations"] if item["meta"]["rule_id"] != guard]
    assert len(kept) == len(suite["expectations"]) - 1
    if case != GUARDED[0]:
        # What Great Expectations says of the other rules was asked already; of the first case it is asked anew.
        told = [result for result in made.judged(table).results if result["rule_id"] != guard]
        monkeypatch.setattr(expectations, "evaluate", lambda *_: told)
    verdict = gates.judge(made.found, table, raw=made.raw, declared=suite | {"expectations": kept})
    assert verdict.promoted
    assert verdict.evaluated == len(kept)
    assert guard not in {failure.rule_id.removesuffix(f"/{failure.column}") for failure in verdict.failures}
    assert guard not in {failure.rule_id for failure in verdict.failures}


def test_a_case_among_others_has_the_metrics_it_has_alone(scenarios: Scenarios) -> None:
    """The cases of a table share one query: of the richest case it must say what the product's own query says."""
    case = max(CASES, key=lambda one: (len(said(one)["failures"]), (HERE / one / "quarantine.csv").exists(), one))
    table, period = contracts.load()[case.parts[0]], said(case)["period"]
    frame = given(case, table)
    staged = scenarios.stage(frame, table, period=period)
    rows = said(case).get("manifest_rows", frame.height)
    assert metrics.compute(staged, metrics.expressions(table), manifest_rows=rows) == scenarios[case].found


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_month_with_a_tenth_of_its_usual_rows_is_refused(dataset: str) -> None:
    table = contracts.load()[dataset]
    (rule,) = [item for item in contracts.suite(table)["expectations"] if item["meta"]["code"] == "GATE-FEWER"]
    (declared,) = [one for one in contracts.rules(table) if one.code == "GATE-FEWER"]
    assert declared.usual_share, "0.1, or what the contract says instead"
    enough, warns = round(100 / declared.usual_share), rule["severity"] == "warning"
    for usual, missing, promoted in ((0, 0, True), (enough, 0, True), (2 * enough, 100, warns)):
        found = metrics.values_of({"rows": 100}, manifest_rows=100, least_rows=metrics.least(table, usual))
        verdict = gates.judge(found, table, declared={"name": dataset, "expectations": [rule]})
        assert (found["rows_missing"], verdict.promoted) == (missing, promoted)


def test_every_rule_has_a_case_that_it_fails_and_one_that_it_passes() -> None:
    failed: set[str] = set()
    for case in CASES:
        failed |= {f"{case.parts[0]}/{name}" for name in said(case)["failures"]}
    passing = {case.parts[0] for case in CASES if not said(case)["failures"]}
    tables = contracts.load().datasets
    wanted = {rule.id for table in tables for rule in contracts.rules(table) if rule.code not in BEYOND_DATA}
    hit = {rule for rule in wanted if any(name == rule or name.startswith(f"{rule}/") for name in failed)}
    assert sorted(wanted - hit) == []
    assert passing == {table.name for table in tables}
