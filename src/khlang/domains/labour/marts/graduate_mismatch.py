"""Do graduates work in what they studied, by field and cohort?

One row for every field and year of graduation that a graduate has. Who has an insured wage of the month counts as
insured; of those whose occupation the employment office knows, who works as what the field does not lead to is
mismatched (``definitions.yaml``). Civil servants, the self-employed and informal workers are in no register of jobs:
they stand among the graduates alone, and are never guessed.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.labour.definitions import load
from khlang.frames import conform


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated graduates, job_occupations and insured_persons.
        table: The contract of ``graduate_mismatch``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, field_code, graduation_year.
    """
    wages = inputs["insured_persons"].where(F.col("wage_month") == period)
    insured = wages.groupBy("pid").agg(F.lit(True).alias("insured"))  # late rows tell of another month
    work = inputs["job_occupations"].select("pid", "occupation_code")
    graduates = inputs["graduates"].select("pid", "field_code", "graduation_year")
    joined = graduates.join(insured, "pid", "left").join(work, "pid", "left")  # one to at most one, both
    pair = F.concat_ws("/", "field_code", "occupation_code")
    judged = joined.withColumns(
        {
            "insured": F.coalesce("insured", F.lit(False)),
            "works": F.coalesce("insured", F.lit(False)) & F.col("occupation_code").isNotNull(),
        }
    ).withColumn("mismatched", F.col("works") & ~pair.isin(*load().matches))
    counted = judged.groupBy("field_code", "graduation_year").agg(
        F.count("pid").alias("graduates"),
        F.count_if("insured").alias("insured_graduates"),
        F.count_if("works").alias("graduates_with_occupation"),
        F.count_if("mismatched").alias("mismatched_graduates"),
    )
    return conform(counted.withColumn("period", F.lit(period)), table)
