"""Where is the current cut most? Customer hours lost per household, by amphoe.

One row for every amphoe and month that the house registry or an outage names. An outage counts in the month in which
it began: its minutes times the customers it hit, in hours. One that ended before it began tells nothing that can be
reckoned with: it is counted apart (``outages_unclear``) and in no figure. A household is a registered house; without
any there is no figure per household.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.energy.marts import homes
from khlang.frames import conform

WHOLE = "DECIMAL(18,0)"
COUNTS = ("households", "outages", "outages_unclear", "customer_minutes")


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated power_outages and house_registry.
        table: The contract of ``outage_hours``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, amphoe_code.
    """
    living = (
        homes.registered(inputs["house_registry"]).groupBy("amphoe_code").agg(F.count("house_id").alias("households"))
    )
    joined = living.join(cut(inputs["power_outages"], period=period), "amphoe_code", "full")  # one to one
    known = joined.fillna(0, subset=list(COUNTS))
    minutes = F.col("customer_minutes").cast(WHOLE)
    per_household = F.when(F.col("households") > 0, F.round(minutes / (F.col("households") * 60).cast(WHOLE), 2))
    return conform(
        known.withColumns(
            {
                "customer_hours_lost": F.round(minutes / F.lit(60).cast(WHOLE), 2),
                "hours_lost_per_household": per_household,
                "province_code": F.substring("amphoe_code", 1, 2),
                "period": F.lit(period),
            }
        ),
        table,
    )


def cut(outages: DataFrame, *, period: str) -> DataFrame:
    """``amphoe_code``, ``outages``, ``outages_unclear``, ``customer_minutes`` of the month. Grain: amphoe_code."""
    began = outages.where(F.date_format("outage_began_on", "yyyy-MM") == period)
    clear = F.col("outage_ended_on") >= F.col("outage_began_on")
    lost = F.sum(F.when(clear, F.col("outage_minutes") * F.col("outage_customers")))
    return began.groupBy("amphoe_code").agg(
        F.count_if(clear).alias("outages"),
        F.count_if(~clear).alias("outages_unclear"),
        F.coalesce(lost, F.lit(0)).alias("customer_minutes"),
    )
