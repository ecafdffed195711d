"""Every folder ``<mart>/<case>`` beside this file: curated rows in, the mart's rows out."""

import csv
import importlib
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from khlang import contracts

HERE = Path(__file__).parent
PERIOD = "2026-01"
CASES = sorted(path.parent.relative_to(HERE) for path in HERE.glob("*/*/expected.csv"))


def rows(path: Path) -> list[dict[str, str | None]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [{name: value or None for name, value in row.items()} for row in csv.DictReader(lines)]


def typed(spark: SparkSession, path: Path, table: contracts.Table) -> DataFrame:
    given = rows(path) if path.exists() else []
    names = [column.name for column in table.stored]
    unknown = {name for row in given for name in row} - set(names)
    assert not unknown, f"{path.name}: no such column in the contract: {sorted(unknown)}"
    # As a server gets it from its clients, and planned as such; a list would be an RDD, twice as slow to read.
    text = spark.createDataFrame(
        pa.table({name: pa.array([row.get(name) for row in given], pa.string()) for name in names})
    )
    return text.select(*(F.col(column.name).cast(column.type) for column in table.stored))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_scenario(case: Path, local_spark: SparkSession) -> None:
    known = contracts.load()
    table = known[case.parts[0]]
    inputs = {name: typed(local_spark, HERE / case / f"{name}.csv", known[name]) for name in table.inputs}
    module = importlib.import_module(f"khlang.domains.{table.domain}.marts.{table.name}")
    built = module.build(inputs, table, period=PERIOD)
    expected = rows(HERE / case / "expected.csv")
    assert built.columns == list(expected[0])
    types = [field.dataType for field in built.schema]
    assert types == [field.dataType for field in typed(local_spark, HERE / "none", table).schema]
    got = [row.asDict() for row in built.select(*(F.col(name).cast("string") for name in built.columns)).collect()]
    key = [name for name in table.grain if name != "period"]

    def place(row: dict[str, str | None]) -> list[str]:
        return [str(row[name]) for name in key]

    assert sorted(got, key=place) == sorted(expected, key=place)


def test_there_are_cases_for_every_mart() -> None:
    marts = {table.name for table in contracts.load().marts}
    assert {case.parts[0] for case in CASES} == marts
