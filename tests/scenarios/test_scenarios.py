"""Every folder ``<table>/<case>`` beside this file: sealed rows in; curated rows, quarantine and verdict out.

See README.md for the files of a case; adding one takes no Python.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import SparkSession
from tests import curatekit

from khlang import contracts, gates
from khlang.curation import metrics, promote, staging
from khlang.curation.rekey import Pool

HERE = Path(__file__).parent
CASES = sorted(path.parent.relative_to(HERE) for path in HERE.glob("*/*/input.csv"))
#: Every rule has a case; GATE-GRAIN cannot be broken by data, since deduplication stands before it (see test_keys.py).
BEYOND_DATA = {"GATE-GRAIN"}


def expected(case: Path) -> dict[str, Any]:
    path = HERE / case / "verdict.yaml"
    said: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {"period": curatekit.PERIOD, "filler": 0, "verdict": "promoted", "failures": [], "guard": None} | said


SEEN: dict[Path, tuple[Any, Any, Any]] = {}


def run(case: Path, spark: SparkSession, pool_key: Pool, folder: Path) -> tuple[Any, Any, Any]:
    """Stage a case and compute its metrics, once for all tests that ask."""
    if case not in SEEN:
        SEEN[case] = staged_and_measured(case, spark, pool_key, folder)
    return SEEN[case]


def staged_and_measured(case: Path, spark: SparkSession, pool_key: Pool, folder: Path) -> tuple[Any, Any, Any]:
    table, said = contracts.load()[case.parts[0]], expected(case)
    given = curatekit.rows(HERE / case / "input.csv")
    template = curatekit.rows(HERE / case.parts[0] / "filler.csv")[0]
    frame = curatekit.inner(table, given + curatekit.filler(template, said["filler"], table))
    source = curatekit.as_spark(frame, spark, folder)
    staged = staging.stage(source, table, period=said["period"], pool=pool_key).localCheckpoint()
    rows = said.get("manifest_rows", frame.height)
    found = metrics.compute(staged, metrics.expressions(table), manifest_rows=rows)
    raw = metrics.raw_columns(staged) if found["raw_id_cells"] else []
    return staged, found, raw


def short(rule_id: str) -> str:
    return rule_id.partition("/")[2]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_scenario(case: Path, local_spark: SparkSession, pool_key: Pool, tmp_path: Path) -> None:
    table, said = contracts.load()[case.parts[0]], expected(case)
    staged, found, raw = run(case, local_spark, pool_key, tmp_path)
    verdict = gates.judge(found, table, raw=raw)
    assert sorted(short(failure.rule_id) for failure in verdict.failures) == sorted(said["failures"])
    assert ("promoted" if verdict.promoted else "refused") == said["verdict"]
    given = len(curatekit.rows(HERE / case / "input.csv"))
    mine = staged.where(f"row_number <= {given}")
    if (HERE / case / "expect.csv").exists():
        assert shown(promote.curated_rows(mine, table), HERE / case / "expect.csv", pool_key, table) == []
    if (HERE / case / "quarantine.csv").exists():
        rejected = mine.where("reason IS NOT NULL").select("row_number", "reason", "reason_column")
        assert shown(rejected, HERE / case / "quarantine.csv", pool_key, table) == []


def shown(frame: Any, path: Path, pool_key: Pool, table: contracts.Table) -> list[str]:
    """Differences from the file, over the columns it names; every row must be there, and no other."""
    wanted = curatekit.rows(path)
    header = next(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")).split(",")
    names = {column.name for column in table.identifiers}
    for row in wanted:
        row |= {name: str(curatekit.pid(row[name], pool_key)) for name in names & set(row) if row[name]}
    got = [
        {name: "" if row[name] is None else str(row[name]) for name in header}
        for row in frame.orderBy("row_number").collect()
    ]
    key = repr
    missing = [f"missing {row}" for row in wanted if row not in got]
    extra = [f"not expected {row}" for row in got if row not in wanted]
    twice = [] if sorted(map(key, got)) == sorted(map(key, wanted)) else ["rows occur another number of times"]
    return missing + extra + (twice if not missing and not extra else [])


@pytest.mark.parametrize("case", [c for c in CASES if expected(c)["guard"]], ids=str)
def test_without_its_rule_the_bad_case_passes(
    case: Path, local_spark: SparkSession, pool_key: Pool, tmp_path: Path
) -> None:
    table, said = contracts.load()[case.parts[0]], expected(case)
    _, found, raw = run(case, local_spark, pool_key, tmp_path)
    suite = contracts.suite(table)
    guard = f"{table.name}/{said['guard']}"
    kept = [item for item in suite["expectations"] if item["meta"]["rule_id"] != guard]
    assert len(kept) == len(suite["expectations"]) - 1
    verdict = gates.judge(found, table, raw=raw, declared=suite | {"expectations": kept})
    assert verdict.promoted
    assert guard not in {failure.rule_id.removesuffix(f"/{failure.column}") for failure in verdict.failures}
    assert guard not in {failure.rule_id for failure in verdict.failures}


def test_every_rule_has_a_case_that_it_fails_and_one_that_it_passes() -> None:
    failed: set[str] = set()
    for case in CASES:
        failed |= {f"{case.parts[0]}/{name}" for name in expected(case)["failures"]}
    passing = {case.parts[0] for case in CASES if not expected(case)["failures"]}
    tables = contracts.load().datasets
    wanted = {rule.id for table in tables for rule in contracts.rules(table) if rule.code not in BEYOND_DATA}
    hit = {rule for rule in wanted if any(name == rule or name.startswith(f"{rule}/") for name in failed)}
    assert sorted(wanted - hit) == []
    assert passing == {table.name for table in tables}
