"""The office's own check says of every scenario what the gate says: the same folders as ``test_scenarios.py``.

That test holds ``verdict.yaml`` and ``quarantine.csv`` against Spark and Great Expectations; this one holds the same
files against ``khlang agency check``, without a JVM. A rule that only the pool can judge is left out, and named.
"""

import importlib.resources
from collections import Counter
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from tests import curatekit
from tests.scenariokit import CASES, HERE, given, said

from khlang import contracts
from khlang.agency.checking import rows
from khlang.agency.checking.judging import POOL_ONLY, judge
from khlang.agency.checking.measures import Measures
from khlang.contracts import Table

CONTRACTS = contracts.load()


def leaving(case: Path, table: Table) -> pl.DataFrame:
    """The scenario's sealed rows as the check has them: a number for each identifier."""
    frame = given(case, table)
    numbers = [rows.standing_for(frame[column.name]).alias(column.name) for column in table.identifiers]
    places = [pl.lit(0, pl.UInt16).alias("source_file"), pl.col("row_number").alias("source_row")]
    return frame.with_columns(*numbers, *places)


@cache
def measured(case: Path) -> Measures:
    table = CONTRACTS[case.parts[0]]
    measures = Measures(table, said(case)["period"])
    frame = leaving(case, table)
    # In uneven chunks: what is counted must not hang on where a chunk ends.
    step = max(7, frame.height // 3)
    for at in range(0, frame.height, step):
        measures.add(frame[at : at + step])
    measures.finish()
    return measures


def raw_in_an_identifier(case: Path, table: Table) -> bool:
    """Only a tool other than ours leaves an identifier unsealed: the check has nothing to look at."""
    names = [column.name for column in table.identifiers]
    typed = curatekit.rows(HERE / case / "input.csv")
    return any(row.get(name, "").startswith("as-is:") for row in typed for name in names)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_check_says_what_the_gate_says(case: Path) -> None:
    table = CONTRACTS[case.parts[0]]
    if raw_in_an_identifier(case, table):
        assert said(case)["failures"][0].startswith("GATE-RAW-ID")
        return
    found = judge(measured(case))
    failed = {one.rule.id.partition("/")[2] for one in found if one.state != "passed"}
    wanted = {"/".join(name.split("/")[: 1 if "RAW-ID" in name else 3]) for name in said(case)["failures"]}
    assert failed == {name for name in wanted if name.split("/")[0] not in POOL_ONLY}
    # Each failure that counts single rows names the first of them.
    counted = [one for one in found if one.state != "passed" and one.rule.code not in {"GATE-COUNT", "GATE-EMPTY"}]
    assert all(one.counted.first for one in counted)


@pytest.mark.parametrize("case", [case for case in CASES if (HERE / case / "quarantine.csv").exists()], ids=str)
def test_the_rows_kept_back_are_the_same(case: Path) -> None:
    table = CONTRACTS[case.parts[0]]
    if raw_in_an_identifier(case, table):
        pytest.skip("an identifier that is not sealed: no row of this kind leaves the tool")
    typed = len(curatekit.rows(HERE / case / "input.csv"))
    listed = curatekit.rows(HERE / case / "quarantine.csv")
    wanted = Counter((row["reason"], row["reason_column"]) for row in listed)
    rejects = measured(case).rejects
    assert {pair: one.count for pair, one in rejects.items() if min(one.first)[1] <= typed} == dict(wanted)
    for row in listed:
        places = [number for _, number in rejects[row["reason"], row["reason_column"]].first]
        # Of rows with one grain curation keeps the latest, the check the first: which one differs, how many does not.
        assert row["reason"] == "DUPLICATE" or int(row["row_number"]) in places


def test_every_rule_is_judged_here_or_named_as_the_pools() -> None:
    for table in CONTRACTS.datasets:
        here = {one.rule.code for one in judge(Measures(table, curatekit.PERIOD))}
        assert {rule.code for rule in contracts.rules(table)} - here <= set(POOL_ONLY)
        assert not here & set(POOL_ONLY)
    assert importlib.resources.files("khlang.agency.scan").joinpath("names.txt.xz").is_file()
