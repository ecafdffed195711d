"""What help would reach the members of poor households without a registrant, by province?

Every member of such a household is missed. Each is counted in the first channel of ``definitions.yaml`` that knows him
or her: the ministry of social development, which assessed a vulnerability not too long ago; the Legal Execution
Department, which enforces a debt of the person; the universal health coverage; another health scheme; or none of these.
Beside that disjoint count stand whom each channel knows at all, and how many missed persons live in a house in which it
knows somebody. A province has a row for each channel as soon as it has a missed person.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.targeting.definitions import Definitions, load
from khlang.domains.targeting.marts import homes
from khlang.frames import conform

COUNTS = ("missed_persons", "known_persons", "reached_persons", "unaided_persons", "older_alone_persons")


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated welfare_registrants, insured_persons, house_registry, vehicles, health_coverage,
            vulnerable_persons and debt_enforcements.
        table: The contract of ``welfare_missed``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, province_code, channel_code.
    """
    words = load()
    people = persons(inputs, words, period=period)
    told = people.select("province_code", F.explode(F.array(*_channels(words))).alias("told")).select(
        "province_code", "told.*"
    )
    counted = told.groupBy("province_code", "channel_code").agg(*(F.count_if(name).alias(name) for name in COUNTS))
    return conform(counted.withColumn("period", F.lit(period)), table)


def persons(inputs: Mapping[str, DataFrame], words: Definitions, *, period: str) -> DataFrame:
    """Every missed person, and who knows him or her.

    Args:
        inputs: As for :func:`build`.
        words: The definitions.
        period: ``YYYY-MM``.

    Returns:
        ``pid``, ``house_id``, ``province_code``, ``is_older_alone``, ``is_aided`` (by the ministry, now), and two flags
        a channel: ``<channel>`` (it knows the person) and ``<channel>_home`` (it knows somebody of the house; of the
        last channel: nobody of the house is known). Grain: pid.
    """
    households = homes.households(inputs, words, period=period)
    missed = households.where(F.col("is_poor_household") & (F.col("household_registrants") == 0)).select(
        "house_id",
        F.substring("amphoe_code", 1, 2).alias("province_code"),
        (F.col("household_type_code") == words.type_older_alone).alias("is_older_alone"),
    )
    members = inputs["house_registry"].select("pid", "house_id").join(missed, "house_id", "inner")  # many to one
    lately = F.col("assessed_on") >= F.lit(words.assessed_since(period))
    assessed = inputs["vulnerable_persons"].where(lately).groupBy("pid")
    enforced = inputs["debt_enforcements"].where(F.col("stage_code").isin(*words.open_stages))
    joined = (
        members.join(assessed.agg(F.bool_or(F.col("help_code") != words.no_help).alias("aided")), "pid", "left")
        .join(enforced.groupBy("pid").agg(F.lit(True).alias("enforced")), "pid", "left")  # one to at most one, each
        .join(inputs["health_coverage"].select("pid", "scheme_code"), "pid", "left")
    )
    flagged = joined.withColumns(_known(words)).withColumn("is_aided", F.coalesce("aided", F.lit(False)))
    nobody, house = words.channels[-1], Window.partitionBy("house_id")
    at_home = {f"{one}_home": F.max(one).over(house) for one in words.channels[:-1]}
    return flagged.withColumns(at_home | {f"{nobody}_home": F.min(nobody).over(house)})


def _known(words: Definitions) -> dict[str, Column]:
    """Channel → whether it knows the person; the last one: no other does."""
    social, court, universal, other, nobody = words.channels
    is_universal = F.col("scheme_code") == words.universal_scheme
    by = {
        social: F.col("aided").isNotNull(),
        court: F.col("enforced").isNotNull(),
        universal: F.coalesce(is_universal, F.lit(False)),
        other: F.coalesce(~is_universal, F.lit(False)),
    }
    somebody = F.lit(False)
    for knows in by.values():
        somebody = somebody | knows
    return by | {nobody: ~somebody}


def _channels(words: Definitions) -> list[Column]:
    """For each channel in their order what a person counts for: a struct named as the contract's columns."""
    earlier, made = F.lit(False), []
    for channel in words.channels:
        knows = F.col(channel)
        first = knows & ~earlier
        counts = (first, knows, F.col(f"{channel}_home"), first & ~F.col("is_aided"), first & F.col("is_older_alone"))
        named = (count.alias(name) for count, name in zip(counts, COUNTS, strict=True))
        made.append(F.struct(F.lit(channel).alias("channel_code"), *named))
        earlier = earlier | knows
    return made
