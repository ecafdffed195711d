"""The water questions as an analyst asks them, and the answers as they may be shown.

What counts households has passed the threshold of ``khlang.release``: no count of fewer than ten, none that follows by
subtraction. Storage and demand of a basin tell of nobody and are shown as they are.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.release.threshold import protect_column, protect_row, protect_rows, values
from khlang.serve import client
from khlang.serve.figures import by_period
from khlang.serve.places import code_names, province_names
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

Row = dict[str, Any]
#: Counts of the answer → the whole that each is a part of.
FIGURES: dict[str, str | None] = {
    "households": None,
    "flooded_households": "households",
    "repeated_households": "flooded_households",
}
BY_PROVINCE = """
SELECT period, province_code, sum(households) AS households, sum(flooded_households) AS flooded_households,
       sum(repeated_households) AS repeated_households
FROM water_by_amphoe GROUP BY period, province_code ORDER BY period, province_code
"""
BY_BASIN = """
SELECT period, basin_code, max(basin_demand_mcm) AS demand_mcm, max(basin_storage_mcm) AS storage_mcm,
       max(months_of_storage) AS months_of_storage, bool_or(is_short) AS is_short
FROM water_by_amphoe WHERE basin_code IS NOT NULL GROUP BY period, basin_code ORDER BY period, basin_code
"""
BY_AMPHOE = """
SELECT period, amphoe_code, months_of_storage FROM water_by_amphoe
WHERE basin_code IS NOT NULL ORDER BY period, amphoe_code
"""
OFTEN = """
SELECT period, least(floods, 5) AS floods, count(*) AS homes, count_if(in_house_registry) AS registered
FROM flooded_homes GROUP BY period, least(floods, 5) ORDER BY period, floods
"""


def provinces(settings: Settings, connection: "Connection") -> dict[str, list[Row]]:
    """Households that floods reached, by province: period → rows, most in repeated floods first, protected."""
    names = province_names(settings)
    return {
        period: shown(rows, names) for period, rows in by_period(client.ask(connection, BY_PROVINCE).dicts()).items()
    }


def country(found: Sequence[Mapping[str, Any]]) -> Row:
    """The sums over all provinces of unprotected rows, protected (pure)."""
    totals = {name: sum(int(row[name]) for row in found) for name in FIGURES}
    return values(protect_row(totals, FIGURES))


def shown(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Row]:
    """One period's provinces as they may be shown, most households in repeated floods first (pure)."""
    ordered = sorted(rows, key=lambda row: (-int(row["repeated_households"]), row["province_code"]))
    return [
        {"code": row["province_code"], "name_th": names[row["province_code"]]} | values(cells)
        for row, cells in zip(ordered, protect_rows(ordered, FIGURES), strict=True)
    ]


def months(connection: "Connection") -> list[Row]:
    """The whole country, one row a period: households, flooded, in repeated floods (protected), and short basins."""
    basins = by_period(client.ask(connection, BY_BASIN).dicts())
    return [
        {"period": period} | country(rows) | {"short_basins": sum(bool(row["is_short"]) for row in basins[period])}
        for period, rows in by_period(client.ask(connection, BY_PROVINCE).dicts()).items()
    ]


def basins(settings: Settings, connection: "Connection") -> dict[str, list[Row]]:
    """What each basin stores and wants: period → rows, the shortest first."""
    names = code_names(settings, "basin")
    return {
        period: sorted((_basin(row, names) for row in rows), key=_shortness)
        for period, rows in by_period(client.ask(connection, BY_BASIN).dicts()).items()
    }  # fmt: skip


def amphoe(connection: "Connection") -> dict[str, list[Row]]:
    """How long the water of each amphoe's basin lasts: period → rows. A basin without a figure has none here either."""
    return {
        period: [
            {"amphoe_code": row["amphoe_code"], "months_of_storage": float(row["months_of_storage"])}
            for row in rows
            if row["months_of_storage"] is not None
        ]
        for period, rows in by_period(client.ask(connection, BY_AMPHOE).dicts()).items()
    }


def often(connection: "Connection") -> dict[str, list[Row]]:
    """How many homes were flooded once, twice … five times or more: period → rows, protected."""
    found = {}
    for period, rows in by_period(client.ask(connection, OFTEN).dicts()).items():
        cells = protect_column([int(row["homes"]) for row in rows])
        found[period] = [
            {"floods": int(row["floods"]), "homes": cell.value} for row, cell in zip(rows, cells, strict=True)
        ]
    return found  # fmt: skip


def population(settings: Settings, periods: Sequence[str]) -> list[Row]:
    """What is: the counts of the answer in the simulated population, one row a period."""
    import polars as pl

    folder = settings.truth / "population" / "water_by_amphoe"
    real = []
    for period in periods:
        frame = pl.read_parquet(folder / f"{period}.parquet")
        short = frame.filter("is_short")["basin_code"].n_unique()
        real.append({"period": period} | country(frame.select(*FIGURES).to_dicts()) | {"short_basins": short})
    return real


def _basin(row: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    figures = {name: None if row[name] is None else float(row[name]) for name in _VOLUMES}
    return (
        {"code": row["basin_code"], "name_th": names[row["basin_code"]]} | figures | {"is_short": bool(row["is_short"])}
    )


def _shortness(row: Mapping[str, Any]) -> tuple[float, str]:
    return row["months_of_storage"] or 0.0, row["code"]


_VOLUMES = ("demand_mcm", "storage_mcm", "months_of_storage")
