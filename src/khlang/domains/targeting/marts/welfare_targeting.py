"""Whom does the welfare scheme include by mistake, and whom does it miss, by amphoe and type of household?

One row for every amphoe and type of household of the house registry. Poor is a household, and eligible a registrant, as
the welfare domain says. The inclusion error is the share of registrants who are not eligible; the exclusion error the
share of poor households no member of which is registered. A registrant counts where the house registry puts him or
her; whom it does not know stands in the amphoe that was declared, in a type of its own that has no households.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.targeting.definitions import load
from khlang.domains.targeting.marts import homes
from khlang.domains.welfare.definitions import load as lines
from khlang.domains.welfare.marts import welfare_eligibility
from khlang.frames import conform

GRAIN = ("amphoe_code", "household_type_code")


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated welfare_registrants, insured_persons, house_registry and vehicles.
        table: The contract of ``welfare_targeting``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, amphoe_code, household_type_code.
    """
    words = load()
    households = homes.households(inputs, words, period=period)
    registered = F.col("household_registrants") > 0
    counted = households.groupBy(*GRAIN).agg(
        F.count("house_id").alias("households"),
        F.count_if("is_poor_household").alias("poor_households"),
        F.count_if(registered).alias("households_with_registrant"),
        F.count_if(F.col("is_poor_household") & ~registered).alias("poor_households_without_registrant"),
    )
    judged = welfare_eligibility.judge(inputs, lines(), period=period)
    home = households.select(F.col("house_id").alias("home"), F.col("amphoe_code").alias("lives_in"), GRAIN[1])
    told = (
        judged.select("home", "is_eligible", F.col("amphoe_code").alias("declared"))
        .join(home, "home", "left")  # many to at most one
        .select(
            "is_eligible",
            F.coalesce("lives_in", "declared").alias("amphoe_code"),
            F.coalesce("household_type_code", F.lit(words.type_unknown)).alias("household_type_code"),
        )
        .groupBy(*GRAIN)
        .agg(F.count("is_eligible").alias("registrants"), F.count_if(~F.col("is_eligible")).alias("ineligible"))
    )
    joined = counted.join(told, list(GRAIN), "full").where(F.col("amphoe_code").isNotNull())  # one to one
    known = joined.withColumnRenamed("ineligible", "ineligible_registrants").fillna(0)
    derived = {
        "inclusion_error_percent": _percent("ineligible_registrants", "registrants"),
        "exclusion_error_percent": _percent("poor_households_without_registrant", "poor_households"),
        "province_code": F.substring("amphoe_code", 1, 2),
        "period": F.lit(period),
    }
    return conform(known.withColumns(derived), table)


def _percent(part: str, whole: str) -> Column:
    """A share in per cent, half up to two decimals; null where there is nothing to divide by."""
    above, below = (F.col(name).cast("DECIMAL(12,0)") for name in (part, whole))
    return F.when(F.col(whole) > 0, F.round(above * 100 / below, 2))
