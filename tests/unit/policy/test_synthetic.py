"""Made-up tables keep their contracts and come from nothing else."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests import policykit

from khlang.contracts import Table, polars_schema
from khlang.errors import UsageError
from khlang.projects import synthetic

ROWS, PERIOD = 400, "2026-01"
IDS = {"th-cid": np.arange(ROWS), "house": np.arange(ROWS) + ROWS}


def filled(table: Table, seed: int = 1) -> pl.DataFrame:
    return synthetic.fill(table, np.random.default_rng(seed), rows=ROWS, ids=IDS, period=PERIOD)


@pytest.mark.parametrize("table", policykit.CONTRACTS.marts, ids=lambda table: table.name)
def test_every_mart_keeps_its_contract(table: Table) -> None:
    frame = filled(table)
    assert frame.schema == polars_schema(table)
    assert frame.height == frame.unique(table.grain).height > 0
    for column in table.stored:
        values = frame[column.name]
        assert column.nullable or values.null_count() == 0, column.name
        assert not column.values or set(values.drop_nulls()) <= set(column.values), column.name
    for rule in table.quality:
        if rule.code == "MART-PART":
            assert frame.filter(pl.col(str(rule.column)) > pl.col(rule.arguments["of"])).is_empty(), rule
        else:
            assert all((frame[name].drop_nulls() >= 0).all() for name in rule.arguments["columns"]), rule
    if {"province_code", "amphoe_code"} <= set(frame.columns):
        assert (frame["amphoe_code"].str.head(2) == frame["province_code"]).all()


def test_a_request_gets_its_columns() -> None:
    made = synthetic.tables(policykit.request(), policykit.CONTRACTS, rows=ROWS, period=PERIOD, seed=1)
    assert made["welfare_eligibility"].columns == ["pid", "province_code", "debt_baht", "period"]
    assert made["welfare_by_amphoe"].columns == ["amphoe_code", "registrants", "period"]


def test_the_same_persons_are_in_every_table_and_no_house_is_a_person() -> None:
    persons, houses = (policykit.CONTRACTS[name] for name in ("welfare_eligibility", "flooded_homes"))
    assert filled(persons, seed=1)["pid"].equals(filled(persons, seed=2)["pid"])
    assert not set(filled(persons)["pid"]) & set(filled(houses)["house_id"])


def test_a_seed_gives_the_same_and_another_gives_others() -> None:
    first, again, other = (
        synthetic.tables(policykit.request(), policykit.CONTRACTS, rows=ROWS, period=PERIOD, seed=seed)[
            "welfare_eligibility"
        ]
        for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert not set(first["pid"]) & set(other["pid"])


def test_files_say_what_they_are_and_overwrite_nothing(tmp_path: Path) -> None:
    made = synthetic.tables(policykit.request(), policykit.CONTRACTS, rows=10, period=PERIOD, seed=1)
    folder = tmp_path / "outside"
    synthetic.write(folder, policykit.request(), made)
    assert pl.read_parquet(folder / "welfare_eligibility.parquet").equals(made["welfare_eligibility"])
    assert "ตารางสมมติของโครงการ poverty" in (folder / "READ-ME.txt").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="is not empty"):
        synthetic.write(folder, policykit.request(), made)
