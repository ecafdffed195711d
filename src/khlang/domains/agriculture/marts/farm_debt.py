"""Who is in debt after a failed crop, by amphoe?

One row for every amphoe in which a registered farmer has a plot; of a farmer with plots in several the lowest code
stands. A farmer has failed when one judged plot of the crop year has, and owes what the loans of the bank for
agriculture say. A loan is overdue when its instalment has been unpaid for the days of ``definitions.yaml`` at the end
of the month. A loan that is overdue from before it began contradicts itself: it is counted, owed, and not overdue.
Set beside each other are the borrowers with a failed crop and those whose judged crops were good; whose harvest nobody
reported is among neither.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.agriculture.definitions import Definitions, load
from khlang.domains.agriculture.marts import fields
from khlang.frames import conform

FLAGS = ("is_judged", "has_failed", "is_overdue")


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated farmer_plots, crop_harvests and farm_loans.
        table: The contract of ``farm_debt``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, amphoe_code.
    """
    definitions = load()
    plots = inputs["farmer_plots"]
    judged = fields.judged(plots, inputs["crop_harvests"], definitions, period=period)
    results = judged.groupBy("pid").agg(F.lit(True).alias("is_judged"), F.bool_or("has_failed").alias("has_failed"))
    farmers = plots.groupBy("pid").agg(F.min("amphoe_code").alias("amphoe_code"))
    debts = owed(inputs["farm_loans"], definitions, period=period)
    joined = farmers.join(results, "pid", "left").join(debts, "pid", "left")  # one to at most one, both
    known = joined.fillna(value=False, subset=list(FLAGS)).fillna(0, subset=["misdated", "owed", "owed_overdue"])
    counted = known.groupBy("amphoe_code").agg(*_counts())
    band = _band(F.col("median"), definitions)
    placed = {"province_code": F.substring("amphoe_code", 1, 2), "median_debt_band": band, "period": F.lit(period)}
    return conform(counted.withColumns(placed), table)


def owed(loans: DataFrame, definitions: Definitions, *, period: str) -> DataFrame:
    """What each borrower owes.

    Returns:
        ``owed``, ``owed_overdue`` (baht), ``is_overdue``, ``misdated`` (loans). Grain: pid.
    """
    misdated = F.coalesce(F.col("overdue_since") < F.col("loan_began_on"), F.lit(False))
    end = F.last_day(F.lit(f"{period}-01").cast("DATE"))
    unpaid = F.coalesce(F.date_diff(end, "overdue_since") >= definitions.overdue_days, F.lit(False))
    overdue = unpaid & ~misdated & (F.col("outstanding_baht") > 0)
    return loans.groupBy("pid").agg(
        F.sum("outstanding_baht").alias("owed"),
        F.sum(F.when(overdue, F.col("outstanding_baht"))).alias("owed_overdue"),
        F.bool_or(overdue).alias("is_overdue"),
        F.count_if(misdated).alias("misdated"),
    )


def _counts() -> list[Column]:
    borrows, failed = F.col("owed") > 0, F.col("has_failed")
    others = F.col("is_judged") & ~failed
    counts = {
        "farmers": F.lit(True),
        "judged_farmers": F.col("is_judged"),
        "failed_farmers": failed,
        "borrowers": borrows,
        "overdue_farmers": F.col("is_overdue"),
        "failed_borrowers": failed & borrows,
        "overdue_failed_farmers": failed & F.col("is_overdue"),
        "other_borrowers": others & borrows,
        "overdue_other_farmers": others & F.col("is_overdue"),
    }
    return [
        *(F.count_if(each).alias(name) for name, each in counts.items()),
        F.sum("misdated").alias("misdated_loans"),
        F.sum("owed").alias("total_outstanding_baht"),
        F.sum("owed_overdue").alias("total_overdue_baht"),
        # Of an even number of borrowers the lower of the two in the middle; who owes nothing is no borrower.
        F.expr("percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE WHEN owed > 0 THEN owed END)").alias("median"),
    ]


def _band(amount: Column, definitions: Definitions) -> Column:
    """The band of an amount; null stays null."""
    reached = [F.when(amount >= limit, 1).otherwise(0) for limit in definitions.debt_bands]
    return F.when(amount.isNotNull(), sum(reached, F.lit(1)).cast("STRING"))
