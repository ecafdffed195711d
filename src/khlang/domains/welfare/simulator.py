"""What the four agencies send of one month: the rows as typed frames, before anybody's handwriting."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from khlang.simulate.extract import Month
from khlang.simulate.months import period_of


def _days_after(first: date, rng: np.random.Generator, rows: int, most: int) -> pl.Series:
    days = np.datetime64(first) + rng.integers(0, most, rows)
    return pl.Series(days.astype("datetime64[D]")).cast(pl.Date)


def registrants(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """All who hold a registration, the dead among them; some who came again this month with another income."""
    world = month.world
    base = world.registrations.select(
        "cid",
        "house_id",
        "registered_on",
        "declared",
        pl.col("occupation").alias("occupation_code"),
        "debt",
        "land",
        pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
        "amphoe_code",
    )
    again = base.filter(
        pl.Series(rng.random(base.height) < month.mess["updates"]) & (base["registered_on"] < world.month)
    )
    later = again.with_columns(
        registered_on=_days_after(world.month, rng, again.height, 25),
        declared=pl.col("declared") // 20_000 * 10_000 + pl.Series(rng.integers(1, 400, again.height) * 10_000),
    )
    return pl.concat([base, later])


def insured(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The month's jobs reported in time, late ones of the month before, and corrections dated later."""
    world = month.world
    previous = period_of(world.month - timedelta(days=1))
    columns = ("cid", "employer_id", "wage_month", "wage", "province_code")
    now = world.jobs.filter(~pl.col("late")).with_columns(wage_month=pl.lit(month.period)).select(columns)
    late = month.earlier_jobs.filter("late").with_columns(wage_month=pl.lit(previous)).select(columns)
    base = pl.concat([now, late])
    base = base.with_columns(reported_on=_days_after(world.month, rng, base.height, 15), section_code=pl.lit("33"))
    corrected = base.filter(pl.Series(rng.random(base.height) < month.mess["updates"]))
    later = corrected.with_columns(
        reported_on=pl.col("reported_on") + pl.duration(days=pl.lit(pl.Series(rng.integers(1, 11, corrected.height)))),
        wage=pl.col("wage") + pl.Series(rng.integers(1, 60, corrected.height) * 2_500),
    )
    return pl.concat([base, later])


def houses(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Everybody in the house they live in; half of those who moved this month also where they lived before."""
    world = month.world
    base = world.persons.select("cid", "house", "birth", "sex", "moved_in_on")
    left = world.persons.filter(pl.col("left_house").is_not_null())
    left = left.filter(pl.Series(rng.random(left.height) < month.mess["movers_sent_twice"]))
    before = left.select("cid", pl.col("left_house").alias("house"), "birth", "sex", moved_in_on="left_moved_in_on")
    rows = pl.concat([base, before]).join(world.houses, on="house", how="left", maintain_order="left")
    return rows.select(
        "cid",
        "house_id",
        "birth",
        pl.col("sex").cast(pl.String).alias("sex_code"),
        "moved_in_on",
        "province_code",
        "amphoe_code",
    )


def vehicles(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Every registered vehicle and its owner."""
    del rng
    return month.world.vehicles.select(
        pl.col("plate").alias("vehicle_id"),
        "cid",
        pl.col("type_code").alias("vehicle_type_code"),
        "first_registered_on",
        "province_code",
    )
