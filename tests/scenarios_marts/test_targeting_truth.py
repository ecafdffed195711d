"""The marts of a simulated month of targeting are what its extracts can show: Spark against the simulator's own truth.

The rows are those that ``Extract.kept`` leaves, as curation leaves them; what curation itself does to a file is the
matter of ``tests/scenarios`` and of the demo.
"""

import importlib
from pathlib import Path

import polars as pl
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from tests.curatekit import as_spark
from tests.unit.simulate import worlds

from khlang import contracts
from khlang.domains.targeting.simulation import DOMAIN
from khlang.domains.targeting.truth import READ
from khlang.serve.compare import judge
from khlang.simulate.extract import Extract, Month, Sent

NAMES = ("welfare", "labour", "health", "targeting")
HELD = {
    "debt_baht": "debt",
    "declared_income_baht": "declared",
    "judgment_debt_baht": "judgment",
    "land_rai": "land",
    "pid": "cid",
    "wage_baht": "wage",
}


@pytest.fixture(scope="module")
def month() -> Month:
    made: Month = worlds.two_months(*NAMES)[1]
    return made


@pytest.fixture(scope="module")
def sent(month: Month) -> Sent:
    return {extract.dataset: extract.sent(month) for extract in READ}


def held(name: str, kind: str) -> pl.Expr:
    """Where the simulator holds a column under another name or in whole hundredths."""
    if name == "birth_year":
        return pl.col("birth").dt.year().cast(pl.String)
    column = pl.col(HELD.get(name, name))
    if kind.startswith("DECIMAL"):
        return (column.cast(pl.Decimal(38, 2)) / 100).cast(pl.String)
    return column.cast(pl.String)


def numbered(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Houses and plates as numbers, in place of pseudonyms; no mart here joins a house of one table to another's."""
    known = [each for each in ("house_id", "vehicle_id", "employer_id") if each in rows.columns]
    assert rows.height, name
    return rows.with_columns(pl.col(each).rank("dense").cast(pl.Int64) for each in known)


def curated(extract: Extract, sent: Sent, table: contracts.Table, spark: SparkSession, folder: Path) -> DataFrame:
    """Kept rows under the contract's names and types; a person's pseudonym is the number itself."""
    rows = numbered(extract.kept(sent[extract.dataset]), extract.dataset)
    types = {column.name: column.type for column in table.columns}
    text = as_spark(rows.select(held(name, kind).alias(name) for name, kind in types.items()), spark, folder)
    columns = {name: F.col(name) for name in types}
    return text.select(
        *(columns.get(column.name, F.lit(None)).cast(column.type).alias(column.name) for column in table.stored)
    )


@pytest.mark.parametrize("mart", ["welfare_targeting", "welfare_missed"])
def test_the_mart_of_a_simulated_month_equals_the_observable_truth(
    mart: str, month: Month, sent: Sent, local_spark: SparkSession, tmp_path: Path
) -> None:
    tables, extracts = contracts.load(), {extract.dataset: extract for extract in READ}
    table = tables[mart]
    inputs = {name: curated(extracts[name], sent, tables[name], local_spark, tmp_path / name) for name in table.inputs}
    module = importlib.import_module(f"khlang.domains.targeting.marts.{mart}")
    rows = [tuple(row) for row in module.build(inputs, table, period=month.period).collect()]
    found = judge(table, rows, DOMAIN.observable(sent, month.period)[mart], DOMAIN.population(month)[mart])
    assert (found.missing, found.extra, found.equals_truth) == (0, 0, True)
    assert found.rows > 100
