"""What the three agencies send of one month: the rows as typed frames, before anybody's handwriting.

Weights are held in kilograms, degrees in millionths, shares in hundredths of a percent: all whole.
"""

from datetime import timedelta

import numpy as np
import polars as pl

from khlang.domains.waste import places
from khlang.simulate.extract import Month
from khlang.simulate.months import following, period_of
from khlang.simulate.world import Part


def _part(month: Month) -> Part:
    return month.world.parts["waste"]


def _days(rng: np.random.Generator, rows: int, least: int, most: int) -> pl.Expr:
    return pl.duration(days=pl.lit(pl.Series(rng.integers(least, most, rows))))


def _some(rng: np.random.Generator, rows: pl.DataFrame) -> pl.Series:
    """Which rows come a second time, corrected."""
    return pl.Series(rng.random(rows.height) < places.assumptions()["mess"]["corrected"])


def collection(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The month's weights sent in time, late ones of the month before, and weights set right later."""
    part, first = _part(month), month.world.month
    columns = (
        *("local_office_id", "amphoe_code", "waste_month", pl.col("kind").alias("waste_kind_code")),
        *(pl.col("kg").alias("waste_tonnes"), "waste_site_id"),
    )
    now = part["weights"].filter(~pl.col("late")).with_columns(waste_month=pl.lit(month.period))
    before = period_of(first - timedelta(days=1))
    late = part["earlier_weights"].filter("late").with_columns(waste_month=pl.lit(before))
    rows = pl.concat([now.select(columns), late.select(columns)])
    base = rows.with_columns(weighed_on=(pl.lit(first) + _days(rng, rows.height, 0, 20)).cast(pl.Date))
    again = base.filter(_some(rng, base))
    later = again.with_columns(
        weighed_on=pl.col("weighed_on") + _days(rng, again.height, 1, 7),
        waste_tonnes=pl.col("waste_tonnes") + pl.Series(rng.integers(1, 40, again.height)),
    )
    return pl.concat([base, later])


def sites(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The register of sites; some were inspected a second time this month and hold a little more."""
    known = _part(month)["sites"]
    inspected = (pl.lit(month.world.month) + _days(rng, known.height, 0, 15)).cast(pl.Date)
    base = known.with_columns(inspected_on=inspected)
    again = base.filter(_some(rng, base))
    later = again.with_columns(
        inspected_on=pl.col("inspected_on") + _days(rng, again.height, 1, 10),
        filled=pl.col("filled") + pl.Series(rng.integers(1, 400, again.height)),
    )
    # Hundredths of a percent, half up, as the inspector's form reckons it.
    share = (20_000 * pl.col("filled") + pl.col("capacity")) // (2 * pl.col("capacity"))
    return pl.concat([base, later]).select(
        "waste_site_id",
        "amphoe_code",
        pl.col("kind").alias("waste_site_kind_code"),
        pl.col("latitude").alias("site_latitude"),
        pl.col("longitude").alias("site_longitude"),
        pl.col("capacity").alias("site_capacity_tonnes"),
        pl.col("filled").alias("site_filled_tonnes"),
        share.alias("site_filled_percent"),
        "inspected_on",
    )


def fees(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Every house: whether it is served, and whether it paid; some pay when the record was already written."""
    homes = _part(month)["homes"]
    base = homes.select(
        "house_id",
        pl.when("served").then(pl.lit("YES")).otherwise(pl.lit("NO")).alias("waste_service_code"),
        pl.col("fee").alias("waste_fee_baht"),
        pl.col("paid_on").alias("fee_paid_on"),
        pl.lit(month.world.month).alias("fee_recorded_on"),
        "amphoe_code",
    )
    again = base.filter(_some(rng, base))
    later = again.with_columns(
        fee_recorded_on=pl.col("fee_recorded_on") + _days(rng, again.height, 26, 28),
        waste_fee_baht=pl.when(pl.col("waste_service_code") == "YES").then(pl.col("waste_fee_baht") + 500).otherwise(0),
    )
    return pl.concat([base, later])


def complaints(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Complaints of the month and those still open before it, as they stand when the month ends."""
    first, end = month.world.month, following(month.world.month)
    rows = _part(month)["complaints"].join(month.world.houses, on="house", how="left", maintain_order="left")
    settled = pl.col("resolved_on") < end
    town = pl.col("amphoe_code").str.slice(0, 2) + "01"
    base = rows.select(
        "complaint_no",
        pl.when("names_house").then("house_id").alias("house_id"),
        pl.when("at_town").then(town).otherwise("amphoe_code").alias("amphoe_code"),
        pl.col("kind").alias("waste_complaint_kind_code"),
        "complained_on",
        pl.when(settled).then("resolved_on").alias("resolved_on"),
        pl.when(settled).then("resolved_on").otherwise("complained_on").alias("complaint_updated_on"),
    )
    # A complaint settled this month was often sent before, still open.
    again = base.filter(_some(rng, base) & pl.col("resolved_on").is_not_null() & (pl.col("resolved_on") > first))
    earlier = again.filter(pl.col("resolved_on") > pl.col("complained_on")).with_columns(
        resolved_on=pl.lit(None, pl.Date), complaint_updated_on=pl.col("complained_on")
    )
    return pl.concat([base, earlier])
