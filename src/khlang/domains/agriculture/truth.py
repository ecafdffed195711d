"""The two truths of the agriculture marts, from the simulator's own state.

*Observable*: what the rows that ``Extract.kept`` keeps can show. *Population*: what is: every harvest whether reported
or not, every plot of whoever lives, loans as they really stand, all readings of the month.

Imports nothing of curation or of the marts.
"""

from datetime import timedelta

import polars as pl

from khlang.domains.agriculture.definitions import load
from khlang.domains.agriculture.known import (
    Known,
    decimal,
    half_up,
    judged,
    known_from_extracts,
    known_from_world,
    province,
)
from khlang.domains.water import truth as water
from khlang.simulate.extract import Month, Sent
from khlang.simulate.months import following, parse_period

PLACE = ["amphoe_code", "crop_code"]
MARKET = ["province_code", "crop_code"]


def debts(known: Known, period: str) -> pl.DataFrame:
    """One row a borrower: owed, owed_overdue (satang), is_overdue, misdated (loans)."""
    end = following(parse_period(period)) - timedelta(days=1)
    since, owed = pl.col("overdue_since"), pl.col("outstanding")
    misdated = (since < pl.col("loan_began_on")).fill_null(value=False)
    unpaid = ((pl.lit(end) - since).dt.total_days() >= load().overdue_days).fill_null(value=False)
    overdue = unpaid & ~misdated & (owed > 0)
    return known.loans.group_by("cid").agg(
        owed=owed.sum(), owed_overdue=owed.filter(overdue).sum(), is_overdue=overdue.any(), misdated=misdated.sum()
    )


def farm_debt(known: Known, period: str) -> pl.DataFrame:
    """``farm_debt``: one row an amphoe with a registered farmer."""
    farmers = known.plots.group_by("cid").agg(pl.col("amphoe_code").min())
    results = judged(known, period).group_by("cid").agg(is_judged=pl.lit(value=True), failed=pl.col("has_failed").any())
    joined = farmers.join(results, on="cid", how="left").join(debts(known, period), on="cid", how="left")
    rows = joined.with_columns(
        pl.col("is_judged", "failed", "is_overdue").fill_null(value=False),
        pl.col("owed", "owed_overdue", "misdated").fill_null(0),
    )
    failed, borrows, overdue = pl.col("failed"), pl.col("owed") > 0, pl.col("is_overdue")
    good = pl.col("is_judged") & ~failed
    counts = {
        "farmers": pl.col("cid").is_not_null(),
        "judged_farmers": pl.col("is_judged"),
        "failed_farmers": failed,
        "borrowers": borrows,
        "overdue_farmers": overdue,
        "failed_borrowers": failed & borrows,
        "overdue_failed_farmers": failed & overdue,
        "other_borrowers": good & borrows,
        "overdue_other_farmers": good & overdue,
        "misdated_loans": pl.col("misdated"),
    }
    summed = rows.group_by("amphoe_code").agg(
        *(each.sum().cast(pl.Int64).alias(name) for name, each in counts.items()),
        pl.col("owed", "owed_overdue").sum(),
        median=pl.col("owed").filter(borrows).quantile(0.5, "lower"),
    )
    return summed.select(
        province(),
        "amphoe_code",
        *counts,
        decimal("owed", "total_outstanding_baht", 16, 2),
        decimal("owed_overdue", "total_overdue_baht", 16, 2),
        _band(pl.col("median")).alias("median_debt_band"),
        pl.lit(period).alias("period"),
    ).sort("amphoe_code")


def crop_market(known: Known, period: str) -> pl.DataFrame:
    """``crop_market``: one row an amphoe and crop of the register or of a harvest."""
    rules = load()
    registered = known.plots.group_by(PLACE).agg(growers=pl.col("cid").n_unique(), planted=pl.col("area").sum())
    reaped = known.harvests.filter(pl.col("crop_year") == rules.crop_year(period))
    grown = reaped.group_by(PLACE).agg(pl.col("production_kg").sum())
    joined = registered.join(grown, on=PLACE, how="full", coalesce=True).with_columns(
        pl.col("growers", "planted", "production_kg").fill_null(0).cast(pl.Int64), province()
    )
    in_year = pl.col("purchase_month").is_between(pl.lit(rules.first_period(period)), pl.lit(period))
    bought = known.purchases.filter(in_year).group_by(MARKET).agg(pl.col("purchased_kg").sum())
    rows = (
        joined.with_columns(whole=pl.col("production_kg").sum().over(MARKET))
        .join(bought, on=MARKET, how="left")
        .join(prices(known, period), on=MARKET, how="left")
        .with_columns(pl.col("purchased_kg").fill_null(0))
    )
    taken = pl.when(pl.col("whole") > 0).then(half_up(pl.col("purchased_kg") * 1000, pl.col("whole")))
    rows = rows.with_columns(taken=taken)
    return rows.select(
        "province_code",
        *PLACE,
        "growers",
        decimal("planted", "planted_rai", 14, 2),
        pl.col("production_kg").alias("amphoe_production_kg"),
        pl.col("whole").alias("province_production_kg"),
        pl.col("purchased_kg").alias("province_purchases_kg"),
        decimal("taken", "taken_percent", 16, 1),
        decimal("mean", "mean_price_baht", 9, 2),
        decimal("usual", "usual_price_baht", 9, 2),
        decimal("share", "price_percent", 9, 1),
        (pl.col("taken") < int(rules.glut_percent * 10)).fill_null(value=False).alias("is_glut"),
        pl.lit(period).alias("period"),
    ).sort(PLACE)


def prices(known: Known, period: str) -> pl.DataFrame:
    """Mean price of the month here and over all provinces (satang), and the share (tenths of a per cent)."""
    of_month = known.prices.filter(pl.col("week_on").dt.to_string("%Y-%m") == period)
    mean = half_up(pl.col("price").sum(), pl.len().cast(pl.Int64))
    here = of_month.group_by(MARKET).agg(mean=mean)
    joined = here.join(of_month.group_by("crop_code").agg(usual=mean), on="crop_code")
    return joined.with_columns(share=half_up(pl.col("mean") * 1000, pl.col("usual")))


def crop_rain(known: Known, period: str) -> pl.DataFrame:
    """``crop_rain``: one row a province and crop of which a judged plot was harvested in the month."""
    rules = load()
    plots = (
        judged(known, period).filter(pl.col("harvested_on").dt.to_string("%Y-%m") == period).with_columns(province())
    )
    short = short_amphoe(known.water)
    watered, failed = pl.col("water_source_code") == rules.irrigated, pl.col("has_failed")
    dry_basin = watered & pl.col("amphoe_code").is_in(short.implode())
    counts = {
        "plots": pl.col("cid").is_not_null(),
        "rainfed_plots": ~watered,
        "failed_rainfed_plots": ~watered & failed,
        "irrigated_plots": watered,
        "failed_irrigated_plots": watered & failed,
        "irrigated_short_plots": dry_basin,
        "failed_irrigated_short_plots": dry_basin & failed,
    }
    summed = plots.group_by(MARKET).agg(
        *(each.sum().cast(pl.Int64).alias(name) for name, each in counts.items()),
        pl.col("area", "production_kg").sum(),
        pl.col("norm").first(),
    )
    area, weight = pl.col("area"), pl.col("production_kg")
    rows = summed.join(rain(known.water), on="province_code", how="left").with_columns(
        per_rai=half_up(weight * 1000, area), of_norm=half_up(weight * 100_000, area * pl.col("norm"))
    )
    return rows.select(
        *MARKET,
        *counts,
        decimal("area", "planted_rai", 14, 2),
        decimal("per_rai", "mean_yield_kg", 9, 1),
        decimal("of_norm", "norm_percent", 9, 1),
        decimal("rain", "rain_mm", 9, 1),
        decimal("mean", "region_rain_mm", 9, 1),
        decimal("share", "rain_percent", 9, 1),
        (pl.col("share") < int(rules.dry_percent * 10)).fill_null(value=False).alias("is_dry"),
        pl.lit(period).alias("period"),
    ).sort(MARKET)


def rain(known: water.Known) -> pl.DataFrame:
    """Rain of each province, the mean of its region's provinces (tenths of mm), the share (tenths of a per cent)."""
    fell = known.rain.group_by("province_code").agg(pl.col("rain").sum())
    region = pl.col("province_code").str.slice(0, 1)
    both = fell.with_columns(mean=half_up(pl.col("rain").sum(), pl.len().cast(pl.Int64)).over(region))
    mean = pl.col("mean")
    return both.with_columns(share=pl.when(mean > 0).then(half_up(pl.col("rain") * 1000, mean)))


def short_amphoe(known: water.Known) -> pl.Series:
    """Amphoe whose basin is short, as the water domain means it."""
    places = known.demand.group_by("amphoe_code").agg(pl.col("basin_code").min())
    return places.join(water.basins(known).filter("is_short"), on="basin_code", how="semi")["amphoe_code"]


def marts(known: Known, period: str) -> dict[str, pl.DataFrame]:
    """All marts of one month from what is known."""
    return {
        "farm_debt": farm_debt(known, period),
        "crop_market": crop_market(known, period),
        "crop_rain": crop_rain(known, period),
    }


def observable(sent: Sent, period: str) -> dict[str, pl.DataFrame]:
    """The observable truth of the marts."""
    return marts(known_from_extracts(sent, period), period)


def population(month: Month) -> dict[str, pl.DataFrame]:
    """The population truth of the marts."""
    return marts(known_from_world(month), month.period)


def _band(satang: pl.Expr) -> pl.Expr:
    """The band of an amount; null stays null."""
    reached = [(satang >= 100 * limit).cast(pl.Int64) for limit in load().debt_bands]
    return pl.when(satang.is_not_null()).then((pl.sum_horizontal(reached) + 1).cast(pl.String))
