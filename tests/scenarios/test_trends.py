"""The figures of a month beside its rules, from the gate's own pass, against the arithmetic beside the rows."""

import pytest
from pyspark.sql import SparkSession

from khlang import contracts
from khlang.curation import metrics

TABLE = contracts.load()["welfare_registrants"]


def test_rows_empty_cells_means_and_shares(local_spark: SparkSession) -> None:
    # Four rows, of which one was kept back: its debt of 900 is in no mean, and it counts as a row.
    told = [(1, None, 100, None), (2, 7, 300, None), (3, 8, None, None), (4, 9, 900, "BAD-CODE")]
    names = ("pid", "house_id", "debt_baht", "reason")
    given = local_spark.createDataFrame(told, "pid BIGINT, house_id BIGINT, debt_baht BIGINT, reason STRING")
    kinds = {column.name: column.type for column in TABLE.stored}
    typed = given.selectExpr(
        "reason", *(f"CAST({name if name in names else 'NULL'} AS {kind}) AS {name}" for name, kind in kinds.items())
    )
    found = metrics.compute(typed, metrics.trends_of(TABLE), manifest_rows=4)[metrics.TRENDS]
    assert found["rows"] == 4
    assert found["null__house_id"] == pytest.approx(1 / 3)  # one of the three that were kept
    assert found["mean__debt_baht"] == pytest.approx(200)  # (100 + 300) ÷ 2
    assert found["mean__land_rai"] == 0, "a mean of nothing"
    assert None not in found.values()
