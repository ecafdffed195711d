"""The marts of a simulated month of water are what its extracts can show: Spark against the simulator's own truth.

The rows are those that ``Extract.kept`` leaves, as curation leaves them; what curation itself does to a file is the
matter of ``tests/scenarios`` and of the demo.
"""

import importlib
from datetime import date

import pytest
from pyspark.sql import SparkSession
from tests.simulatedkit import curated

from khlang import contracts
from khlang.domains.water.extracts import EXTRACTS
from khlang.domains.water.simulation import DOMAIN
from khlang.domains.water.truth import HOMES
from khlang.serve.compare import judge
from khlang.simulate import calibration, population, work
from khlang.simulate.extract import Month

PERIOD = "2026-01"
#: Where the simulator holds whole parts of a unit: its name, and how many make one.
HELD_AS = {
    "pid": ("cid", 1),
    "rain_mm": ("rain", 10),
    "level_m": ("level", 100),
    "capacity_mcm": ("capacity", 100),
    "storage_mcm": ("storage", 100),
    "demand_mcm": ("demand", 100),
    "damage_baht": ("damage", 100),
}


@pytest.fixture(scope="module")
def month() -> Month:
    known = calibration.load()
    world = population.found(known, people=2000, months=1, seed=3, start=date(2026, 1, 1))
    world = world.evolve(jobs=work.reported_late(world.jobs, 0.02, seed=3, period=PERIOD))
    world = world.with_part("water", DOMAIN.found(world, known, 3))
    return Month(world, world.jobs, known.assumptions["mess"], 3)


@pytest.mark.parametrize("mart", ["flooded_homes", "water_by_amphoe"])
def test_the_mart_of_a_simulated_month_equals_the_observable_truth(
    mart: str, month: Month, local_spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tables, folder = contracts.load(), tmp_path_factory.mktemp("curated")
    table = tables[mart]
    sent = {extract.dataset: extract.sent(month) for extract in (*EXTRACTS, HOMES)}
    kept = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in (*EXTRACTS, HOMES)}
    inputs = {
        name: curated(kept[name], tables[name], HELD_AS, spark=local_spark, folder=folder) for name in table.inputs
    }
    module = importlib.import_module(f"khlang.domains.water.marts.{mart}")
    rows = [tuple(row) for row in module.build(inputs, table, period=PERIOD).collect()]
    found = judge(table, rows, DOMAIN.observable(sent, PERIOD)[mart], DOMAIN.population(month)[mart])
    assert (found.missing, found.extra, found.equals_truth) == (0, 0, True)
    assert found.rows > 50
