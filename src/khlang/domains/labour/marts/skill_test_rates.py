"""How many of those who sit the national skill standard tests pass them, by quarter?

One row for every quarter that the Department of Skill Development has published; figures, not persons. The share is
in per cent with two decimals, half up, as the department prints it.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.frames import conform


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated skill_tests.
        table: The contract of ``skill_test_rates``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, test_year, test_quarter.
    """
    whole = F.col("attended").cast("DECIMAL(12,0)")
    share = F.round(F.col("passed").cast("DECIMAL(12,0)") * 100 / whole, 2)
    told = inputs["skill_tests"].where(F.col("attended") > 0)
    return conform(told.withColumns({"passed_percent": share, "period": F.lit(period)}), table)
