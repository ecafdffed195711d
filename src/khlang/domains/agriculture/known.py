"""What the truths of the agriculture marts are computed from: what the extracts can show, or what is.

Areas are hundredths of a rai, money and prices satang, rain tenths of a millimetre, all whole until the last step; a
quotient is rounded half up in whole numbers.
"""

from dataclasses import dataclass

import polars as pl

from khlang.domains.agriculture.definitions import load
from khlang.domains.agriculture.extracts import EXTRACTS
from khlang.domains.water import truth as water
from khlang.simulate.extract import Month, Sent

KEY = ["cid", "plot_no", "crop_code"]


@dataclass(frozen=True)
class Known:
    """What a truth is computed from.

    Attributes:
        plots: Grain cid, plot_no, crop_code: area, water_source_code, amphoe_code.
        harvests: Grain cid, plot_no, crop_code, crop_year: harvested_on, production_kg, amphoe_code.
        prices: Grain market_id, crop_code, week_on: province_code, price.
        purchases: Grain market_id, crop_code, purchase_month: province_code, purchased_kg.
        loans: Grain cid, loan_no: loan_began_on, outstanding, overdue_since.
        water: What the truth of the water domain is computed from.
    """

    plots: pl.DataFrame
    harvests: pl.DataFrame
    prices: pl.DataFrame
    purchases: pl.DataFrame
    loans: pl.DataFrame
    water: water.Known


def known_from_extracts(sent: Sent, period: str) -> Known:
    """What the rows as sent can show of one month."""
    left = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in EXTRACTS}
    return Known(
        plots=left["farmer_plots"],
        harvests=left["crop_harvests"],
        prices=left["market_prices"],
        purchases=left["market_purchases"],
        loans=left["farm_loans"],
        water=water.known_from_extracts(sent, period),
    )


def known_from_world(month: Month) -> Known:
    """What is, of one month."""
    part = month.world.parts["agriculture"]
    names = ("plots", "harvests", "prices", "purchases", "loans")
    return Known(**{name: part[name] for name in names}, water=water.known_from_world(month))


def judged(known: Known, period: str) -> pl.DataFrame:
    """Registered plots with a harvest of the crop year that can be, with ``norm`` and ``has_failed``."""
    rules = load()
    reaped = known.harvests.filter(pl.col("crop_year") == rules.crop_year(period))
    joined = known.plots.select(*KEY, "amphoe_code", "water_source_code", "area").join(
        reaped.select(*KEY, "production_kg", "harvested_on"), on=KEY, how="inner"
    )
    norm = pl.col("crop_code").replace_strict(dict(rules.crop_norms), default=None, return_dtype=pl.Int64)
    normal = norm * pl.col("area")  # hundredths of a rai, as a per cent is a hundredth
    weight = pl.col("production_kg") * 10_000
    possible = joined.with_columns(norm=norm).filter((pl.col("area") > 0) & (weight <= rules.possible_percent * normal))
    return possible.with_columns(has_failed=weight < rules.failed_percent * normal)


def province() -> pl.Expr:
    """The province of a row's amphoe."""
    return pl.col("amphoe_code").str.slice(0, 2).alias("province_code")


def half_up(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """A quotient of whole numbers, to the nearest whole number."""
    return (2 * part + whole) // (2 * whole)


def decimal(column: str, name: str, precision: int, scale: int) -> pl.Expr:
    """A whole number of hundredths or tenths as DECIMAL(precision, scale), exactly."""
    exact = pl.col(column).cast(pl.Decimal(38, scale)) / pl.lit(10**scale)
    return exact.cast(pl.Decimal(precision, scale)).alias(name)
