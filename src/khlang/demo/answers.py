"""The welfare questions asked as the analyst, and beside the answers what is: the gap that the extracts leave.

Whose insured wages contradict what they declared, and which poor households hold no registrant? Counts pass the
threshold of ``khlang.release`` before they get here.
"""

from collections.abc import Mapping
from typing import Any

from khlang.release.threshold import protect
from khlang.serve import answers, client
from khlang.settings import Settings

SHOWN = 12
JUDGED = """
SELECT period, count(*) AS registrants, count_if(is_insured) AS insured, count_if(is_eligible) AS eligible
FROM welfare_eligibility GROUP BY period ORDER BY period
"""
FIGURES = tuple(answers.FIGURES)
Row = dict[str, Any]


def ask(settings: Settings, periods: list[str]) -> dict[str, list[Row]]:
    """Every answer, by name; None where a count may not be shown.

    Returns:
        ``by_period`` and ``by_province`` (last period, most registrants first), ``eligibility``, ``link_rates``.

    Raises:
        QueryError: Trino refused.
        ServiceError: Trino does not answer.
    """
    with client.connect(settings, "analyst") as connection:
        told = {one.period: one.as_dict() for one in answers.welfare(settings, connection) if one.period in periods}
        judged = [_judged(row) for row in client.ask(connection, JUDGED).dicts() if row["period"] in periods]
    with client.connect(settings, "engineer", schema="ops") as connection:
        rates = [row for row in answers.link_rates(connection) if row["period"] in periods]
    return {
        "by_period": [told[row["period"]]["country"] | row for row in judged],
        "by_province": told[periods[-1]]["provinces"][:SHOWN],
        "eligibility": judged,
        "link_rates": rates,
    }


def population(settings: Settings, periods: list[str]) -> list[Row]:
    """What is: the same counts from the population's truth, one row a period."""
    import polars as pl

    folder = settings.truth / "population" / "welfare_by_amphoe"
    frames = [pl.read_parquet(folder / f"{period}.parquet") for period in periods]
    sums = pl.concat(frames).group_by("period").agg(pl.col(name).sum() for name in FIGURES).sort("period")
    return [{"period": row["period"]} | {name: protect(row[name]).value for name in FIGURES} for row in sums.to_dicts()]


def gap(seen: Row, real: Row, name: str) -> float | None:
    """By how much the extracts miss or overstate a count, as a share of what is; None where a figure is left out."""
    if seen[name] is None or not real[name]:
        return None
    return round(float(seen[name] / real[name]) - 1, 4)


def _judged(row: Mapping[str, Any]) -> Row:
    whole = row["registrants"]
    parts = {name: protect(row[name], whole).value for name in ("insured", "eligible")}
    return {"period": row["period"], "registrants": protect(whole).value} | parts
