"""How many years does each disposal site last at the month's inflow?

One row for every site of the month's register. Its inflow is what the local offices brought to it in the month, and
is taken to come all year; waste brought to a site that the register does not know is left out here, though it counts
as collected. A site that holds more than its capacity lasts no longer (``is_overfull``); one to which nothing was
brought has no figure, and is not called full soon.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.waste.definitions import load
from khlang.frames import conform

TONNES, WHOLE = "DECIMAL(14,3)", "DECIMAL(18,0)"


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated disposal_sites and waste_collection.
        table: The contract of ``site_years``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, waste_site_id.
    """
    definitions = load()
    of_month = inputs["waste_collection"].where(F.col("waste_month") == period)
    brought = of_month.where(F.col("waste_site_id").isNotNull()).groupBy("waste_site_id")
    joined = inputs["disposal_sites"].join(brought.agg(F.sum("waste_tonnes").alias("brought")), "waste_site_id", "left")
    inflow = F.coalesce("brought", F.lit(0)).cast(TONNES)
    known = joined.withColumn("month_inflow_tonnes", inflow)
    room = F.greatest(F.col("site_capacity_tonnes") - F.col("site_filled_tonnes"), F.lit(0))
    # In whole kilograms, so that the quotient keeps enough digits to be rounded once.
    yearly = (F.col("month_inflow_tonnes") * 1000 * definitions.months_per_year).cast(WHOLE)
    years = F.when(F.col("month_inflow_tonnes") > 0, F.round((room * 1000).cast(WHOLE) / yearly, 2))
    told = known.withColumn("site_years_left", years)
    return conform(
        told.withColumns(
            {
                "province_code": F.substring("amphoe_code", 1, 2),
                "is_full_soon": F.coalesce(F.col("site_years_left") < F.lit(definitions.full_soon_years), F.lit(False)),
                "is_overfull": F.col("site_filled_tonnes") > F.col("site_capacity_tonnes"),
                "period": F.lit(period),
            }
        ),
        table,
    )
