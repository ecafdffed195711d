"""What the energy marts know of houses: members, known income, subsidy, and the bills of their meters. Pure frames."""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.domains.energy.definitions import Definitions

INCOME = "DECIMAL(18,2)"


def registered(registry: DataFrame) -> DataFrame:
    """``house_id``, ``amphoe_code`` of every registered house. Grain: house_id."""
    named = registry.where(F.col("house_id").isNotNull())
    # Members of one house live in one amphoe; should a register disagree with itself, the lowest code stands.
    return named.groupBy("house_id").agg(F.min("amphoe_code").alias("amphoe_code"))


def incomes(registrants: DataFrame, insured: DataFrame, definitions: Definitions, *, period: str) -> DataFrame:
    """What is known of a person's yearly income: the greater of twelve of the month's wages and what was declared.

    Returns:
        ``pid``, ``known_income_baht``. Grain: pid.
    """
    of_month = insured.where((F.col("wage_month") == period) & F.col("pid").isNotNull())
    yearly = (F.sum("wage_baht") * definitions.months_per_year).cast(INCOME)
    earned = of_month.groupBy("pid").agg(yearly.alias("earned"))
    declared = registrants.select("pid", F.col("declared_income_baht").cast(INCOME).alias("declared"))
    joined = declared.join(earned, "pid", "full")  # one to one; who stands in neither has no known income
    return joined.select("pid", F.greatest("declared", "earned").alias("known_income_baht"))


def bills(inputs: Mapping[str, DataFrame], definitions: Definitions, *, period: str) -> DataFrame:
    """The month's bills of a house's household meters, summed.

    A bill whose meter no register knows is left out, and so is one whose reading lies below the one before: nobody
    knows what was used.

    Returns:
        ``house_id``, ``ampere`` (of the largest), ``used_kwh``, ``bill_baht``, ``is_paid`` (all). Grain: house_id.
    """
    meters = inputs["mea_meters"].unionByName(inputs["pea_meters"])
    household = meters.where(F.col("meter_type_code").isin(*definitions.household_meters))
    billed = inputs["mea_bills"].unionByName(inputs["pea_bills"])
    sound = billed.where((F.col("bill_month") == period) & (F.col("reading_kwh") >= F.col("reading_before_kwh")))
    joined = sound.join(household.select("meter_no", "house_id", "meter_ampere"), "meter_no")  # many to one
    return joined.groupBy("house_id").agg(
        F.max("meter_ampere").alias("ampere"),
        F.sum("used_kwh").alias("used_kwh"),
        F.sum("bill_baht").alias("bill_baht"),
        F.bool_and(F.col("bill_paid_on").isNotNull()).alias("is_paid"),
    )


def known(inputs: Mapping[str, DataFrame], definitions: Definitions, *, period: str) -> DataFrame:
    """Every registered house with what is known of it.

    Returns:
        ``house_id``, ``amphoe_code``, ``is_registered``, ``is_subsidised``, ``known_income_baht`` (a year), and the
        columns of :func:`bills`, null where there is no bill. Grain: house_id.
    """
    registry, registrants = inputs["house_registry"], inputs["welfare_registrants"]
    granted = inputs["electricity_subsidies"].where(F.col("subsidy_month") == period).select("pid").distinct()
    members = (
        registry.where(F.col("house_id").isNotNull())
        .select("pid", "house_id")
        .join(
            registrants.select("pid", F.lit(True).alias("registered")), "pid", "left"
        )  # one to at most one, all three
        .join(granted.withColumn("granted", F.lit(True)), "pid", "left")
        .join(incomes(registrants, inputs["insured_persons"], definitions, period=period), "pid", "left")
    )
    per_house = members.groupBy("house_id").agg(
        (F.count("registered") > 0).alias("is_registered"),
        (F.count("granted") > 0).alias("is_subsidised"),
        F.coalesce(F.sum("known_income_baht"), F.lit(0)).cast(INCOME).alias("known_income_baht"),
    )
    placed = registered(registry).join(per_house, "house_id")  # one to one
    return placed.join(bills(inputs, definitions, period=period), "house_id", "left")
