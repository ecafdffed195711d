"""Is each registrant truly poor?

One row for every welfare registrant and month. It sets what the registrant declared to the Ministry of Finance beside
what other registers know: insured wages (Social Security Office), the household and its income (house registry), and
cars (Land Transport). Three flags say what follows: the wages contradict the declaration, the income is over the
line, the assets are over the line; who is over neither line is eligible. The lines and their sources stand in
``definitions.yaml``. A registrant who is not found in the house registry keeps empty household columns and is judged
by the rest: absence of a link is shown (``in_house_registry``), never guessed.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.welfare.definitions import Definitions, load
from khlang.domains.welfare.marts import people
from khlang.frames import conform


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated welfare_registrants, insured_persons, house_registry and vehicles.
        table: The contract of ``welfare_eligibility``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, pid.
    """
    judged = judge(inputs, load(), period=period)
    return conform(judged.withColumn("period", F.lit(period)), table)


def judge(inputs: Mapping[str, DataFrame], definitions: Definitions, *, period: str) -> DataFrame:
    """Every registrant with what is known of it and the judgements; the mart before its contract's select.

    Args:
        inputs: As for :func:`build`.
        definitions: The lines.
        period: ``YYYY-MM``.

    Returns:
        The registrants' columns and the mart's. Grain: pid.
    """
    registrants = inputs["welfare_registrants"]
    wages_of = people.wages(inputs["insured_persons"], period=period)
    cars_of = people.cars(inputs["vehicles"], definitions)
    houses = inputs["house_registry"]
    households = people.households(houses, wages_of, cars_of, registrants, definitions)
    home = houses.select("pid", F.col("house_id").alias("home"), F.lit(True).alias("found"))
    household = households.select(
        F.col("house_id").alias("home"), "household_members", "household_income_baht", "household_income_per_head_baht"
    )
    joined = (
        registrants.join(wages_of.withColumn("insured", F.lit(True)), "pid", "left")  # one to at most one, all four
        .join(home, "pid", "left")
        .join(household, "home", "left")
        .join(cars_of, "pid", "left")
    )
    known = joined.withColumns(
        {
            "is_insured": F.coalesce("insured", F.lit(False)),
            "in_house_registry": F.coalesce("found", F.lit(False)),
            "wage_baht": F.coalesce("wage_baht", F.lit(0).cast(people.MONEY)),
            "cars": F.coalesce("cars", F.lit(0)),
        }
    ).withColumn("registered_income_baht", F.col("wage_baht") * definitions.months_per_year)
    judged = known.withColumns(flags(definitions))
    return judged.withColumn("is_eligible", ~F.col("is_over_income") & ~F.col("is_over_assets"))


def flags(definitions: Definitions) -> dict[str, Column]:
    """The three judgements, as columns. What is not known (null) never counts against a registrant."""
    line = F.lit(definitions.poor_income_per_year_baht)
    declared, registered = F.col("declared_income_baht"), F.col("registered_income_baht")
    return {
        "is_contradiction": _true(registered - declared > F.lit(definitions.contradiction_tolerance_baht)),
        "is_over_income": _true(F.greatest(registered, declared) > line)
        | _true(F.col("household_income_per_head_baht") > line),
        "is_over_assets": (F.col("cars") > 0) | _true(F.col("land_rai") > F.lit(definitions.max_land_rai_farm)),
    }


def _true(condition: Column) -> Column:
    return F.coalesce(condition, F.lit(False))
