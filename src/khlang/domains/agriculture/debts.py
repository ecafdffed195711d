"""What farmers owe: a failed crop leaves an instalment unpaid more often than a good one."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from khlang.domains.agriculture.assumed import days_after, drawn, load
from khlang.simulate.months import following

MOST = 10_000_000_000  # satang


def loans(rng: np.random.Generator, plots: pl.DataFrame, harvests: pl.DataFrame, month: date) -> pl.DataFrame:
    """The farm loans of the first month.

    Returns:
        cid, loan_no, loan_purpose_code, loan_began_on, outstanding (satang), overdue_since (null: nothing is due).
        Grain: cid, loan_no.
    """
    rules = load()["loans"]
    people = plots.select("cid").unique(maintain_order=True)
    people = people.filter(pl.Series(rng.random(people.height) < rules["borrowers"]))
    rows = people[np.repeat(np.arange(people.height), 1 + (rng.random(people.height) < rules["second"]))]
    owed = rng.lognormal(np.log(rules["median_baht"]), rules["sigma"], rows.height)
    began = pl.Series((np.datetime64(month) - rng.integers(200, 3000, rows.height)).astype("datetime64[D]")).cast(
        pl.Date
    )
    made = rows.select(
        "cid",
        pl.int_range(1, pl.len() + 1).over("cid").cast(pl.String).alias("loan_no"),
        pl.Series("loan_purpose_code", drawn(rng, rules["purposes"], rows.height)),
        began.alias("loan_began_on"),
        pl.Series("outstanding", np.minimum(np.rint(owed) * 100, MOST).astype(np.int64)),
    )
    hit = after_failure(rng, made, harvests, month)
    since = days_after(began, rng.integers(30, 200, rows.height))
    unpaid = pl.Series(rng.random(rows.height) < rules["overdue"])
    return made.with_columns(overdue_since=pl.coalesce(pl.lit(hit), pl.when(unpaid).then(pl.lit(since))))


def after_failure(rng: np.random.Generator, held: pl.DataFrame, harvests: pl.DataFrame, month: date) -> pl.Series:
    """Since when each loan is overdue because a crop of its borrower failed; null where it was paid all the same."""
    first = harvests.filter("failed").group_by("cid").agg(failed_on=pl.col("harvested_on").min())
    joined = held.select("cid").join(first, on="cid", how="left", maintain_order="left")
    stops = pl.Series(rng.random(held.height) < load()["loans"]["overdue_after_failure"])
    stops &= joined["failed_on"].is_not_null()  # the earlier of a day and none is the day
    day = days_after(joined["failed_on"], rng.integers(3, 18, held.height))
    last = following(month) - timedelta(days=1)
    return pl.select(pl.when(stops).then(pl.min_horizontal(pl.lit(day), pl.lit(last)))).to_series()


def later(rng: np.random.Generator, held: pl.DataFrame, harvests: pl.DataFrame, month: date) -> pl.DataFrame:
    """The loans one month later: repaid a little, mended, or overdue after a crop of this month failed."""
    rules = load()["loans"]
    hit = after_failure(rng, held, harvests, month)
    paying = pl.col("overdue_since").is_null()
    mended = pl.Series(rng.random(held.height) < rules["mended_a_month"])
    still = pl.when(~mended).then(pl.col("overdue_since"))
    repaid = (pl.col("outstanding") * int(rules["repaid_a_month"] * 1000)) // 1000
    return held.with_columns(
        outstanding=pl.when(paying).then(pl.col("outstanding") - repaid).otherwise("outstanding"),
        overdue_since=pl.coalesce(still, pl.lit(hit)),
    )
