"""The truth of ``congestion``: how fast the traffic was against how fast it is where nothing is in its way."""

import polars as pl

from khlang.domains.transport.definitions import load
from khlang.domains.transport.whole import by_rank, decimal, half_up

KEYS = ("province_code", "setting_code", "hour")


def mart(counts: pl.DataFrame, period: str) -> pl.DataFrame:
    """``congestion``: one row a province, setting and hour in which a station has a mean speed."""
    words = load()
    known = counts.filter(pl.col("speed").is_not_null())
    free = known.group_by("road_station_code").agg(free=by_rank("speed", words.free_flow_percent))
    told = known.join(free, on="road_station_code", how="left")
    slow = 100 * pl.col("speed") < words.congested_percent * pl.col("free")
    summed = told.group_by(KEYS).agg(
        stations=pl.col("road_station_code").n_unique().cast(pl.Int64),
        hours_counted=pl.len().cast(pl.Int64),
        vehicle_count=pl.col("vehicles").sum(),
        speeds=pl.col("speed").sum(),
        frees=pl.col("free").sum(),
        congested_hours=slow.sum().cast(pl.Int64),
    )
    rows = summed.with_columns(
        speed=half_up(pl.col("speeds"), pl.col("hours_counted")),
        free=half_up(pl.col("frees"), pl.col("hours_counted")),
        ratio=half_up(10_000 * pl.col("speeds"), pl.col("frees")),
        share=half_up(10_000 * pl.col("congested_hours"), pl.col("hours_counted")),
    )
    return rows.select(
        *KEYS,
        "stations",
        "hours_counted",
        "vehicle_count",
        decimal("speed", "mean_speed_kmh", 5, 1),
        decimal("free", "free_flow_kmh", 5, 1),
        decimal("ratio", "speed_ratio", 7, 4),
        "congested_hours",
        decimal("share", "congested_share", 7, 4),
        pl.lit(period).alias("period"),
    ).sort(KEYS)
