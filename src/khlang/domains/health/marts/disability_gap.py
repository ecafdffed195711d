"""Which persons with a disability draw no allowance, and who draws one without a card?

One row for every amphoe and group of persons: the types of disability of those whose card is valid on the last day of
the month, and a group of its own for who was paid an allowance of the month without a valid card. A person stands
where the house registry says; whom it does not know, where the card was issued or the allowance paid. Who is found in
no health scheme of the month is counted in each group. An allowance of an earlier month that is paid late tells of that
month. What a far amphoe is, and what the rate, stands in ``definitions.yaml``.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.health.definitions import Definitions, load
from khlang.frames import conform


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated disability_register, disability_allowances, health_coverage and house_registry.
        table: The contract of ``disability_gap``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, amphoe_code, disability_group_code.
    """
    words = load()
    counted = (
        persons(inputs, words, period=period)
        .groupBy("amphoe_code", "disability_group_code")
        .agg(
            F.count("pid").alias("group_persons"),
            F.count("allowance_baht").alias("drawing_persons"),
            F.count_if(F.col("allowance_baht").isNull()).alias("persons_without_allowance"),
            F.count_if(F.col("allowance_baht") < F.lit(words.allowance_baht)).alias("persons_below_rate"),
            F.count_if(~F.col("is_covered")).alias("persons_without_coverage"),
            F.coalesce(F.sum("allowance_baht"), F.lit(0)).alias("total_paid_baht"),
        )
    )
    province = F.substring("amphoe_code", 1, 2)
    is_town = (F.substring("amphoe_code", 3, 2) == words.town_amphoe) | (province == words.town_province)
    return conform(counted.withColumns({"province_code": province, "is_far": ~is_town, "period": F.lit(period)}), table)


def persons(inputs: Mapping[str, DataFrame], words: Definitions, *, period: str) -> DataFrame:
    """Who has a valid card or was paid an allowance of the month.

    Args:
        inputs: As for :func:`build`.
        words: The definitions.
        period: ``YYYY-MM``.

    Returns:
        ``pid``, ``amphoe_code``, ``disability_group_code``, ``allowance_baht`` (null: none), ``is_covered``.
        Grain: pid.
    """
    last = F.last_day(F.lit(f"{period}-01").cast("DATE"))
    ends = F.col("card_expires_on")
    holders = (
        inputs["disability_register"]
        .where(ends.isNull() | (ends >= last))
        .select("pid", "disability_type_code", F.col("amphoe_code").alias("issued_in"))
    )
    paid = (
        inputs["disability_allowances"]
        .where(F.col("allowance_month") == period)
        .select("pid", "allowance_baht", F.col("amphoe_code").alias("paid_in"))
    )
    home = inputs["house_registry"].select("pid", F.col("amphoe_code").alias("home"))
    covered = inputs["health_coverage"].select("pid", F.lit(True).alias("covered"))
    joined = holders.join(paid, "pid", "full").join(home, "pid", "left").join(covered, "pid", "left")  # all one to one
    return joined.select(
        "pid",
        F.coalesce("home", "issued_in", "paid_in").alias("amphoe_code"),
        F.coalesce("disability_type_code", F.lit(words.no_card_group)).alias("disability_group_code"),
        "allowance_baht",
        F.coalesce("covered", F.lit(False)).alias("is_covered"),
    )
