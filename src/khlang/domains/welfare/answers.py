"""The welfare questions as an analyst asks them, and the answers as they may be shown.

What leaves this module has passed the threshold of ``khlang.release``: no count of fewer than ten persons or
households, none that follows by subtraction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from khlang.release.threshold import Cell, protect, protect_row, protect_rows
from khlang.serve import client
from khlang.serve.figures import by_period
from khlang.serve.places import province_names
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

#: Counts of the answer → the whole that each is a part of.
FIGURES: dict[str, str | None] = {
    "registrants": None,
    "contradictions": "registrants",
    "poor_households": None,
    "poor_households_without_registrant": "poor_households",
}
TITLES_TH = {
    "registrants": "ผู้ลงทะเบียน",
    "contradictions": "รายได้ขัดกับที่แจ้ง",
    "poor_households": "ครัวเรือนยากจน",
    "poor_households_without_registrant": "ครัวเรือนยากจนที่ไม่มีผู้ลงทะเบียน",
}
BY_PROVINCE = """
SELECT period, province_code,
       sum(registrants) AS registrants,
       sum(contradictions) AS contradictions,
       sum(poor_households) AS poor_households,
       sum(poor_households_without_registrant) AS poor_households_without_registrant
FROM welfare_by_amphoe
GROUP BY period, province_code
ORDER BY period, province_code
"""
JUDGED = """
SELECT period, count(*) AS registrants, count_if(is_insured) AS insured, count_if(is_eligible) AS eligible
FROM welfare_eligibility GROUP BY period ORDER BY period
"""


@dataclass(frozen=True)
class Province:
    """One province's answer of one period; a small count has no value."""

    code: str
    name_th: str
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Answer:
    """The answer of one period: the whole country, and each province, most registrants first."""

    period: str
    country: dict[str, Cell]
    provinces: tuple[Province, ...]

    def as_dict(self) -> dict[str, Any]:
        """As plain values: ``null`` with a status where a count may not be shown."""
        return {
            "period": self.period,
            "country": _plain(self.country),
            "provinces": [{"code": p.code, "name_th": p.name_th, **_plain(p.cells)} for p in self.provinces],
        }


def ask(settings: Settings, connection: "Connection") -> list[Answer]:
    """How many registrants' wages contradict them, how many poor households hold no registrant: by province.

    Args:
        settings: Where the names of provinces are.
        connection: Of an analyst of the project.

    Returns:
        One answer a period, in order.
    """
    rows = client.ask(connection, BY_PROVINCE).dicts()
    names = province_names(settings)
    return [answer(period, each, names) for period, each in by_period(rows).items()]


def answer(period: str, rows: list[dict[str, Any]], names: dict[str, str]) -> Answer:
    """One period's answer, protected, from its rows (pure)."""
    ordered = sorted(rows, key=lambda row: (-int(row["registrants"]), row["province_code"]))
    totals = {name: sum(int(row[name]) for row in ordered) for name in FIGURES}
    provinces = tuple(
        Province(row["province_code"], names[row["province_code"]], cells)
        for row, cells in zip(ordered, protect_rows(ordered, FIGURES), strict=True)
    )
    return Answer(period, protect_row(totals, FIGURES), provinces)


def judged(connection: "Connection") -> list[dict[str, Any]]:
    """How many registrants are insured, and how many eligible: one row a period, protected."""
    return [_judged(row) for row in client.ask(connection, JUDGED).dicts()]


def population(settings: Settings, periods: list[str]) -> list[dict[str, Any]]:
    """What is: the counts of the answer in the simulated population, one row a period."""
    import polars as pl

    folder = settings.truth / "population" / "welfare_by_amphoe"
    frames = [pl.read_parquet(folder / f"{period}.parquet") for period in periods]
    sums = pl.concat(frames).group_by("period").agg(pl.col(name).sum() for name in FIGURES).sort("period")
    return [{"period": row["period"]} | {name: protect(row[name]).value for name in FIGURES} for row in sums.to_dicts()]


def _judged(row: Mapping[str, Any]) -> dict[str, Any]:
    whole = row["registrants"]
    parts = {name: protect(row[name], whole).value for name in ("insured", "eligible")}
    return {"period": row["period"], "registrants": protect(whole).value} | parts


def _plain(cells: dict[str, Cell]) -> dict[str, Any]:
    suppressed = {name: cell.status for name, cell in cells.items() if cell.value is None}
    return {name: cell.value for name, cell in cells.items()} | ({"suppressed": suppressed} if suppressed else {})
