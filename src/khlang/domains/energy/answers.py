"""The energy questions as an analyst asks them, and the answers as they may be shown.

What counts households has passed the threshold of ``khlang.release``: no count of fewer than ten, none that follows by
subtraction. Outages tell of nobody and are shown as they are.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.release.threshold import protect_row, protect_rows, values
from khlang.serve import client
from khlang.serve.figures import by_period
from khlang.serve.places import province_names
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

Row = dict[str, Any]
#: Counts of the answer → the whole that each is a part of.
FIGURES: dict[str, str | None] = {
    "welfare_billed_households": None,
    "income_known_households": "welfare_billed_households",
    "burdened_households": "income_known_households",
    "low_use_households": "welfare_billed_households",
    "missed_households": "low_use_households",
    "overdue_households": "welfare_billed_households",
    "subsidised_households": None,
    "subsidised_unregistered_households": "subsidised_households",
}
BY_PROVINCE = f"""
SELECT period, province_code, {", ".join(f"sum({name}) AS {name}" for name in FIGURES)}
FROM energy_burden GROUP BY period, province_code ORDER BY period, province_code
"""  # noqa: S608 (names of our own)
HOURS = """
SELECT period, province_code, sum(households) AS households, sum(outages) AS outages,
       sum(outages_unclear) AS outages_unclear, sum(customer_hours_lost) AS customer_hours_lost
FROM outage_hours GROUP BY period, province_code ORDER BY period, province_code
"""

BY_AMPHOE = """
SELECT period, amphoe_code, hours_lost_per_household AS hours FROM outage_hours
WHERE hours_lost_per_household IS NOT NULL ORDER BY period, amphoe_code
"""


def amphoe(connection: "Connection") -> dict[str, list[Row]]:
    """Hours without current per household of each amphoe: period → rows with amphoe_code and hours."""
    return by_period(client.ask(connection, BY_AMPHOE).dicts())


def provinces(settings: Settings, connection: "Connection") -> dict[str, list[Row]]:
    """Every province: period → rows, the most households that the subsidy misses first, protected."""
    names = province_names(settings)
    return {
        period: shown(rows, names) for period, rows in by_period(client.ask(connection, BY_PROVINCE).dicts()).items()
    }


def shown(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Row]:
    """One period's provinces as they may be shown, most missed households first (pure)."""
    ordered = sorted(rows, key=lambda row: (-int(row["missed_households"]), row["province_code"]))
    return [
        {"code": row["province_code"], "name_th": names[row["province_code"]]} | values(cells)
        for row, cells in zip(ordered, protect_rows(ordered, FIGURES), strict=True)
    ]


def hours(settings: Settings, connection: "Connection") -> dict[str, list[Row]]:
    """Hours without current by province: period → rows, the most hours per household first."""
    names = province_names(settings)
    return {
        period: sorted((_cut(row, names) for row in rows), key=lambda row: (-(row["hours"] or 0.0), row["code"]))
        for period, rows in by_period(client.ask(connection, HOURS).dicts()).items()
    }


def months(connection: "Connection", by_hours: Mapping[str, Sequence[Row]]) -> list[Row]:
    """The whole country, one row a period: protected counts, outages, and hours lost per household."""
    return [
        {"period": period} | country(rows) | _all_hours(by_hours[period])
        for period, rows in by_period(client.ask(connection, BY_PROVINCE).dicts()).items()
    ]


def country(found: Sequence[Mapping[str, Any]]) -> Row:
    """The sums over all provinces of unprotected rows, protected (pure)."""
    totals = {name: sum(int(row[name]) for row in found) for name in FIGURES}
    return values(protect_row(totals, FIGURES))


def population(settings: Settings, periods: Sequence[str]) -> list[Row]:
    """What is: the counts of the answer in the simulated population, one row a period."""
    import polars as pl

    folder = settings.truth / "population" / "energy_burden"
    rows = [pl.read_parquet(folder / f"{period}.parquet").select(*FIGURES).to_dicts() for period in periods]
    return [{"period": period} | country(known) for period, known in zip(periods, rows, strict=True)]


def _cut(row: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    households, lost = int(row["households"]), float(row["customer_hours_lost"])
    return {
        "code": row["province_code"],
        "name_th": names[row["province_code"]],
        "outages": int(row["outages"]),
        "outages_unclear": int(row["outages_unclear"]),
        "households": households,
        "lost": lost,
        "hours": round(lost / households, 2) if households else None,
    }


def _all_hours(rows: Sequence[Row]) -> Row:
    households = sum(row["households"] for row in rows)
    lost = sum(row["lost"] for row in rows)
    hours = round(lost / households, 2) if households else None
    return {"outages": sum(row["outages"] for row in rows), "hours_per_household": hours}
