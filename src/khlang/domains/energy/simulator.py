"""What the four agencies send of one month: the rows as typed frames, before anybody's handwriting.

Money is held in satang, readings in kWh: all whole.
"""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import polars as pl

from khlang.domains.energy import assumed
from khlang.simulate.extract import Month
from khlang.simulate.months import period_of
from khlang.simulate.world import Part

Rows = Callable[[Month, np.random.Generator], pl.DataFrame]


def _part(month: Month) -> Part:
    return month.world.parts["energy"]


def _days(rng: np.random.Generator, rows: int, least: int, most: int) -> pl.Expr:
    return pl.duration(days=pl.lit(pl.Series(rng.integers(least, most, rows))))


def _some(rng: np.random.Generator, rows: pl.DataFrame) -> pl.Series:
    """Which rows come a second time, corrected."""
    return pl.Series(rng.random(rows.height) < assumed.load()["mess"]["corrected"])


def _first(month: Month, rng: np.random.Generator, rows: int, least: int, most: int) -> pl.Expr:
    """Days of the month for so many rows."""
    return (pl.lit(month.world.month) + _days(rng, rows, least, most)).cast(pl.Date)


def meters_of(authority: str) -> Rows:
    """The register of one authority's meters; a few were exchanged for larger ones this month."""

    def rows(month: Month, rng: np.random.Generator) -> pl.DataFrame:
        known = _part(month)["meters"].filter(pl.col("authority") == authority)
        base = known.select(
            *("meter_no", "house_id", pl.col("type").alias("meter_type_code"), pl.col("ampere").alias("meter_ampere")),
            "amphoe_code",
            meter_updated_on=pl.lit(month.world.month) - _days(rng, known.height, 1, 3000),
        )
        again = base.filter(_some(rng, base))
        earlier = again.with_columns(
            meter_updated_on=pl.col("meter_updated_on") - _days(rng, again.height, 30, 300),
            meter_ampere=pl.lit(5, pl.Int64),
        )
        return pl.concat([base, earlier])

    return rows


def bills_of(authority: str) -> Rows:
    """The month's bills of one authority, late ones of the month before, and bills made anew."""

    def rows(month: Month, rng: np.random.Generator) -> pl.DataFrame:
        part, before = _part(month), period_of(month.world.month - timedelta(days=1))
        now = part["bills"].filter(~pl.col("late")).with_columns(bill_month=pl.lit(month.period))
        late = part["earlier_bills"].filter("late").with_columns(bill_month=pl.lit(before))
        known = pl.concat([now, late]).filter(pl.col("authority") == authority)
        base = known.select(
            *("meter_no", "bill_month", pl.col("before").alias("reading_before_kwh")),
            *(pl.col("reading").alias("reading_kwh"), pl.col("kwh").alias("used_kwh")),
            pl.col("baht").alias("bill_baht"),
            pl.col("paid_on").alias("bill_paid_on"),
            billed_on=_first(month, rng, known.height, 0, 10),
        )
        again = base.filter(_some(rng, base))
        later = again.with_columns(
            billed_on=pl.col("billed_on") + _days(rng, again.height, 1, 9),
            bill_baht=pl.col("bill_baht") + pl.Series(rng.integers(1, 40, again.height) * 25),
        )
        return pl.concat([base, later])

    return rows


def subsidies(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The month's grants, late ones of the month before, and grants that were changed."""
    part, before = _part(month), period_of(month.world.month - timedelta(days=1))
    now = part["subsidies"].filter(~pl.col("late")).with_columns(subsidy_month=pl.lit(month.period))
    late = part["earlier_subsidies"].filter("late").with_columns(subsidy_month=pl.lit(before))
    known = pl.concat([now, late])
    base = known.select(
        *("cid", "subsidy_month", pl.col("baht").alias("subsidy_baht")),
        subsidy_granted_on=_first(month, rng, known.height, 0, 15),
    )
    again = base.filter(_some(rng, base))
    later = again.with_columns(
        subsidy_granted_on=pl.col("subsidy_granted_on") + _days(rng, again.height, 1, 10),
        subsidy_baht=pl.col("subsidy_baht") // 2,
    )
    return pl.concat([base, later])


def outages(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The month's outages; of some the length was set right later."""
    known = _part(month)["outages"]
    base = known.select(
        *("outage_no", "amphoe_code", pl.col("cause").alias("outage_cause_code")),
        pl.col("began_on").alias("outage_began_on"),
        pl.col("ended_on").alias("outage_ended_on"),
        pl.col("minutes").alias("outage_minutes"),
        pl.col("customers").alias("outage_customers"),
        outage_reported_on=pl.col("ended_on"),
    )
    month_ends = (
        pl.col("outage_reported_on").dt.day() <= 25
    )  # what is set right later comes with no extract of the month
    again = base.filter(_some(rng, base)).filter(month_ends)
    earlier = again.with_columns(
        outage_minutes=pl.col("outage_minutes") + pl.Series(rng.integers(1, 60, again.height)),
        outage_reported_on=pl.col("outage_reported_on") - pl.duration(days=1),
    )
    return pl.concat([base, earlier])
