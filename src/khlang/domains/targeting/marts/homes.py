"""What type of household lives in each house, beside what the welfare marts know of it. Pure frames."""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.domains.targeting.definitions import Definitions
from khlang.domains.welfare.definitions import load as lines
from khlang.domains.welfare.marts import people


def households(inputs: Mapping[str, DataFrame], words: Definitions, *, period: str) -> DataFrame:
    """One row a house of the registry.

    Args:
        inputs: The period's curated house_registry, insured_persons, vehicles and welfare_registrants.
        words: The types of households.
        period: ``YYYY-MM``.

    Returns:
        The columns of the welfare domain's ``people.households``, and ``household_type_code``. Grain: house_id.
    """
    houses = inputs["house_registry"]
    known = people.households(
        houses,
        people.wages(inputs["insured_persons"], period=period),
        people.cars(inputs["vehicles"], lines()),
        inputs["welfare_registrants"],
        lines(),
    )
    return known.join(types(houses, words, year=int(period[:4])), "house_id", "inner")  # one to one


def types(houses: DataFrame, words: Definitions, *, year: int) -> DataFrame:
    """``house_id`` and ``household_type_code``; a member whose year of birth nobody knows is of no age.

    Args:
        houses: Curated house_registry of the period; one row a person.
        words: The types and their ages.
        year: Of the period; ages are those reached in it.
    """
    age = F.lit(year) - F.col("birth_year")
    counted = (
        houses.where(F.col("house_id").isNotNull())
        .groupBy("house_id")
        .agg(
            F.count("pid").alias("members"),
            F.count_if(age >= words.older_from).alias("older"),
            F.count_if(age < words.child_below).alias("children"),
            F.count("birth_year").alias("aged"),
            (F.max("birth_year") - F.min("birth_year")).alias("apart"),
        )
    )
    alone = F.col("members") == 1
    only_older = (F.col("older") > 0) & (F.col("older") + F.col("children") == F.col("members"))
    pair = (F.col("members") == 2) & (F.col("aged") == 2) & (F.col("apart") <= words.couple_years_apart)
    kind = (
        F.when(alone & (F.col("older") == 1), words.type_older_alone)
        .when(alone, words.type_single)
        .when(only_older, words.type_older_only)
        .when(F.col("children") > 0, words.type_children)
        .when(pair, words.type_couple)
        .otherwise(words.type_other)
    )
    return counted.select("house_id", kind.alias("household_type_code"))
