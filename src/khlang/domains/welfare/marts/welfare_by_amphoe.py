"""How many registrants' wages contradict them, and how many poor households hold no registrant, by amphoe?

One row for every amphoe and month that the house registry or a registration names. Persons and households are counted
where the house registry puts them, registrants in the amphoe they declared. A household is poor when its insured
income per head is at most the poor line and none of its members owns a counted car; it holds no registrant when no
member stands in that month's registration. Households of informal workers look poor here, since no register holds
informal income: the gap between the simulator's two truths shows by how much.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.welfare.definitions import load
from khlang.domains.welfare.marts import people, welfare_eligibility
from khlang.frames import conform

REGISTRANT_COUNTS = {
    "insured_registrants": "is_insured",
    "contradictions": "is_contradiction",
    "over_income": "is_over_income",
    "over_assets": "is_over_assets",
    "eligible": "is_eligible",
}
COUNTS = (
    *("persons", "households", "registrants", "poor_households", "poor_households_without_registrant"),
    *REGISTRANT_COUNTS,
)


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated welfare_registrants, insured_persons, house_registry and vehicles.
        table: The contract of ``welfare_by_amphoe``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, amphoe_code.
    """
    definitions = load()
    houses = inputs["house_registry"]
    judged = welfare_eligibility.judge(inputs, definitions, period=period)
    households = people.households(
        houses,
        people.wages(inputs["insured_persons"], period=period),
        people.cars(inputs["vehicles"], definitions),
        inputs["welfare_registrants"],
        definitions,
    )
    without = F.col("is_poor_household") & (F.col("household_registrants") == 0)
    by_registrant = {name: _count_if(F.col(flag)) for name, flag in REGISTRANT_COUNTS.items()}
    parts = (
        _by_amphoe(houses, persons=F.count("pid")),
        _by_amphoe(
            households,
            households=F.count("house_id"),
            poor_households=_count_if(F.col("is_poor_household")),
            poor_households_without_registrant=_count_if(without),
        ),
        _by_amphoe(judged, registrants=F.count("pid"), **by_registrant),
    )
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.join(part, "amphoe_code", "full")  # one to one; an amphoe may be missing on either side
    known = joined.fillna(0, subset=list(COUNTS))
    placed = known.withColumns({"province_code": F.substring("amphoe_code", 1, 2), "period": F.lit(period)})
    return conform(placed, table)


def _by_amphoe(frame: DataFrame, **counts: Column) -> DataFrame:
    named = frame.where(F.col("amphoe_code").isNotNull())
    return named.groupBy("amphoe_code").agg(*(count.alias(name) for name, count in counts.items()))


def _count_if(condition: Column) -> Column:
    return F.count(F.when(condition, 1))
