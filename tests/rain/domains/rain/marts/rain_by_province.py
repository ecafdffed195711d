"""How much did it rain, by province and month?"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.frames import conform


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """One row a province."""
    rows = inputs["rain_readings"].groupBy("province_code")
    told = rows.agg(F.count("rain_mm").alias("readings"), F.sum("rain_mm").cast("DECIMAL(12,1)").alias("total_mm"))
    return conform(told.withColumn("period", F.lit(period)), table)
