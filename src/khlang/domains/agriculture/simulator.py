"""What the four agencies send of one month: the rows as typed frames, before anybody's handwriting.

Areas are hundredths of a rai, money and prices satang, weights whole kilograms.
"""

from datetime import timedelta

import numpy as np
import polars as pl

from khlang.domains.agriculture.assumed import days_after, load
from khlang.simulate.extract import Month
from khlang.simulate.months import following

LAST_CORRECTED_DAY = 20  # what is corrected later comes with no extract of the month
SPREAD = (
    1000  # the last three digits before the check digit are even over persons: the same ones are misdated every month
)


def _part(month: Month, name: str) -> pl.DataFrame:
    return month.world.parts["agriculture"][name]


def _some(rng: np.random.Generator, rows: pl.DataFrame) -> pl.Series:
    """Which rows come a second time, corrected."""
    return pl.Series(rng.random(rows.height) < load()["mess"]["corrected"])


def _in_month(month: Month, rng: np.random.Generator, rows: int) -> pl.Series:
    """Days of the month on which something was corrected."""
    return days_after(pl.Series([month.world.month] * rows, dtype=pl.Date), rng.integers(0, LAST_CORRECTED_DAY, rows))


def plots(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The register of farmers; some came in this month and had the area of a plot corrected."""
    homes = month.world.persons.select("cid", "house").join(month.world.houses, on="house", how="left")
    base = (
        _part(month, "plots")
        .join(homes.select("cid", "house_id"), on="cid", how="left", maintain_order="left")
        .drop("harvest_month")
    )
    again = base.filter(_some(rng, base) & (base["plot_updated_on"] < month.world.month))
    later = again.with_columns(
        plot_updated_on=_in_month(month, rng, again.height),
        area=pl.col("area") + pl.Series(rng.integers(1, 5, again.height) * 25),
    )
    return pl.concat([base, later])


def harvests(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Harvests of this crop year and the one before, as reported so far; some weights were corrected this month."""
    told = _part(month, "harvests").filter(pl.col("reported_on") < following(month.world.month))
    rai = pl.col("harvested")
    base = told.drop("failed").rename({"reported_on": "harvest_reported_on"})
    base = base.with_columns(yield_kg_rai=pl.when(rai > 0).then(pl.col("production_kg") * 100 // rai))
    again = base.filter(_some(rng, base) & (base["harvest_reported_on"] < month.world.month))
    later = again.with_columns(
        harvest_reported_on=_in_month(month, rng, again.height),
        production_kg=pl.col("production_kg") + pl.Series(rng.integers(1, 60, again.height)),
    )
    return pl.concat([base, later])


def prices(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The month's prices sent in time, late ones of the month before, and prices asked again."""
    columns = ("market_id", "crop_code", "province_code", "week_on", "price")
    now = _part(month, "prices").filter(~pl.col("late")).select(*columns, price_checked_on="week_on")
    late = _part(month, "earlier_prices").filter("late").select(*columns)
    base = pl.concat([now, late.with_columns(price_checked_on=_in_month(month, rng, late.height))])
    in_time = (base["week_on"] >= month.world.month) & (base["week_on"].dt.day() <= LAST_CORRECTED_DAY)
    again = base.filter(_some(rng, base) & in_time)
    later = again.with_columns(
        price_checked_on=pl.col("price_checked_on") + timedelta(days=2),
        price=pl.col("price") + pl.Series(rng.integers(1, 9, again.height)),
    )
    return pl.concat([base, later])


def purchases(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Purchases of this crop year and the one before; those of some earlier months were corrected this month."""
    base = _part(month, "purchases").with_columns(
        purchase_reported_on=(pl.col("purchase_month") + "-01").str.to_date() + timedelta(days=27)
    )
    again = base.filter(_some(rng, base) & (base["purchase_reported_on"] < month.world.month))
    later = again.with_columns(
        purchase_reported_on=_in_month(month, rng, again.height),
        purchased_kg=pl.col("purchased_kg") + pl.Series(rng.integers(1, 500, again.height)),
    )
    return pl.concat([base, later])


def loans(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Balances at the end of the month; of some an earlier balance stands beside. A few are dated wrongly."""
    end = following(month.world.month) - timedelta(days=1)
    wrong = pl.col("cid") // 10 % SPREAD < load()["mess"]["misdated"] * SPREAD
    unpaid = pl.col("overdue_since").is_not_null()
    before = pl.col("loan_began_on") - timedelta(days=10)
    base = _part(month, "loans").with_columns(
        overdue_since=pl.when(wrong & unpaid).then(before).otherwise("overdue_since"),
        balance_on=pl.lit(end),
    )
    again = base.filter(_some(rng, base))
    earlier = again.with_columns(
        balance_on=pl.col("balance_on") - timedelta(days=9), outstanding=pl.col("outstanding") * 101 // 100
    )
    return pl.concat([base, earlier])
