"""The marts of simulated months of health are what its extracts can show: Spark against the simulator's own truth.

The rows are those that ``Extract.kept`` leaves, as curation leaves them; what curation itself does to a file is the
matter of ``tests/scenarios`` and of the demo. Two months: the second looks back at the first one's file of students.
"""

import importlib
from functools import reduce
from pathlib import Path

import polars as pl
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from tests.curatekit import as_spark
from tests.unit.simulate import worlds

from khlang import contracts
from khlang.domains.health.simulation import DOMAIN
from khlang.domains.health.truth import READ
from khlang.serve.compare import judge
from khlang.simulate.extract import Month, Sent

NAMES = ("welfare", "labour", "health")
EXTRACT = {extract.dataset: extract for extract in READ}


@pytest.fixture(scope="module")
def months() -> tuple[Month, Month]:
    made: tuple[Month, Month] = worlds.two_months(*NAMES)  # type: ignore[no-untyped-call]  # helpers of untyped tests
    return made


@pytest.fixture(scope="module")
def sent(months: tuple[Month, Month]) -> dict[str, Sent]:
    return {month.period: {name: one.sent(month) for name, one in EXTRACT.items()} for month in months}


def held(name: str) -> pl.Expr:
    """Where the simulator holds a column under another name or unit."""
    if name == "allowance_baht":
        return (pl.col("allowance").cast(pl.Decimal(16, 2)) / 100).cast(pl.String)
    if name == "birth_year":
        return pl.col("birth").dt.year().cast(pl.String)
    return pl.col({"pid": "cid"}.get(name, name)).cast(pl.String)


def curated(rows: pl.DataFrame, table: contracts.Table, period: str, spark: SparkSession, folder: Path) -> DataFrame:
    """Kept rows under the contract's names and types; a person's pseudonym is the number itself."""
    unread = {"house_id"}  # no mart of this domain asks for it, and it is no number here
    names = [column.name for column in table.columns if column.name not in unread]
    text = as_spark(rows.select(held(name).alias(name) for name in names), spark, folder)
    columns = {name: F.col(name) for name in names} | {"period": F.lit(period)}
    return text.select(
        *(columns.get(column.name, F.lit(None)).cast(column.type).alias(column.name) for column in table.stored)
    )


@pytest.mark.parametrize("mart", ["teen_births", "disability_gap"])
def test_the_mart_of_a_simulated_month_equals_the_observable_truth(
    mart: str, months: tuple[Month, Month], sent: dict[str, Sent], local_spark: SparkSession, tmp_path: Path
) -> None:
    tables, month = contracts.load(), months[1]
    table = tables[mart]
    periods = [one.period for one in months] if table.months > 1 else [month.period]
    inputs = {
        name: reduce(
            DataFrame.unionByName,
            (
                curated(
                    EXTRACT[name].kept(sent[period][name]), tables[name], period, local_spark, tmp_path / name / period
                )
                for period in periods
            ),
        )
        for name in table.inputs
    }
    module = importlib.import_module(f"khlang.domains.health.marts.{mart}")
    rows = [tuple(row) for row in module.build(inputs, table, period=month.period).collect()]
    observable = DOMAIN.observable(sent[month.period], month.period)[mart]
    found = judge(table, rows, observable, DOMAIN.population(month)[mart])
    assert (found.missing, found.extra, found.equals_truth) == (0, 0, True)
    assert found.rows > 100
