"""The truth of ``air_arrivals``: who came, how that changed, and what the first days of the month let expect."""

import calendar

import polars as pl

from khlang.domains.transport.definitions import load
from khlang.domains.transport.whole import decimal, half_up
from khlang.simulate.months import parse_period


def mart(arrivals: pl.DataFrame, period: str) -> pl.DataFrame:
    """``air_arrivals``: one row a nationality of which somebody came in the month.

    Args:
        arrivals: nationality_code, arrived_on, flights, passengers, month (``YYYY-MM``) of this month and of those
            before it that are known at all.
        period: The month.
    """
    words = load()
    dated = arrivals.with_columns(day=pl.col("arrived_on").dt.day().cast(pl.Int32))
    last = dict(dated.group_by("month").agg(pl.col("day").max()).iter_rows())
    whole = [month for month, day in last.items() if month <= period and day == _days(month)]
    seen = last.get(period, 0)
    until = words.nowcast_day if period in whole else seen
    # As large a part of each earlier month as these days are of this one: the 10th of 28 days is the 11th of 31.
    cut = {month: (2 * until * _days(month) + _days(period)) // (2 * _days(period)) for month in last}
    cuts = pl.DataFrame({"month": [*cut], "cut": [*cut.values()]}, schema={"month": pl.String, "cut": pl.Int32})
    joined = _summed(dated.join(cuts, on="month", how="left"), whole, period)
    enough = pl.col("usual_by_day") >= words.nowcast_least
    rows = joined.with_columns(
        change=half_up(10_000 * pl.col("passengers"), pl.col("previous")) - 10_000,
        share=pl.when(enough).then(half_up(10_000 * pl.col("usual_by_day"), pl.col("usual"))),
        nowcast=pl.when(enough).then(half_up(pl.col("by_day") * pl.col("usual"), pl.col("usual_by_day"))),
    )
    return rows.select(
        "nationality_code",
        "flights",
        "passengers",
        pl.col("previous").alias("previous_passengers"),
        decimal("change", "passengers_change", 12, 4),
        pl.lit(seen, pl.Int32).alias("days_seen"),
        pl.lit(until, pl.Int32).alias("as_of_day"),
        pl.col("by_day").alias("passengers_by_day"),
        decimal("share", "usual_share_by_day", 7, 4),
        pl.col("nowcast").alias("nowcast_passengers"),
        pl.lit(period).alias("period"),
    ).sort("nationality_code")


def _summed(dated: pl.DataFrame, whole: list[str], period: str) -> pl.DataFrame:
    """Per nationality of the month: its own sums, those of whole months before it, and those of the one just before."""
    early = pl.col("passengers").filter(pl.col("day") <= pl.col("cut")).sum()
    now = (
        dated.filter(pl.col("month") == period)
        .group_by("nationality_code")
        .agg(pl.col("flights", "passengers").sum(), by_day=early)
    )
    months = [month for month in whole if month < period]
    usual = (
        dated.filter(pl.col("month").is_in(months))
        .group_by("nationality_code")
        .agg(usual=pl.col("passengers").sum(), usual_by_day=early)
    )
    before = dated.filter(pl.col("month") == _before(period), pl.lit({_before(period), period} <= set(whole)))
    previous = before.group_by("nationality_code").agg(previous=pl.col("passengers").sum())
    return now.join(usual, on="nationality_code", how="left").join(previous, on="nationality_code", how="left")


def _days(month: str) -> int:
    first = parse_period(month)
    return calendar.monthrange(first.year, first.month)[1]


def _before(period: str) -> str:
    first = parse_period(period)
    return f"{first.year - (first.month == 1):04d}-{(first.month - 2) % 12 + 1:02d}"
