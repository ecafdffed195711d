"""Which routes are late, and when do too few buses come?

One row for every route and hour of the clock in which trips of it begin by the timetable. An arrival is the position
of the trip's bus that lies nearest to the stop, within a radius (``definitions.yaml``); of equally near ones the
first. Its delay is held against the planned arrival in seconds of the service day, which go on after midnight. Every
planned trip is one of three: seen at a stop, with positions but at none (a GPS that is stuck), or without any (it
never came, or its GPS was silent). What is planned after the month's last midnight is not judged: its positions come
with the next month.
"""

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.transport.definitions import Definitions, load
from khlang.domains.transport.marts.whole import by_rank, half_up, scaled
from khlang.frames import conform

RUN = ("trip_code", "service_on")
KEYS = ("province_code", "route_code", "hour")


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Two shuffles of what the positions give: one by trip and day, one by route and hour.

    Args:
        inputs: The period's curated bus_schedule and bus_positions.
        table: The contract of ``bus_punctuality``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, route_code, hour.
    """
    words = load()
    plan = planned(inputs["bus_schedule"])
    seen = observed(plan, inputs["bus_positions"], words, period=period)
    told = runs(plan, words, period=period).join(seen, [*RUN], "left").groupBy(*KEYS)
    count = told.agg(
        F.count("*").alias("trips_planned"),
        F.count_if(F.size("delays") > 0).alias("trips_observed"),
        F.count_if(F.size("delays") == 0).alias("trips_unseen"),
        F.count_if(F.col("delays").isNull()).alias("trips_missing"),
        F.flatten(F.collect_list("delays")).alias("delays"),
    )
    late, early = f"delay -> delay > {words.late_seconds}", f"delay -> delay < -{words.early_seconds}"
    counted = count.withColumns(
        {
            "arrivals": F.size("delays").cast("BIGINT"),
            "arrivals_late": F.expr(f"CAST(size(filter(delays, {late})) AS BIGINT)"),
            "arrivals_early": F.expr(f"CAST(size(filter(delays, {early})) AS BIGINT)"),
            "median_delay_seconds": by_rank("delays", words.median_percent),
            "p90_delay_seconds": by_rank("delays", words.high_percent),
            "period": F.lit(period),
        }
    )
    shares = {f"{n}_share": scaled(half_up(f"10000 * arrivals_{n}", "arrivals"), 4) for n in ("late", "early")}
    return conform(counted.withColumns(shares), table)


def planned(schedule: DataFrame) -> DataFrame:
    """The timetable with ``planned`` (seconds of the service day), and the stop's place in millionths of a degree."""
    return schedule.select(
        *("trip_code", "route_code", "province_code", "service_day_code", "stop_sequence"),
        (F.col("planned_hour").cast("BIGINT") * 3600 + F.col("planned_minute") * 60).alias("planned"),
        _micro("stop_latitude").alias("stop_north"),
        _micro("stop_longitude").alias("stop_east"),
    )


def runs(plan: DataFrame, words: Definitions, *, period: str) -> DataFrame:
    """Every trip on every day of the month on which it runs: trip_code, service_on and the mart's keys."""
    trips = plan.groupBy("trip_code").agg(
        *(F.min(name).alias(name) for name in ("province_code", "route_code", "service_day_code")),
        F.min("planned").alias("start"),
    )
    first = F.lit(f"{period}-01").cast("DATE")
    dated = trips.withColumn("service_on", F.explode(F.sequence(first, F.last_day(first))))
    weekday = F.weekday("service_on") + 1  # Monday is 1
    running = [
        (F.col("service_day_code") == code) & weekday.isin(list(days)) for code, days in words.service_days.items()
    ]
    on = F.lit(False)
    for one in running:
        on = on | one
    hour = F.expr("CAST(start DIV 3600 % 24 AS INT)").alias("hour")
    return dated.where(on & _within("start", period)).select(*RUN, "province_code", "route_code", hour)


def observed(plan: DataFrame, positions: DataFrame, words: Definitions, *, period: str) -> DataFrame:
    """Trips of the month that have a position: ``delays``, an array of seconds, empty where none is at a stop.

    The timetable is small and broadcast: a position meets the stops of its own trip only. One without a stop stays,
    with a null ``stop_sequence``, and shows that the trip has a position.
    """
    stops = plan.drop("route_code", "province_code", "service_day_code")
    of_month = positions.where(F.date_format("service_on", "yyyy-MM") == period).select(
        *RUN,
        _micro("latitude").alias("north"),
        _micro("longitude").alias("east"),
        (F.datediff("seen_on", "service_on").cast("BIGINT") * 86_400 + F.col("seen_second")).alias("at"),
    )
    away = _away(words)
    near = (
        (F.col("seen.trip_code") == F.col("stop.trip_code"))
        & (away <= words.radius_squared)
        & _within("planned", period)
    )
    met = of_month.alias("seen").join(F.broadcast(stops).alias("stop"), near, "left")
    per_run = met.select(F.col("seen.trip_code"), "service_on", "stop_sequence", away.alias("away"), "at", "planned")
    arrivals = (
        per_run.repartition(*RUN)
        .groupBy(*RUN, "stop_sequence")
        .agg(F.min(F.struct("away", "at", "planned")).alias("first"))
    )
    delay = F.when(F.col("stop_sequence").isNotNull(), F.col("first.at") - F.col("first.planned"))
    return arrivals.groupBy(*RUN).agg(F.collect_list(delay).alias("delays"))  # nulls are left out


def _away(words: Definitions) -> Column:
    """Square of the equirectangular distance in millimetres: no square root, no cosine, nothing that engines round.

    Within Thailand, where the gate keeps positions, it is below 2^62.
    """
    least, most = min(words.longitude_mm), max(words.longitude_mm)
    listed = F.array(*(F.lit(words.longitude_mm[degree]).cast("BIGINT") for degree in range(least, most + 1)))
    degree = F.expr("CAST((stop_north + 500000) DIV 1000000 AS INT)")
    north = (F.col("north") - F.col("stop_north")) * words.latitude_mm
    east = (F.col("east") - F.col("stop_east")) * F.element_at(listed, degree - least + 1)
    return north * north + east * east


def _micro(column: str) -> Column:
    return (F.col(column) * 1_000_000).cast("BIGINT")


def _within(second: str, period: str) -> Column:
    """Whether a second of the service day lies before the month's end."""
    end = date.fromisoformat(f"{period}-01")
    return F.expr(f"date_add(service_on, CAST({second} DIV 86400 AS INT)) <= last_day(DATE'{end}')")
