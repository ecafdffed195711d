"""What the welfare marts know of persons and households: wages, cars, members. Pure frames, shared by the marts."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.domains.welfare.definitions import Definitions

MONEY, SUM, HEADS = "DECIMAL(14,2)", "DECIMAL(16,2)", "DECIMAL(6,0)"


def wages(insured: DataFrame, *, period: str) -> DataFrame:
    """Insured wages of one month per person.

    Late rows (an earlier ``wage_month`` delivered in this period) tell of another month and are left out.

    Args:
        insured: Curated ``insured_persons`` of the period.
        period: ``YYYY-MM``.

    Returns:
        ``pid``, ``wage_baht`` (baht a month). Grain: pid.
    """
    of_month = insured.where((F.col("wage_month") == period) & F.col("pid").isNotNull())
    return of_month.groupBy("pid").agg(F.sum("wage_baht").cast(MONEY).alias("wage_baht"))


def cars(vehicles: DataFrame, definitions: Definitions) -> DataFrame:
    """Vehicles of the counted types per owner.

    Args:
        vehicles: Curated ``vehicles`` of the period.
        definitions: ``car_types_counted``.

    Returns:
        ``pid``, ``cars``. Grain: pid.
    """
    counted = F.col("vehicle_type_code").isin(*definitions.car_types_counted)
    owned = vehicles.where(counted & F.col("pid").isNotNull())
    return owned.groupBy("pid").agg(F.count("vehicle_id").alias("cars"))


def households(
    houses: DataFrame, wages_of: DataFrame, cars_of: DataFrame, registrants: DataFrame, definitions: Definitions
) -> DataFrame:
    """One row a house: its members, what they earn insured, and what they own.

    Args:
        houses: Curated ``house_registry`` of the period; one row a person.
        wages_of: From :func:`wages`.
        cars_of: From :func:`cars`.
        registrants: Curated ``welfare_registrants`` of the period; one row a person.
        definitions: The poor line and months a year.

    Returns:
        ``house_id``, ``amphoe_code``, ``household_members``, ``household_income_baht`` (a year),
        ``household_income_per_head_baht`` (a year, half up to satang), ``household_cars``,
        ``household_registrants``, ``is_poor_household``. Grain: house_id.
    """
    registered = registrants.select("pid", F.lit(1).alias("registered"))
    yearly = F.coalesce(F.sum("wage_baht"), F.lit(0)) * definitions.months_per_year
    members = F.col("household_members").cast(HEADS)
    per_house = (
        houses.where(F.col("house_id").isNotNull())
        .join(wages_of, "pid", "left")  # one to at most one, each of the three
        .join(cars_of, "pid", "left")
        .join(registered, "pid", "left")
        .groupBy("house_id")
        .agg(
            # Members of one house live in one amphoe; should a register disagree with itself, the lowest code stands.
            F.min("amphoe_code").alias("amphoe_code"),
            F.count("pid").alias("household_members"),
            yearly.cast(SUM).alias("household_income_baht"),
            F.coalesce(F.sum("cars"), F.lit(0)).alias("household_cars"),
            F.count("registered").alias("household_registrants"),
        )
    )
    # DECIMAL(16,2) / DECIMAL(6,0) keeps nine decimals in Spark: the half-up below never sees an earlier rounding.
    with_head = per_house.withColumn(
        "household_income_per_head_baht", F.round(F.col("household_income_baht") / members, 2).cast(SUM)
    )
    earns_little = F.col("household_income_per_head_baht") <= F.lit(definitions.poor_income_per_year_baht)
    return with_head.withColumn("is_poor_household", earns_little & (F.col("household_cars") == 0))
