"""The truth of ``bus_punctuality``: which planned trip came, and how far from its plan it reached each stop."""

import polars as pl

from khlang.domains.transport.definitions import load
from khlang.domains.transport.whole import by_rank, decimal, half_up
from khlang.simulate.months import following, parse_period

DAY, HOUR, MICRO = 86_400, 3600, 1_000_000
RUN = ("trip_code", "service_on")
KEYS = ("province_code", "route_code", "hour")


def reached(schedule: pl.DataFrame, fixes: pl.DataFrame) -> pl.DataFrame:
    """Arrivals: of the fixes of a trip within the radius of one of its stops the nearest, of equally near the first.

    Args:
        schedule: Grain trip_code, stop_sequence: stop_latitude, stop_longitude (millionths of a degree), planned.
        fixes: trip_code, service_on, seen_on, seen_second, latitude, longitude.

    Returns:
        Grain trip_code, service_on, stop_sequence: delay (seconds).
    """
    made = [
        _of_day(schedule, day) for day in fixes.partition_by("service_on")
    ]  # a day at a time: each fix meets every stop
    empty = (
        fixes.select(*RUN)
        .clear()
        .with_columns(stop_sequence=pl.lit(None, schedule.schema["stop_sequence"]), delay=pl.lit(None, pl.Int64))
    )
    return pl.concat([empty, *made])


def _of_day(schedule: pl.DataFrame, fixes: pl.DataFrame) -> pl.DataFrame:
    words = load()
    stops = schedule.select(
        "trip_code",
        "stop_sequence",
        "planned",
        "stop_latitude",
        "stop_longitude",
        east=((pl.col("stop_latitude") + MICRO // 2) // MICRO).replace_strict(
            dict(words.longitude_mm), return_dtype=pl.Int64
        ),
    )
    north = (pl.col("latitude").cast(pl.Int64) - pl.col("stop_latitude")) * words.latitude_mm
    east = (pl.col("longitude").cast(pl.Int64) - pl.col("stop_longitude")) * pl.col("east")
    near = (
        fixes.lazy()
        .join(stops.lazy(), on="trip_code", how="inner")
        .with_columns(away=north * north + east * east)
        .filter(pl.col("away") <= words.radius_squared)
        .with_columns(at=(pl.col("seen_on") - pl.col("service_on")).dt.total_days() * DAY + pl.col("seen_second"))
        .sort("away", "at")
        .unique([*RUN, "stop_sequence"], keep="first", maintain_order=True)
    )
    return near.select(*RUN, "stop_sequence", delay=(pl.col("at") - pl.col("planned")).cast(pl.Int64)).collect()


def mart(plan: pl.DataFrame, seen: pl.DataFrame, arrivals: pl.DataFrame, period: str) -> pl.DataFrame:
    """``bus_punctuality``: one row a route and hour in which trips of it begin."""
    words = load()
    runs = _runs(plan, period)
    stop = ["trip_code", "stop_sequence"]
    judged = arrivals.join(plan.select(*stop, "planned"), on=stop, how="inner").filter(_within("planned", period))
    per_run = judged.group_by(RUN).agg(pl.col("delay").cast(pl.Int64))
    there = runs.join(seen.with_columns(seen=pl.lit(True)), on=RUN, how="left")
    joined = there.join(per_run, on=RUN, how="left").with_columns(
        seen=pl.col("seen").fill_null(value=False), stopped=pl.col("delay").is_not_null()
    )
    trips = joined.group_by(KEYS).agg(
        trips_planned=pl.len().cast(pl.Int64),
        trips_observed=pl.col("stopped").sum().cast(pl.Int64),
        trips_unseen=(pl.col("seen") & ~pl.col("stopped")).sum().cast(pl.Int64),
        trips_missing=(~pl.col("seen")).sum().cast(pl.Int64),
    )
    delays = (
        joined.select(*KEYS, "delay")
        .explode("delay")
        .group_by(KEYS)
        .agg(
            arrivals=pl.col("delay").count().cast(pl.Int64),
            arrivals_late=(pl.col("delay") > words.late_seconds).sum().cast(pl.Int64),
            arrivals_early=(pl.col("delay") < -words.early_seconds).sum().cast(pl.Int64),
            median_delay_seconds=by_rank("delay", words.median_percent),
            p90_delay_seconds=by_rank("delay", words.high_percent),
        )
    )
    shares = {name: half_up(10_000 * pl.col(f"arrivals_{name}"), pl.col("arrivals")) for name in ("late", "early")}
    return (
        trips.join(delays, on=KEYS, how="left")
        .with_columns(**shares)
        .select(
            *KEYS,
            *("trips_planned", "trips_observed", "trips_unseen", "trips_missing"),
            *("arrivals", "arrivals_late", "arrivals_early"),
            decimal("late", "late_share", 7, 4),
            decimal("early", "early_share", 7, 4),
            "median_delay_seconds",
            "p90_delay_seconds",
            pl.lit(period).alias("period"),
        )
        .sort("route_code", "hour")
    )


def _runs(plan: pl.DataFrame, period: str) -> pl.DataFrame:
    """Every trip on every day on which it runs and begins within the month: province_code, route_code, hour."""
    first = parse_period(period)
    trips = plan.group_by("trip_code").agg(
        pl.col("province_code", "route_code", "service_day_code").min(), start=pl.col("planned").min()
    )
    days = pl.DataFrame({"service_on": pl.date_range(first, following(first), "1d", closed="left", eager=True)})
    rules = [(code, day) for code, days_of_week in load().service_days.items() for day in days_of_week]
    when = pl.DataFrame(rules, schema={"service_day_code": pl.String, "weekday": pl.Int8}, orient="row")
    dated = days.with_columns(weekday=pl.col("service_on").dt.weekday()).join(when, on="weekday", how="inner")
    runs = trips.join(dated, on="service_day_code", how="inner").filter(_within("start", period))
    return runs.select(*RUN, "province_code", "route_code", hour=(pl.col("start") // HOUR % 24).cast(pl.Int32))


def _within(second: str, period: str) -> pl.Expr:
    """Whether a second of the service day lies before the month's end."""
    end = following(parse_period(period))
    return pl.col("service_on") + pl.duration(days=pl.col(second) // DAY) < end
