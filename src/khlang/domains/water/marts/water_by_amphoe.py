"""Where does the stored water not meet the demand, and how many households stood in floods there, by amphoe?

One row for every amphoe and month that the house registry, a flooded house or the estimate of demand names. Storage is
what the reservoirs of the amphoe's basin held on the last day of the month that each of them reported; demand is the
month's estimate, of the amphoe and of its whole basin. Storage divided by the basin's demand gives the months that the
water lasts without rain; below the line of ``definitions.yaml`` the basin is short. A basin without a reported
reservoir has no such figure, and is not called short. Rain is the sum of the province's gauges in the month.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.water.definitions import load
from khlang.domains.water.marts import homes
from khlang.frames import conform

COUNTS = ("households", "flooded_households", "repeated_households")
VOLUME = "DECIMAL(14,2)"


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated flood_events, flooded_households, house_registry, gauge_readings,
            reservoir_storage and water_demand.
        table: The contract of ``water_by_amphoe``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, amphoe_code.
    """
    definitions = load()
    flooded = (
        homes.flooded(inputs, definitions)
        .groupBy("amphoe_code")
        .agg(F.count("house_id").alias("flooded_households"), F.count_if("is_repeated").alias("repeated_households"))
    )
    living = homes.households(inputs["house_registry"]).groupBy(F.col("registered_amphoe").alias("amphoe_code"))
    demand = inputs["water_demand"].groupBy("amphoe_code")
    joined = (
        living.agg(F.count("house_id").alias("households"))
        .join(flooded, "amphoe_code", "full")  # one to one; an amphoe may be missing on either side
        .join(
            demand.agg(F.min("basin_code").alias("basin_code"), F.sum("demand_mcm").alias("amphoe_demand_mcm")),
            "amphoe_code",
            "full",
        )
        .withColumn("province_code", F.substring("amphoe_code", 1, 2))
        .join(rain(inputs["gauge_readings"], period=period), "province_code", "left")
        .join(basins(inputs, period=period), "basin_code", "left")
    )
    # A demand of nothing lasts for ever: no figure, and no division by zero.
    lasts = F.col("basin_storage_mcm") / F.col("basin_demand_mcm")
    months = F.when(F.col("basin_demand_mcm") > 0, F.round(lasts, 2))
    known = joined.fillna(0, subset=list(COUNTS)).withColumn("months_of_storage", months)
    short = F.coalesce(F.col("months_of_storage") < F.lit(definitions.short_months), F.lit(False))
    return conform(known.withColumns({"is_short": short, "period": F.lit(period)}), table)


def rain(readings: DataFrame, *, period: str) -> DataFrame:
    """``province_code``, ``rain_mm`` of the month; late readings of an earlier month tell of that one."""
    of_month = readings.where(_in(period) & F.col("rain_mm").isNotNull())
    return of_month.groupBy("province_code").agg(F.sum("rain_mm").alias("rain_mm"))


def basins(inputs: Mapping[str, DataFrame], *, period: str) -> DataFrame:
    """``basin_code``, ``basin_demand_mcm``, ``basin_storage_mcm``: each reservoir as on its last day of the month."""
    last = (
        inputs["reservoir_storage"]
        .where(_in(period))
        .groupBy("reservoir_id")
        .agg(F.max_by(F.struct("basin_code", "storage_mcm"), "measured_on").alias("last"))
    )
    held = last.groupBy("last.basin_code").agg(F.sum("last.storage_mcm").cast(VOLUME).alias("basin_storage_mcm"))
    asked = inputs["water_demand"].groupBy("basin_code")
    demand = asked.agg(F.sum("demand_mcm").cast(VOLUME).alias("basin_demand_mcm"))
    return demand.join(held, "basin_code", "left")


def _in(period: str) -> Column:
    return F.date_format("measured_on", "yyyy-MM") == period
