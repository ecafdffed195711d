"""The marts of a simulated month of transport are what its extracts can show: Spark against the simulator's own truth.

The rows are those that ``Extract.kept`` leaves of each month and the gate does not hold back, as curation leaves them;
what curation itself does to a file is the matter of ``tests/scenarios`` and of the demo. The month is the second one,
so that there is one before it to look back at.
"""

import importlib
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from pyspark.sql import DataFrame, SparkSession
from tests.curatekit import as_spark

from khlang import contracts
from khlang.domains.transport.extracts import EXTRACTS
from khlang.domains.transport.simulation import DOMAIN
from khlang.serve.compare import judge
from khlang.simulate import calibration, population
from khlang.simulate.extract import Month, Sent

PERIOD = "2026-02"
MARTS = ("bus_punctuality", "congestion", "air_arrivals")


def _degrees(column: str) -> pl.Expr:
    return (pl.col(column) / 1_000_000).round(6)


#: Where the simulator holds another unit than the contract: the contract's column of what is held.
WRITTEN: dict[str, dict[str, pl.Expr]] = {
    "bus_schedule": {
        "planned_hour": pl.col("planned") // 3600,
        "planned_minute": pl.col("planned") // 60 % 60,
        "stop_latitude": _degrees("stop_latitude"),
        "stop_longitude": _degrees("stop_longitude"),
    },
    "bus_positions": {
        "latitude": _degrees("latitude"),
        "longitude": _degrees("longitude"),
        "speed_kmh": (pl.col("speed") / 10).round(1),
    },
    "traffic_counts": {"vehicle_count": pl.col("vehicles"), "mean_speed_kmh": (pl.col("speed") / 10).round(1)},
    "flight_arrivals": {"period": pl.col("sent_in")},
}


@pytest.fixture(scope="module")
def month() -> Month:
    known = calibration.load()
    world = population.found(known, people=2000, months=1, seed=3, start=date(2026, 1, 1))
    first = DOMAIN.found(world, known, 3)
    world = world.evolve(month=date(2026, 2, 1))
    world = world.with_part("transport", DOMAIN.advance(first, world, known, 3))
    return Month(world, world.jobs, known.assumptions["mess"], 3)


@pytest.fixture(scope="module")
def sent(month: Month) -> Sent:
    return {extract.dataset: extract.sent(month) for extract in EXTRACTS}


@pytest.fixture(scope="module")
def inputs(sent: Sent, local_spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, DataFrame]:
    tables, folder = contracts.load(), tmp_path_factory.mktemp("curated")
    return {one.dataset: curated(one.dataset, sent, tables, local_spark, folder) for one in EXTRACTS}


def kept(dataset: str, sent: Sent) -> pl.DataFrame:
    """What curation keeps of each month's extract."""
    extract = next(one for one in EXTRACTS if one.dataset == dataset)
    rows = sent[dataset]
    if dataset == "flight_arrivals":
        return pl.concat([extract.kept(one) for one in rows.partition_by("sent_in")])
    if dataset == "bus_positions":  # the gate holds back a row in another country, or below zero
        rows = rows.filter((pl.col("latitude") > 5_600_000) & (pl.col("speed") >= 0))
        assert rows.height < sent[dataset].height
    return extract.kept(rows)


def curated(name: str, sent: Sent, tables: contracts.Contracts, spark: SparkSession, folder: Path) -> DataFrame:
    """Kept rows under the contract's names and types."""
    table, rows = tables[name], kept(name, sent)
    own = {"period": pl.lit(PERIOD)} | WRITTEN[name]
    there = [column for column in table.stored if column.name in own or column.name in rows.columns]
    text = rows.select(own.get(one.name, pl.col(one.name)).cast(pl.String).alias(one.name) for one in there)
    given = {one.name for one in there}
    return as_spark(text, spark, folder).selectExpr(
        *(f"CAST({one.name if one.name in given else 'NULL'} AS {one.type}) AS {one.name}" for one in table.stored)
    )


@pytest.mark.parametrize("mart", MARTS)
def test_the_mart_of_a_simulated_month_equals_the_observable_truth(
    mart: str, month: Month, sent: Sent, inputs: dict[str, DataFrame]
) -> None:
    table = contracts.load()[mart]
    module = importlib.import_module(f"khlang.domains.transport.marts.{mart}")
    given = {name: inputs[name] for name in table.inputs}
    rows = [tuple(row) for row in module.build(given, table, period=PERIOD).collect()]
    found = judge(table, rows, DOMAIN.observable(sent, PERIOD)[mart], DOMAIN.population(month)[mart])
    assert (found.missing, found.extra, found.equals_truth) == (0, 0, True)
    assert found.rows > 30


def test_what_the_positions_give_is_shuffled_twice_and_multiplied_by_nothing(inputs: dict[str, DataFrame]) -> None:
    """Ten million positions a month: a third shuffle, or a product of tables, is seen here and not in the pool."""
    table = contracts.load()["bus_punctuality"]
    module = importlib.import_module("khlang.domains.transport.marts.bus_punctuality")
    plan = module.build(inputs, table, period=PERIOD)._jdf.queryExecution().executedPlan().toString()
    # The plan is a tree: what lies above the scan of the positions, up to the root, is less indented.
    lines = plan.split("Initial Plan")[-1].splitlines()
    depth = [re.match(r"[\s:+\-]*", line).end() for line in lines]  # type: ignore[union-attr]
    above, at = [], next(n for n, line in enumerate(lines) if "FileScan" in line and "seen_second" in line)
    for number in range(at - 1, -1, -1):
        if depth[number] < depth[at]:
            above.append(lines[number].lstrip(" :+-"))
            at = number
    assert sum(line.startswith("Exchange hashpartitioning") for line in above) == 2, plan
    assert not re.search("CartesianProduct|BroadcastNestedLoop|PythonUDF", plan)
