"""The marts of a simulated month of electricity are what its extracts show: Spark against the simulator's own truth.

The rows are those that ``Extract.kept`` leaves, as curation leaves them; what curation itself does to a file is the
matter of ``tests/scenarios`` and of the demo.
"""

import importlib
from datetime import date

import pytest
from pyspark.sql import SparkSession
from tests.simulatedkit import curated

from khlang import contracts
from khlang.domains.energy.extracts import EXTRACTS
from khlang.domains.energy.simulation import DOMAIN
from khlang.domains.energy.truth import NEEDED
from khlang.serve.compare import judge
from khlang.simulate import calibration, population, work
from khlang.simulate.extract import Month

PERIOD = "2026-01"
#: Where the simulator holds whole parts of a unit, or under another name: its name, and how many parts make one.
HELD_AS = {
    "pid": ("cid", 1),
    "bill_baht": ("bill_baht", 100),
    "subsidy_baht": ("subsidy_baht", 100),
    "wage_baht": ("wage", 100),
    "declared_income_baht": ("declared", 100),
}


@pytest.fixture(scope="module")
def month() -> Month:
    known = calibration.load()
    world = population.found(known, people=3000, months=1, seed=3, start=date(2026, 1, 1))
    world = world.evolve(jobs=work.reported_late(world.jobs, 0.02, seed=3, period=PERIOD))
    world = world.with_part("energy", DOMAIN.found(world, known, 3))
    return Month(world, world.jobs, known.assumptions["mess"], 3)


@pytest.mark.parametrize("mart", ["energy_burden", "outage_hours"])
def test_the_mart_of_a_simulated_month_equals_the_observable_truth(
    mart: str, month: Month, local_spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tables, folder = contracts.load(), tmp_path_factory.mktemp("curated")
    table = tables[mart]
    sent = {extract.dataset: extract.sent(month) for extract in (*EXTRACTS, *NEEDED)}
    kept = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in (*EXTRACTS, *NEEDED)}
    inputs = {
        name: curated(kept[name], tables[name], HELD_AS, spark=local_spark, folder=folder) for name in table.inputs
    }
    module = importlib.import_module(f"khlang.domains.energy.marts.{mart}")
    rows = [tuple(row) for row in module.build(inputs, table, period=PERIOD).collect()]
    found = judge(table, rows, DOMAIN.observable(sent, PERIOD)[mart], DOMAIN.population(month)[mart])
    assert (found.missing, found.extra, found.equals_truth) == (0, 0, True)
    assert found.rows > 50
