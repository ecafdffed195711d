"""Which occupations do employers look for, beside who works as what already?

One row for every occupation that an insured person has or a vacancy names, of the month. Set beside the mismatch of
graduates it shows whether what people studied is what is looked for.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.frames import conform


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated vacancies, job_occupations and insured_persons.
        table: The contract of ``labour_demand``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, occupation_code.
    """
    wages = inputs["insured_persons"].where(F.col("wage_month") == period)
    insured = wages.groupBy("pid").agg(F.lit(True).alias("insured"))
    workers = inputs["job_occupations"].join(insured, "pid", "inner").groupBy("occupation_code")  # one to one
    wanted = inputs["vacancies"].groupBy("occupation_code")
    joined = workers.agg(F.count("pid").alias("insured_workers")).join(
        wanted.agg(F.count("vacancy_no").alias("vacancies"), F.sum("openings").alias("openings")),
        "occupation_code",
        "full",
    )
    counted = joined.fillna(0, subset=["insured_workers", "vacancies", "openings"])
    return conform(counted.withColumn("period", F.lit(period)), table)
