"""``values.csv`` read by curate in Spark; ``tests/unit/test_values.py`` reads the same table as the agency does."""

from pathlib import Path

import polars as pl
import pytest
from pyspark.sql import SparkSession
from tests import curatekit

from khlang.curation import standardise

TABLE = Path(__file__).parent / "values.csv"
TYPES = {"date": "DATE", "month": "STRING", "money": "DECIMAL(14,2)", "integer": "INT"}


@pytest.mark.parametrize("standard", ["date", "month", "money", "integer", "digits", "code", "text"])
def test_scenarios_in_spark(standard: str, local_spark: SparkSession, tmp_path: Path) -> None:
    table = pl.read_csv(TABLE, infer_schema=False).filter(pl.col("standard") == standard)
    given = curatekit.as_spark(table.with_row_index("n").select("n", "text"), local_spark, tmp_path)
    clean = given.selectExpr("n", f"{standardise.cleaned('text', standard)} AS cleaned")
    kind = TYPES.get(standard, "STRING")
    read = clean.selectExpr("n", "cleaned", f"{standardise.typed('cleaned', standard, kind)} AS typed")
    found = [(row["cleaned"], shown(row["typed"])) for row in read.orderBy("n").collect()]
    assert found == table.select("cleaned", "typed").rows()


def shown(value: object) -> str | None:
    text = None if value is None else str(value)
    return (
        text.rstrip("0").rstrip(".") if text and "." in text and text.replace(".", "").lstrip("-").isdigit() else text
    )
