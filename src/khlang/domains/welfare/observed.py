"""What a faultless reading keeps of the rows as sent, and how many of them link.

1. a row whose citizen ID has a ``fault`` is not linked. Where the citizen ID is part of the grain
   (welfare_registrants, insured_persons, house_registry) the row is out; a vehicle keeps its row without an owner;
2. of the rows left with one grain the one with the latest ``dedupe_by`` date counts. Exact copies are equal, and a
   correction or a second registration is dated strictly later, so there is never a choice;
3. late rows (``wage_month`` before the period) are kept but earn nothing in this month.
"""

import polars as pl

from khlang.domains.welfare.simulator import DATASETS
from khlang.simulate.mess import REASONS

GRAIN = {
    "welfare_registrants": ("cid",),
    "insured_persons": ("cid", "employer_id", "wage_month"),
    "house_registry": ("cid",),
    "vehicles": ("vehicle_id",),
}
LATEST_BY = {
    "welfare_registrants": "registered_on",
    "insured_persons": "reported_on",
    "house_registry": "moved_in_on",
    "vehicles": "first_registered_on",
}
ALL_REASONS = ("missing", "bad_format", "bad_check", "placeholder", "class_not_allowed")
Sent = dict[str, pl.DataFrame]


def kept(rows: pl.DataFrame, dataset: str) -> pl.DataFrame:
    """Rows of one extract that curation keeps: points 1 and 2 above. A vehicle without an owner has a null cid."""
    rows = rows.with_columns(cid=pl.when(pl.col("fault").is_null()).then("cid"))
    if "cid" in GRAIN[dataset]:
        rows = rows.filter(pl.col("cid").is_not_null())
    return rows.sort(LATEST_BY[dataset], descending=True).unique(
        subset=list(GRAIN[dataset]), keep="first", maintain_order=True
    )


def link_rates(sent: Sent, period: str) -> pl.DataFrame:
    """How each extract links: one row a dataset.

    Columns as in the contract of ``link_rates``: ``rows_in`` (as sent), ``unlinked_<reason>`` (rows whose citizen ID
    is refused for that reason), ``duplicates`` (rows with a grain, less those kept), ``rows_curated``, ``persons``
    (distinct, linked, of the curated rows), ``persons_linked`` (of those, found in the month's house registry) and
    ``link_rate`` (persons_linked ÷ persons; DOUBLE, null without persons).
    """
    at_home = kept(sent["house_registry"], "house_registry").select("cid")
    rows = []
    for dataset, frame in sent.items():
        left = kept(frame, dataset)
        linked = left.select("cid").drop_nulls().unique()
        found = linked.join(at_home, on="cid", how="semi").height
        reasons = frame["fault"].drop_nulls().replace_strict(REASONS, return_dtype=pl.String)
        with_grain = frame.height if "cid" not in GRAIN[dataset] else frame.height - len(reasons)
        rows.append(
            {
                "period": period,
                "agency": DATASETS[dataset],
                "dataset": dataset,
                "rows_in": frame.height,
                **{f"unlinked_{reason}": int((reasons == reason).sum()) for reason in ALL_REASONS},
                "duplicates": with_grain - left.height,
                "rows_curated": left.height,
                "persons": linked.height,
                "persons_linked": found,
                "link_rate": found / linked.height if linked.height else None,
            }
        )
    return pl.DataFrame(rows)
