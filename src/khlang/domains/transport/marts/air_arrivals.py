"""Who comes by air, and how many will it be by the end of the month?

One row for every nationality of which somebody came in the month. The mart looks at the months before it that the pool
has: a day that was sent late or anew in a later month stands as it was received last. A month is whole when its last
day is there; only whole months are compared.

The nowcast says on a day of the month how many passengers the whole month will have: those that came up to that day,
times what earlier months had in all, divided by what they had after as large a part of themselves (the 10th of 28 days
is the 11th of 31). A whole month is nowcast as of the day of ``definitions.yaml``, so that the nowcast can be held
against what came; a month of which only the first days are there as of its last day.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.transport.definitions import load
from khlang.domains.transport.marts.whole import half_up, scaled
from khlang.frames import conform

GRAIN = ("nationality_code", "airport_code", "arrived_on")


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: Curated flight_arrivals of the period and of the months before it that the contract asks for.
        table: The contract of ``air_arrivals``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, nationality_code.
    """
    words = load()
    latest = received_last(inputs["flight_arrivals"])
    dated = latest.join(F.broadcast(months(latest, words.nowcast_day, period=period)), "month")
    mine, early = F.col("month") == period, F.dayofmonth("arrived_on") <= F.col("until")
    earlier = (F.col("month") < period) & F.col("whole")
    just_before = earlier & F.col("now_whole") & (F.col("month") == _month_before(period))
    told = dated.groupBy("nationality_code").agg(
        _sum("flights", mine).alias("flights"),
        _sum("passengers", mine).alias("passengers"),
        _sum("passengers", just_before).alias("previous_passengers"),
        F.max(F.when(mine, F.col("last"))).alias("days_seen"),
        F.max(F.when(mine, F.col("until"))).alias("as_of_day"),
        F.coalesce(_sum("passengers", mine & early), F.lit(0)).alias("passengers_by_day"),
        _sum("passengers", earlier).alias("usual"),
        _sum("passengers", earlier & early).alias("usual_by_day"),
    )
    enough = F.col("usual_by_day") >= words.nowcast_least
    share = F.when(enough, half_up("10000 * usual_by_day", "usual"))
    figures = {
        "passengers_change": scaled(half_up("10000 * passengers", "previous_passengers") - 10_000, 4),
        "usual_share_by_day": scaled(share, 4),
        "nowcast_passengers": F.when(enough, half_up("passengers_by_day * usual", "usual_by_day")),
        "period": F.lit(period),
    }
    return conform(told.where(F.col("passengers").isNotNull()).withColumns(figures), table)


def received_last(arrivals: DataFrame) -> DataFrame:
    """Each day of a nationality at an airport once, as it was received last; only of months that were sent at all.

    Columns of the grain, flights, passengers, month (``YYYY-MM`` of the day).
    """
    sent = arrivals.select(F.col("period").alias("month")).distinct()
    counted = F.max_by(F.struct("flights", "passengers"), F.struct("received_on", "period")).alias("last")
    each = arrivals.groupBy(*GRAIN).agg(counted)
    months_of = each.withColumn("month", F.date_format("arrived_on", "yyyy-MM"))
    return months_of.join(F.broadcast(sent), "month").select(*GRAIN, "last.flights", "last.passengers", "month")


def months(latest: DataFrame, day: int, *, period: str) -> DataFrame:
    """What is known of each month: ``last`` day, ``whole``, ``until`` (its day as of which is nowcast), ``now_whole``.

    Args:
        latest: From :func:`received_last`.
        day: As of which a whole month is nowcast.
        period: The month that is asked about; ``now_whole`` tells whether it is whole.
    """
    each = latest.groupBy("month").agg(
        F.max(F.dayofmonth("arrived_on")).alias("last"),
        F.max(F.dayofmonth(F.last_day("arrived_on"))).alias("days"),
    )
    now = each.where(F.col("month") == period).select(
        F.when(F.col("last") == F.col("days"), day).otherwise(F.col("last")).alias("asked"),
        F.col("days").alias("now_days"),
        (F.col("last") == F.col("days")).alias("now_whole"),
    )
    # One row beside a handful: no product of tables.
    beside = each.join(F.broadcast(now), F.lit(True), "inner")
    until = half_up("asked * days", "now_days").cast("INT")
    return beside.select(
        "month", "last", "now_whole", (F.col("last") == F.col("days")).alias("whole"), until.alias("until")
    )


def _sum(column: str, where: Column) -> Column:
    return F.sum(F.when(where, F.col(column)))


def _month_before(period: str) -> Column:
    return F.date_format(F.add_months(F.lit(f"{period}-01").cast("DATE"), -1), "yyyy-MM")
