"""The welfare question, asked of Trino as the analyst of the project.

Whose insured wages contradict what they declared, and which poor households hold no registrant?
What is shown obeys the floor of output control: no figure below ``FLOOR`` persons or households, and only the largest
provinces by name, so that what is left out cannot be found by subtraction.
"""

from collections.abc import Mapping
from typing import Any

from khlang.serve import client
from khlang.settings import Settings

FLOOR = 10
SHOWN = 12
COUNTS = (
    "persons",
    "households",
    "registrants",
    "insured_registrants",
    "contradictions",
    "eligible",
    "poor_households",
    "poor_households_without_registrant",
)
Row = dict[str, Any]

_SUMS = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in COUNTS)
BY_PERIOD = f"SELECT period, {_SUMS} FROM welfare_by_amphoe GROUP BY period ORDER BY period"  # noqa: S608  # constants
BY_PROVINCE = (
    f"SELECT province_code, {_SUMS} FROM welfare_by_amphoe WHERE period = ? "  # noqa: S608  # constants
    "GROUP BY province_code ORDER BY contradictions DESC, province_code"
)
ELIGIBILITY = """
SELECT period, count(*) AS registrants, count_if(is_insured) AS insured,
       count_if(is_contradiction) AS contradictions, count_if(is_over_income) AS over_income,
       count_if(is_over_assets) AS over_assets, count_if(is_eligible) AS eligible
FROM welfare_eligibility GROUP BY period ORDER BY period
"""
LINK_RATES = "SELECT * FROM lake.ops.link_rates ORDER BY period, dataset"


def floored(row: Mapping[str, Any]) -> Row:
    """The row with every count below the floor left out (None)."""
    return {name: None if isinstance(value, int) and value < FLOOR else value for name, value in row.items()}


def ask(settings: Settings, periods: list[str]) -> dict[str, list[Row]]:
    """Every answer, by name: ``by_period``, ``by_province`` (last period), ``eligibility``, ``link_rates``.

    Raises:
        QueryError: Trino refused.
        ServiceError: Trino does not answer.
    """
    with client.connect(settings, "analyst") as connection:
        months = client.ask(connection, BY_PERIOD).dicts()
        provinces = client.ask(connection, BY_PROVINCE, [periods[-1]]).dicts()
        judged = client.ask(connection, ELIGIBILITY).dicts()
    with client.connect(settings, "engineer", schema="ops") as connection:
        rates = client.ask(connection, LINK_RATES).dicts()
    named = [row for row in provinces if row["contradictions"] >= FLOOR][:SHOWN]
    wanted = set(periods)
    return {
        "by_period": [floored(row) for row in months if row["period"] in wanted],
        "by_province": [floored(row) for row in named],
        "eligibility": [floored(row) for row in judged if row["period"] in wanted],
        "link_rates": [row for row in rates if row["period"] in wanted],
    }


def population(settings: Settings, periods: list[str]) -> list[Row]:
    """What is, beside what the extracts can show: the same counts from the population's truth, one row a period."""
    import polars as pl

    folder = settings.truth / "population" / "welfare_by_amphoe"
    frames = [pl.read_parquet(folder / f"{period}.parquet") for period in periods]
    sums = pl.concat(frames).group_by("period").agg(pl.col(name).sum() for name in COUNTS).sort("period")
    return [floored(row) for row in sums.to_dicts()]


def gap(seen: Row, real: Row, name: str) -> float | None:
    """By how much the extracts miss or overstate a count, as a share of what is; None where a figure is left out."""
    if seen[name] is None or not real[name]:
        return None
    return round(float(seen[name] / real[name]) - 1, 4)
