"""Which amphoe grow what the market does not take?

One row for every amphoe and crop that the farmer register or a harvest of the crop year names. The market is the
province's: what buyers took there since the crop year began, of what the province harvested since. Below the line of
``definitions.yaml`` it is a glut. A crop of which no purchase was reported was not bought; one that gave nothing is no
glut. The price of the month, over the province's markets, stands beside the mean of all markets; weeks of an earlier
month that came late tell of that month.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.agriculture.definitions import Definitions, load
from khlang.frames import conform

PLACE = ("amphoe_code", "crop_code")
MARKET = ("province_code", "crop_code")


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated farmer_plots, crop_harvests, market_purchases and market_prices.
        table: The contract of ``crop_market``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, amphoe_code, crop_code.
    """
    definitions = load()
    placed = grown(inputs["farmer_plots"], inputs["crop_harvests"], definitions, period=period)
    whole = placed.groupBy(*MARKET).agg(F.sum("amphoe_production_kg").alias("province_production_kg"))
    joined = (
        placed.join(whole, list(MARKET), "inner")  # many to one: a sum over the same rows
        .join(bought(inputs["market_purchases"], definitions, period=period), list(MARKET), "left")
        .join(prices(inputs["market_prices"], period=period), list(MARKET), "left")
        .fillna(0, subset=["province_purchases_kg"])
    )
    # Wide enough a quotient that rounding it once is exact.
    production = F.col("province_production_kg").cast("DECIMAL(12,0)")
    taken = F.round(F.col("province_purchases_kg").cast("DECIMAL(15,0)") * 100 / production, 1)
    known = joined.withColumn("taken_percent", F.when(F.col("province_production_kg") > 0, taken))
    glut = F.coalesce(F.col("taken_percent") < F.lit(definitions.glut_percent), F.lit(False))
    return conform(known.withColumns({"is_glut": glut, "period": F.lit(period)}), table)


def grown(plots: DataFrame, harvests: DataFrame, definitions: Definitions, *, period: str) -> DataFrame:
    """``growers``, ``planted_rai``, ``amphoe_production_kg`` of the crop year. Grain: amphoe_code, crop_code."""
    registered = plots.groupBy(*PLACE).agg(
        F.count_distinct("pid").alias("growers"), F.sum("area_rai").alias("planted_rai")
    )
    reaped = harvests.where(F.col("crop_year") == definitions.crop_year(period)).groupBy(*PLACE)
    joined = registered.join(
        reaped.agg(F.sum("production_kg").alias("amphoe_production_kg")), list(PLACE), "full"
    )  # one to one; either may be missing
    counted = joined.fillna(0, subset=["growers", "planted_rai", "amphoe_production_kg"])
    return counted.withColumn("province_code", F.substring("amphoe_code", 1, 2))


def bought(purchases: DataFrame, definitions: Definitions, *, period: str) -> DataFrame:
    """``province_purchases_kg`` since the crop year began. Grain: province_code, crop_code."""
    in_year = F.col("purchase_month").between(definitions.first_period(period), period)
    return purchases.where(in_year).groupBy(*MARKET).agg(F.sum("purchased_kg").alias("province_purchases_kg"))


def prices(asked: DataFrame, *, period: str) -> DataFrame:
    """``mean_price_baht``, ``usual_price_baht``, ``price_percent`` of the month. Grain: province_code, crop_code."""
    of_month = asked.where(F.date_format("week_on", "yyyy-MM") == period)
    mean = F.round(F.avg("price_baht"), 2).cast("DECIMAL(9,2)")
    here = of_month.groupBy(*MARKET).agg(mean.alias("mean_price_baht"))
    usual = of_month.groupBy("crop_code").agg(mean.alias("usual_price_baht"))
    share = F.round(F.col("mean_price_baht") * 100 / F.col("usual_price_baht"), 1)
    return here.join(usual, "crop_code", "inner").withColumn("price_percent", share)  # many to one
