"""Where and when are the roads of built-up areas congested?

One row for every province, setting (built-up or not) and hour of the day in which a counting station has a mean speed.
A station's free flow is a high percentile, by rank, of its own hourly speeds in the month; an hour is congested when
its mean speed is below a share of that (``definitions.yaml``). Hours count alike, however many vehicles passed. An
hour of an earlier month that came late tells of that month and is left out here.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.transport.definitions import load
from khlang.domains.transport.marts.whole import by_rank, half_up, scaled
from khlang.frames import conform

KEYS = ("province_code", "setting_code", "hour")


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated traffic_counts.
        table: The contract of ``congestion``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, province_code, setting_code, hour.
    """
    words = load()
    of_month = inputs["traffic_counts"].where(F.date_format("counted_on", "yyyy-MM") == period)
    known = of_month.where(F.col("mean_speed_kmh").isNotNull()).select(
        *KEYS, "road_station_code", "vehicle_count", (F.col("mean_speed_kmh") * 10).cast("BIGINT").alias("speed")
    )
    per_station = known.groupBy("road_station_code").agg(F.collect_list("speed").alias("speeds"))
    free = per_station.select("road_station_code", by_rank("speeds", words.free_flow_percent).alias("free"))
    slow = 100 * F.col("speed") < words.congested_percent * F.col("free")
    summed = (
        known.join(F.broadcast(free), "road_station_code")  # some hundred stations
        .groupBy(*KEYS)
        .agg(
            F.count_distinct("road_station_code").alias("stations"),
            F.count("*").alias("hours_counted"),
            F.sum("vehicle_count").alias("vehicle_count"),
            F.sum("speed").alias("speeds"),
            F.sum("free").alias("frees"),
            F.count_if(slow).alias("congested_hours"),
        )
    )
    figures = {
        "mean_speed_kmh": scaled(half_up("speeds", "hours_counted"), 1),
        "free_flow_kmh": scaled(half_up("frees", "hours_counted"), 1),
        "speed_ratio": scaled(half_up("10000 * speeds", "frees"), 4),
        "congested_share": scaled(half_up("10000 * congested_hours", "hours_counted"), 4),
        "period": F.lit(period),
    }
    return conform(summed.withColumns(figures), table)
