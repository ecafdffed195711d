"""The labour questions as an analyst asks them, and the answers as they may be shown.

What leaves this module has passed the threshold of ``khlang.release``: no count of fewer than ten persons, none that
follows by subtraction. Schools are no persons, but how many lack teachers tells of few teachers: the rule holds too.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.domains.labour import asked
from khlang.release.threshold import protect_row, protect_rows, values
from khlang.serve import client
from khlang.serve.figures import share
from khlang.serve.places import province_names
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

Row = dict[str, Any]
#: Counts → the whole that each is a part of.
WORK: dict[str, str | None] = {
    "graduates": None,
    "graduates_with_occupation": "graduates",
    "mismatched_graduates": "graduates_with_occupation",
}
SCHOOL: dict[str, str | None] = {
    "students": None,
    "teachers": None,
    "teachers_needed": None,
    "teachers_short": "teachers_needed",
}
TITLES_TH = {
    "graduates": "ผู้สำเร็จการศึกษา",
    "graduates_with_occupation": "ทราบอาชีพ",
    "mismatched_graduates": "ทำงานไม่ตรงสาขา",
    "mismatch_rate": "อัตราไม่ตรงสาขา",
    "students": "นักเรียน",
    "teachers": "ครู",
    "teachers_needed": "ครูที่ต้องมี",
    "teachers_short": "ครูที่ขาด",
}


def by_field(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """Mismatch by field of one period, with the field's Thai name."""
    names = asked.code_names(settings, "isced_field")
    rows = [row for row in client.ask(connection, asked.BY_FIELD).dicts() if row["period"] == period]
    return [row | {"name_th": names.get(row["field_code"], row["field_code"])} for row in rated(shown(rows, WORK))]


def by_cohort(connection: "Connection", period: str) -> list[Row]:
    """Mismatch by year of graduation of one period; years of the Buddhist era, as people say them."""
    rows = [row for row in client.ask(connection, asked.BY_COHORT).dicts() if row["period"] == period]
    return [row | {"name_th": str(int(row["graduation_year"]) + 543)} for row in rated(shown(rows, WORK))]


def by_province(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """Teachers by province of the school of one period, most missing first."""
    names = province_names(settings)
    rows = [row for row in client.ask(connection, asked.BY_PROVINCE).dicts() if row["period"] == period]
    ordered = sorted(rows, key=lambda row: (-int(row["teachers_short"]), row["province_code"]))
    return [row | {"name_th": names[row["province_code"]]} for row in shown(ordered, SCHOOL)]


def by_occupation(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """Insured workers and posts offered by occupation of one period; vacancies are no persons, workers are."""
    names = asked.code_names(settings, "occupation")
    rows = [row for row in client.ask(connection, asked.DEMAND).dicts() if row["period"] == period]
    return [
        row | {"name_th": names.get(row["occupation_code"], row["occupation_code"])}
        for row in shown(rows, {"insured_workers": None})
    ]


def skill_tests(connection: "Connection", period: str) -> list[Row]:
    """The published skill tests as of one period, by quarter."""
    rows = [row for row in client.ask(connection, asked.TESTS).dicts() if row["period"] == period]
    return [
        row
        | {
            "name_th": f"{row['test_year']} ไตรมาส {row['test_quarter']}",
            "passed_percent": float(row["passed_percent"]),
        }
        for row in rows
    ]


def by_period(connection: "Connection") -> list[Row]:
    """The whole country, one row a period, both questions beside each other."""
    schools = {row["period"]: row for row in client.ask(connection, asked.SCHOOLS).dicts()}
    work = client.ask(connection, asked.WORK).dicts()
    return rated([country(row | schools[row["period"]]) for row in work if row["period"] in schools])


def country(row: Mapping[str, Any]) -> Row:
    """The counts of both questions of one period, protected."""
    figures = {**WORK, **SCHOOL}
    return {"period": row["period"]} | values(protect_row(row, figures))


def shown(rows: Sequence[Mapping[str, Any]], figures: Mapping[str, str | None]) -> list[Row]:
    """Rows whose sum is shown too: small counts, and what they would follow from, have no value."""
    return [
        {**row, **values(cells), "suppressed": sorted(name for name, cell in cells.items() if cell.value is None)}
        for row, cells in zip(rows, protect_rows(rows, figures), strict=True)
    ]


def rated(rows: Sequence[Row]) -> list[Row]:
    """Rows with ``mismatch_rate``, of the shown counts only."""
    return [row | {"mismatch_rate": share(row["mismatched_graduates"], row["graduates_with_occupation"])}
            for row in rows]  # fmt: skip


def population(settings: Settings, periods: Sequence[str]) -> list[Row]:
    """What is: the same counts in the simulated population, one row a period."""
    import polars as pl

    made = []
    for period in periods:
        row: Row = {"period": period}
        for mart, figures in (("graduate_mismatch", WORK), ("teacher_shortage", SCHOOL)):
            frame = pl.read_parquet(settings.truth / "population" / mart / f"{period}.parquet")
            row |= frame.select(pl.col(name).sum() for name in figures).row(0, named=True)
        made.append(country(row))
    return rated(made)
