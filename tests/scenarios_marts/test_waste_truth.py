"""The marts of a simulated month of waste are what its extracts can show: Spark against the simulator's own truth.

The rows are those that ``Extract.kept`` leaves, as curation leaves them; what curation itself does to a file is the
matter of ``tests/scenarios`` and of the demo.
"""

import importlib
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from tests.curatekit import as_spark

from khlang import contracts
from khlang.domains.waste.extracts import EXTRACTS
from khlang.domains.waste.simulation import DOMAIN
from khlang.domains.waste.truth import HOMES
from khlang.serve.compare import judge
from khlang.simulate import calibration, population, work
from khlang.simulate.extract import Month

PERIOD = "2026-01"
#: Where the simulator holds whole parts of a unit: how many make one.
PARTS = {
    "waste_tonnes": 1000,
    "site_capacity_tonnes": 1000,
    "site_filled_tonnes": 1000,
    "site_filled_percent": 100,
    "site_latitude": 1_000_000,
    "site_longitude": 1_000_000,
    "waste_fee_baht": 100,
}


@pytest.fixture(scope="module")
def month() -> Month:
    known = calibration.load()
    world = population.found(known, people=3000, months=1, seed=3, start=date(2026, 1, 1))
    world = world.evolve(jobs=work.reported_late(world.jobs, 0.02, seed=3, period=PERIOD))
    world = world.with_part("waste", DOMAIN.found(world, known, 3))
    return Month(world, world.jobs, known.assumptions["mess"], 3)


def curated(rows: pl.DataFrame, table: contracts.Table, spark: SparkSession, folder: Path) -> DataFrame:
    """Kept rows under the contract's names and types; an identifier is its own digits."""
    named = rows.rename({"cid": "pid"}) if "cid" in rows.columns else rows
    there = [column.name for column in table.columns if column.name in named.columns]
    frame = as_spark(named.select(pl.col(name).cast(pl.String) for name in there), spark, folder)
    exact = {name: F.col(name).cast("DECIMAL(20,0)") / PARTS[name] if name in PARTS else F.col(name) for name in there}
    columns = [
        exact.get(column.name, F.lit(PERIOD if column.name == "period" else None)).cast(column.type).alias(column.name)
        for column in table.stored
    ]
    return frame.select(*columns)


@pytest.mark.parametrize("mart", ["waste_by_amphoe", "site_years"])
def test_the_mart_of_a_simulated_month_equals_the_observable_truth(
    mart: str, month: Month, local_spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tables, folder = contracts.load(), tmp_path_factory.mktemp("curated")
    table = tables[mart]
    sent = {extract.dataset: extract.sent(month) for extract in (*EXTRACTS, HOMES)}
    kept = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in (*EXTRACTS, HOMES)}
    inputs = {name: curated(kept[name], tables[name], local_spark, folder) for name in table.inputs}
    module = importlib.import_module(f"khlang.domains.waste.marts.{mart}")
    rows = [tuple(row) for row in module.build(inputs, table, period=PERIOD).collect()]
    found = judge(table, rows, DOMAIN.observable(sent, PERIOD)[mart], DOMAIN.population(month)[mart])
    assert (found.missing, found.extra, found.equals_truth) == (0, 0, True)
    assert found.rows > 50
