"""Where is electricity a burden on the poor, whom does the subsidy miss, and who receives it unregistered?

One row for every amphoe and month in which a house is registered. A house is judged when one of its members stands in
the month's welfare registration and its household meters were billed for the month. Its income is what its members are
known to have: the greater of twelve insured wages of the month and what was declared, summed; a house of which nothing
is known has no share and is not called burdened. Little use and the small meter are those of ``definitions.yaml``; a
house of little use is missed when no member received a subsidy of the month. Informal work is in no register, so that
some houses look more burdened than they are: the gap between the simulator's two truths shows by how much.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.energy.definitions import Definitions, load
from khlang.domains.energy.marts import homes
from khlang.frames import conform

HEADS = "DECIMAL(10,0)"


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated welfare_registrants, insured_persons, house_registry, and the meters, bills and
            subsidies of the energy domain.
        table: The contract of ``energy_burden``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, amphoe_code.
    """
    definitions = load()
    judged = homes.known(inputs, definitions, period=period)
    of = flags(definitions)
    counted = judged.groupBy("amphoe_code").agg(
        F.count("house_id").alias("households"),
        *(F.count_if(flag).alias(name) for name, flag in of.items()),
        F.sum(F.when(of["welfare_billed_households"], F.col("bill_baht"))).cast("DECIMAL(20,2)").alias("sum_of_bills"),
    )
    houses = F.col("welfare_billed_households").cast(HEADS)
    mean = F.when(houses > 0, F.round(F.col("sum_of_bills") / houses, 2))
    return conform(
        counted.withColumns(
            {"mean_bill_baht": mean, "province_code": F.substring("amphoe_code", 1, 2), "period": F.lit(period)}
        ),
        table,
    )


def flags(definitions: Definitions) -> dict[str, Column]:
    """What is counted of a house, by the mart's column. Nothing that is not known counts."""
    billed, subsidised = F.col("bill_baht").isNotNull(), F.col("is_subsidised")
    judged = billed & F.col("is_registered")
    has_income = judged & (F.col("known_income_baht") > 0)
    yearly = F.col("bill_baht") * definitions.months_per_year
    burdened = yearly * 100 > F.col("known_income_baht") * definitions.burden_percent
    little = (F.col("used_kwh") <= definitions.low_use_kwh) & (F.col("ampere") <= definitions.low_use_ampere)
    return {
        "billed_households": billed,
        "welfare_billed_households": judged,
        "income_known_households": has_income,
        "burdened_households": has_income & burdened,
        "low_use_households": judged & little,
        "missed_households": judged & little & ~subsidised,
        "overdue_households": judged & ~F.col("is_paid"),
        "subsidised_households": subsidised,
        "subsidised_unregistered_households": subsidised & ~F.col("is_registered"),
    }
