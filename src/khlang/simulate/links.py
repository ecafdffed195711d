"""How the extracts of a month link, as the truth knows it: what ``link_rates`` must say."""

from collections.abc import Sequence

import polars as pl

from khlang.simulate.extract import PERSON, Extract, Sent
from khlang.simulate.mess import REASONS

REGISTER = "house_registry"
ALL_REASONS = ("missing", "bad_format", "bad_check", "placeholder", "class_not_allowed")
_COUNTS = ("rows_in", *(f"unlinked_{reason}" for reason in ALL_REASONS), "duplicates", "rows_curated", "persons",
           "persons_linked")  # fmt: skip
SCHEMA: dict[str, pl.DataType] = {
    **dict.fromkeys(("period", "agency", "dataset"), pl.String()),
    **dict.fromkeys(_COUNTS, pl.Int64()),
    "link_rate": pl.Float64(),
}


def link_rates(extracts: Sequence[Extract], sent: Sent, period: str) -> pl.DataFrame:
    """How each extract about persons links: one row a dataset; one about nobody has no link to lose.

    Without the house registry, which is what they are linked with, there is no row, as in ``link_rates`` itself.

    Columns as in the contract of ``link_rates``: ``rows_in`` (as sent), ``unlinked_<reason>`` (rows whose citizen ID
    is refused for that reason), ``duplicates`` (rows with a grain, less those kept), ``rows_curated``, ``persons``
    (distinct, linked, of the curated rows), ``persons_linked`` (of those, found in the month's house registry) and
    ``link_rate`` (persons_linked ÷ persons; DOUBLE, null without persons).
    """
    if REGISTER not in sent:
        return pl.DataFrame(schema=SCHEMA)
    extracts = [extract for extract in extracts if PERSON in sent[extract.dataset].columns]
    kept = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in extracts}
    at_home = kept[REGISTER].select("cid")
    rows = []
    for extract in extracts:
        frame, left = sent[extract.dataset], kept[extract.dataset]
        linked = left.select("cid").drop_nulls().unique()
        found = linked.join(at_home, on="cid", how="semi").height
        reasons = frame["fault"].drop_nulls().replace_strict(REASONS, return_dtype=pl.String)
        with_grain = frame.height if "cid" not in extract.grain else frame.height - len(reasons)
        rows.append(
            {
                "period": period,
                "agency": extract.agency,
                "dataset": extract.dataset,
                "rows_in": frame.height,
                **{f"unlinked_{reason}": int((reasons == reason).sum()) for reason in ALL_REASONS},
                "duplicates": with_grain - left.height,
                "rows_curated": left.height,
                "persons": linked.height,
                "persons_linked": found,
                "link_rate": found / linked.height if linked.height else None,
            }
        )
    return pl.DataFrame(rows, schema=SCHEMA)
