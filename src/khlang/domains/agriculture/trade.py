"""What the market pays and takes: prices by week, purchases by month."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from khlang.domains.agriculture.assumed import by_region, load
from khlang.simulate.calibration import Calibration
from khlang.simulate.identifiers import generator
from khlang.simulate.months import following, period_of

#: Grain: market_id, crop_code, purchase_month.
PURCHASES = {"market_id": pl.String, "crop_code": pl.String, "province_code": pl.String, "purchase_month": pl.String,
             "purchased_kg": pl.Int64}  # fmt: skip


def nothing_bought() -> pl.DataFrame:
    """No purchase yet."""
    return pl.DataFrame(schema=PURCHASES)


def purchases(rng: np.random.Generator, harvests: pl.DataFrame, month: date) -> pl.DataFrame:
    """What buyers took of one month's harvests; of a crop that a province did not harvest they took nothing."""
    rules = load()["market"]
    grown = (
        harvests.group_by("crop_code", pl.col("amphoe_code").str.slice(0, 2).alias("province_code"))
        .agg(pl.col("production_kg").sum())
        .filter(pl.col("production_kg") > 0)
        .sort("crop_code", "province_code")
    )
    share = by_region(grown["province_code"], grown["crop_code"], rules["takes_in"], rules["takes"])
    took = grown["production_kg"].to_numpy() * share * rng.lognormal(0, rules["noise"], grown.height)
    return grown.select(market(), "crop_code", "province_code").with_columns(
        purchase_month=pl.lit(period_of(month)), purchased_kg=pl.Series(np.rint(took).astype(np.int64))
    )


def prices(known: Calibration, month: date, seed: int) -> pl.DataFrame:
    """Prices of the month's weeks, of the crops that a province's region grows.

    Returns:
        market_id, crop_code, province_code, week_on, price (satang a kg), late. Grain: market_id, crop_code, week_on.
    """
    rules = load()["market"]
    codes = known.provinces["province_code"].sort()
    pairs = pl.DataFrame(
        [
            (crop, code)
            for code in codes
            for crop in sorted({*load()["crops"][code[0]], *(("02",) if "01" in load()["crops"][code[0]] else ())})
        ],
        schema={"crop_code": pl.String, "province_code": pl.String},
        orient="row",
    )
    level = generator(seed, "agriculture", "price levels").lognormal(0, rules["price_province"], pairs.height)
    base = pairs["crop_code"].replace_strict(rules["price"], return_dtype=pl.Int64).to_numpy()
    usual = base * level * by_region(pairs["province_code"], pairs["crop_code"], rules["price_in"], 1.0)
    rows = pairs.with_columns(usual=pl.Series(usual)).join(weeks(month), how="cross", maintain_order="left")
    rng = generator(seed, "agriculture", "prices", period_of(month))
    asked = rows["usual"].to_numpy() * rng.lognormal(0, rules["price_week"], rows.height)
    return rows.select(market(), "crop_code", "province_code", "week_on").with_columns(
        price=pl.Series(np.maximum(np.rint(asked), 1).astype(np.int64)),
        late=pl.Series(rng.random(rows.height) < load()["mess"]["late"]),
    )


def market() -> pl.Expr:
    """The market of a province: one, in which its crops are sold and their prices asked."""
    return ("M" + pl.col("province_code") + "01").alias("market_id")


def weeks(month: date) -> pl.DataFrame:
    """The Mondays of a month: week_on."""
    first = month + timedelta(days=-month.weekday() % 7)
    return pl.DataFrame({"week_on": pl.date_range(first, following(month) - timedelta(days=1), "7d", eager=True)})
