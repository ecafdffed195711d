"""Do crops fail where rain is missing, and does irrigation help, by province and crop?

One row for every province and crop of which a plot that can be judged was harvested in the month. Rain is the sum of
the province's gauges in that month, beside the mean of the provinces of its region (the first digit of the code) that
reported any; below the line of ``definitions.yaml`` it was little. Irrigated plots hang on stored water: those whose
basin is short, as the water domain means it, are counted apart. A province whose gauges said nothing is not called dry.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.agriculture.definitions import Definitions, load
from khlang.domains.agriculture.marts import fields
from khlang.domains.water.definitions import load as water_definitions
from khlang.domains.water.marts import water_by_amphoe as water
from khlang.frames import conform


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated farmer_plots, crop_harvests, gauge_readings, reservoir_storage and water_demand.
        table: The contract of ``crop_rain``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, province_code, crop_code.
    """
    definitions = load()
    judged = fields.judged(inputs["farmer_plots"], inputs["crop_harvests"], definitions, period=period)
    of_month = judged.where(F.date_format("harvested_on", "yyyy-MM") == period)
    stored = of_month.join(short_amphoe(inputs, period=period), "amphoe_code", "left").fillna(
        value=False, subset=["is_short"]
    )
    counted = counts(stored.withColumn("province_code", F.substring("amphoe_code", 1, 2)), definitions)
    joined = counted.join(rain(inputs["gauge_readings"], period=period), "province_code", "left")
    dry = F.coalesce(F.col("rain_percent") < F.lit(definitions.dry_percent), F.lit(False))
    return conform(joined.withColumns({"is_dry": dry, "period": F.lit(period)}), table)


def short_amphoe(inputs: Mapping[str, DataFrame], *, period: str) -> DataFrame:
    """``is_short``: the amphoe's basin stores less than the water domain's months of demand. Grain: amphoe_code."""
    asked, held = F.col("basin_demand_mcm"), F.col("basin_storage_mcm")
    months = F.when(asked > 0, F.round(held / asked, 2))
    short = F.coalesce(months < F.lit(water_definitions().short_months), F.lit(False)).alias("is_short")
    basins = water.basins(inputs, period=period).select("basin_code", short)
    places = inputs["water_demand"].groupBy("amphoe_code").agg(F.min("basin_code").alias("basin_code"))
    return places.join(basins, "basin_code", "inner").select("amphoe_code", "is_short")  # many to one


def rain(readings: DataFrame, *, period: str) -> DataFrame:
    """``rain_mm``, ``region_rain_mm``, ``rain_percent`` of the month. Grain: province_code."""
    fell = water.rain(readings, period=period).withColumn("region", F.substring("province_code", 1, 1))
    means = fell.groupBy("region").agg(F.round(F.avg("rain_mm"), 1).cast("DECIMAL(9,1)").alias("region_rain_mm"))
    joined = fell.join(means, "region", "inner")  # many to one
    mean = F.col("region_rain_mm")
    percent = F.when(mean > 0, F.round(F.col("rain_mm") * 100 / mean, 1))
    return joined.select("province_code", "rain_mm", "region_rain_mm", percent.alias("rain_percent"))


def counts(plots: DataFrame, definitions: Definitions) -> DataFrame:
    """Plots and their yield, by province and crop."""
    watered = F.col("water_source_code") == definitions.irrigated
    failed, short = F.col("has_failed"), watered & F.col("is_short")
    summed = plots.groupBy("province_code", "crop_code").agg(
        F.count("pid").alias("plots"),
        F.count_if(~watered).alias("rainfed_plots"),
        F.count_if(~watered & failed).alias("failed_rainfed_plots"),
        F.count_if(watered).alias("irrigated_plots"),
        F.count_if(watered & failed).alias("failed_irrigated_plots"),
        F.count_if(short).alias("irrigated_short_plots"),
        F.count_if(short & failed).alias("failed_irrigated_short_plots"),
        F.sum("area_rai").cast("DECIMAL(14,2)").alias("planted_rai"),
        F.sum("production_kg").cast("DECIMAL(15,0)").alias("weight"),
    )
    area, weight = F.col("planted_rai"), F.col("weight")
    share = weight * 100 / (area * fields.norm(definitions).cast("DECIMAL(6,0)"))
    return summed.withColumns({"mean_yield_kg": F.round(weight / area, 1), "norm_percent": F.round(share, 1)})
