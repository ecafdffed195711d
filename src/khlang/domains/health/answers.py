"""The health questions as an analyst asks them, and the answers as they may be shown.

What leaves this module has passed the threshold of ``khlang.release``: no count of fewer than ten, none that follows by
subtraction. Births of teen mothers are few, so they are shown by region and never by province as well: what is withheld
of a province would follow from the region's sum. Rates are of shown counts only.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.domains.health import asked
from khlang.domains.health.definitions import load
from khlang.release.threshold import protect_row, protect_rows, values
from khlang.serve import client
from khlang.serve.figures import share
from khlang.serve.places import code_names, province_names
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

Row = dict[str, Any]
#: Counts → the whole that each is a part of.
BIRTHS: dict[str, str | None] = {"births": None, "births_15_19": "births", "girls_15_19": None}
SCHOOL: dict[str, str | None] = {"teen_mothers_students": "births", "teen_mothers_left_school": "teen_mothers_students"}
CARDS: dict[str, str | None] = {"group_persons": None, "persons_without_allowance": "group_persons"}
COUNTRY: dict[str, str | None] = {
    "card_holders": None,
    "persons_without_allowance": "card_holders",
    "drawing_without_card": None,
    "persons_below_rate": None,
}
#: The five regions of the National Statistical Office, by the first digit of a province's code; Bangkok by its own.
REGIONS = {"10": "กรุงเทพมหานคร", "127": "ภาคกลาง", "34": "ภาคตะวันออกเฉียงเหนือ", "56": "ภาคเหนือ", "89": "ภาคใต้"}
DISTANCES = {"town": "อำเภอเมืองและกรุงเทพมหานคร", "far": "อำเภอห่างไกล"}


def by_region(connection: "Connection", period: str) -> list[Row]:
    """Births of teen mothers by region of one period, with the rate."""
    rows = [row for row in client.ask(connection, asked.BIRTHS).dicts() if row["period"] == period]
    return rated(shown(regions(rows), BIRTHS))


def by_province(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """Persons with a valid card by province of one period, most without an allowance first."""
    rows = _named(connection, asked.CARDS_BY_PROVINCE, period, province_names(settings))
    ordered = sorted(rows, key=lambda row: (-int(row["persons_without_allowance"]), row["code"]))
    return shared(shown(ordered, CARDS))


def by_type(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """Persons with a valid card by type of disability of one period."""
    return shared(
        shown(_named(connection, asked.CARDS_BY_TYPE, period, code_names(settings, "disability_group")), CARDS)
    )


def by_distance(connection: "Connection", period: str) -> list[Row]:
    """Persons with a valid card in towns and in far amphoe of one period."""
    return shared(shown(_named(connection, asked.CARDS_BY_DISTANCE, period, DISTANCES), CARDS))


def by_period(connection: "Connection") -> list[Row]:
    """The whole country, one row a period, both questions beside each other."""
    births = client.ask(connection, asked.BIRTHS).dicts()
    return [
        country(row | summed([one for one in births if one["period"] == row["period"]]))
        for row in client.ask(connection, asked.COUNTRY).dicts()
    ]


def population(settings: Settings, periods: Sequence[str]) -> list[Row]:
    """What is: the same counts in the simulated population, one row a period."""
    import polars as pl

    made = []
    for period in periods:
        births, gap = (
            pl.read_parquet(settings.truth / "population" / mart / f"{period}.parquet")
            for mart in ("teen_births", "disability_gap")
        )
        carded = pl.col("disability_group_code") != load().no_card_group
        row = gap.select(
            card_holders=pl.col("group_persons").filter(carded).sum(),
            persons_without_allowance=pl.col("persons_without_allowance").filter(carded).sum(),
            drawing_without_card=pl.col("group_persons").filter(~carded).sum(),
            persons_below_rate=pl.col("persons_below_rate").sum(),
        ).row(0, named=True)
        made.append(country({"period": period} | row | summed(births.to_dicts())))
    return made


def regions(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The counts of provinces summed by region, in the order of ``REGIONS`` (pure)."""

    def of(code: str) -> str:
        return code if code in REGIONS else next(digits for digits in REGIONS if code[0] in digits and digits != "10")

    return [
        {"code": digits, "name_th": name} | summed([row for row in rows if of(row["province_code"]) == digits])
        for digits, name in REGIONS.items()
    ]


def summed(rows: Sequence[Mapping[str, Any]]) -> Row:
    """The counts of births over rows (pure)."""
    return {name: sum(int(row[name]) for row in rows) for name in {**BIRTHS, **SCHOOL}}


def country(row: Mapping[str, Any]) -> Row:
    """The counts of both questions of one period, protected, with their rates (pure)."""
    figures = {**BIRTHS, **SCHOOL, **COUNTRY}
    told = {"period": row["period"]} | values(protect_row(row, figures))
    students = told["teen_mothers_students"]
    return rated([told | {"left_share": share(told["teen_mothers_left_school"], students)}])[0]


def shown(rows: Sequence[Mapping[str, Any]], figures: Mapping[str, str | None]) -> list[Row]:
    """Rows whose sum is shown too: small counts, and what they would follow from, have no value (pure)."""
    return [
        {"code": row["code"], "name_th": row["name_th"]} | values(cells)
        for row, cells in zip(rows, protect_rows(rows, figures), strict=True)
    ]


def rated(rows: Sequence[Row]) -> list[Row]:
    """Rows with ``teen_birth_rate``: births a year per 1,000 girls, of the shown counts only (pure)."""
    times = 12_000 / load().births_within_months
    rates = [share(row["births_15_19"], row["girls_15_19"]) for row in rows]
    return [
        row | {"teen_birth_rate": None if rate is None else round(rate * times, 1)}
        for row, rate in zip(rows, rates, strict=True)
    ]


def shared(rows: Sequence[Row]) -> list[Row]:
    """Rows with ``without_share``, of the shown counts only (pure)."""
    return [row | {"without_share": share(row["persons_without_allowance"], row["group_persons"])} for row in rows]


def _named(connection: "Connection", sql: str, period: str, names: Mapping[str, str]) -> list[Row]:
    rows = [row for row in client.ask(connection, sql).dicts() if row["period"] == period]
    return [row | {"name_th": names[row["code"]]} for row in rows]
