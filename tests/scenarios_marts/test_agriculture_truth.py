"""The marts of a simulated month of farming are what its extracts can show: Spark against the simulator's own truth."""

import importlib
from datetime import date

import pytest
from pyspark.sql import SparkSession
from tests.simulatedkit import curated

from khlang import contracts
from khlang.domains.agriculture.simulation import DOMAIN
from khlang.serve.compare import judge
from khlang.simulate import calibration, population, work
from khlang.simulate.domain import chosen
from khlang.simulate.extract import Month

PERIOD = "2026-01"
HELD_AS = {
    "pid": ("cid", 1),
    "area_rai": ("area", 100),
    "harvested_rai": ("harvested", 100),
    "price_baht": ("price", 100),
    "outstanding_baht": ("outstanding", 100),
    "rain_mm": ("rain", 10),
    "level_m": ("level", 100),
    "capacity_mcm": ("capacity", 100),
    "storage_mcm": ("storage", 100),
    "demand_mcm": ("demand", 100),
}


@pytest.fixture(scope="module")
def month() -> Month:
    known = calibration.load()
    world = population.found(known, people=2000, months=1, seed=3, start=date(2026, 1, 1))
    world = world.evolve(jobs=work.reported_late(world.jobs, 0.02, seed=3, period=PERIOD))
    for domain in chosen(["agriculture"]):
        world = world.with_part(domain.name, domain.found(world, known, 3))
    return Month(world, world.jobs, known.assumptions["mess"], 3)


@pytest.mark.parametrize("mart", ["farm_debt", "crop_market", "crop_rain"])
def test_the_mart_of_a_simulated_month_equals_the_observable_truth(
    mart: str, month: Month, local_spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tables, folder = contracts.load(), tmp_path_factory.mktemp("curated")
    table = tables[mart]
    extracts = {each.dataset: each for domain in chosen(["agriculture"]) for each in domain.extracts}
    sent = {name: each.sent(month) for name, each in extracts.items()}
    inputs = {
        name: curated(extracts[name].kept(sent[name]), tables[name], HELD_AS, spark=local_spark, folder=folder)
        for name in table.inputs
    }
    module = importlib.import_module(f"khlang.domains.agriculture.marts.{mart}")
    rows = [tuple(row) for row in module.build(inputs, table, period=PERIOD).collect()]
    found = judge(table, rows, DOMAIN.observable(sent, PERIOD)[mart], DOMAIN.population(month)[mart])
    assert (found.missing, found.extra, found.equals_truth) == (0, 0, True)
    assert found.rows > 50
