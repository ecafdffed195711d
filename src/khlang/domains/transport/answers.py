"""The transport questions as an analyst asks them, and the answers as they may be shown.

Buses and vehicles are nobody; how few of a nationality came can tell of somebody. So counts of passengers pass the
threshold of ``khlang.release``: none of fewer than ten, none that follows by subtraction.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.domains.transport import asked
from khlang.release.threshold import protect, protect_column
from khlang.serve import client
from khlang.serve.figures import by_period, share
from khlang.serve.places import code_names, province_names
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

Row = dict[str, Any]
BUSES = ("trips_planned", "trips_missing", "arrivals", "arrivals_late")
ROADS = ("hours_counted", "congested_hours")
PASSENGERS = ("previous_passengers", "nowcast_passengers")


def months(connection: "Connection") -> list[Row]:
    """The whole country, one row a period: buses, roads of built-up areas, passengers and their nowcast."""
    roads = by_period(client.ask(connection, asked.BY_PROVINCE).dicts())
    air = {row["period"]: row for row in client.ask(connection, asked.AIR).dicts()}
    return [
        country(row | _summed(roads[row["period"]], ROADS) | dict(air[row["period"]]))
        for row in client.ask(connection, asked.BUSES).dicts()
        if row["period"] in roads and row["period"] in air
    ]


def country(row: Mapping[str, Any]) -> Row:
    """One period's sums as they may be shown, with the shares that follow (pure)."""
    told = {"period": row["period"]} | {name: int(row[name]) for name in (*BUSES, *ROADS)}
    told |= {name: _count(row[name]) for name in ("passengers", *PASSENGERS)}
    return told | {
        "late_share": share(told["arrivals_late"], told["arrivals"]),
        "missing_share": share(told["trips_missing"], told["trips_planned"]),
        "congested_share": share(told["congested_hours"], told["hours_counted"]),
        "as_of_day": row.get("as_of_day"),
    }


def routes(settings: Settings, connection: "Connection") -> dict[str, list[Row]]:
    """Routes in the evening peak: period → rows, the latest first."""
    names = province_names(settings)
    rows = [row | {"name_th": names[row["province_code"]]} for row in client.ask(connection, asked.BY_ROUTE).dicts()]
    found = by_period([_rated(row) for row in rows])
    return {period: sorted(each, key=lambda row: (-(row["late_share"] or 0), row["route_code"]))
            for period, each in found.items()}  # fmt: skip


def hours(connection: "Connection") -> dict[str, list[Row]]:
    """All routes by the hour in which trips begin: period → rows in the order of the day."""
    return by_period([_rated(row) for row in client.ask(connection, asked.BY_HOUR).dicts()])


def beside(connection: "Connection") -> dict[str, list[Row]]:
    """Buses where and when the roads are congested in half of the hours or more, and where not: period → two rows."""
    return by_period([_rated(row) for row in client.ask(connection, asked.BESIDE).dicts()])


def provinces(settings: Settings, connection: "Connection") -> dict[str, list[Row]]:
    """Roads of built-up areas by province: period → rows, the most congested first."""
    names = province_names(settings)
    found = by_period(client.ask(connection, asked.BY_PROVINCE).dicts())
    return {period: congested(rows, names) for period, rows in found.items()}


def congested(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Row]:
    """One period's provinces, the most congested first (pure)."""
    made = [
        {
            "code": row["province_code"],
            "name_th": names[row["province_code"]],
            "congested_share": share(int(row["congested_hours"]), int(row["hours_counted"])),
            "worst_hour": row["worst_hour"],
            "worst_share": None if row["worst_share"] is None else float(row["worst_share"]),
        }
        for row in rows
    ]
    return sorted(made, key=lambda row: (-(row["congested_share"] or 0), row["code"]))


def nationalities(settings: Settings, connection: "Connection") -> dict[str, list[Row]]:
    """Who comes by air: period → rows, most passengers first, protected."""
    names = code_names(settings, "nationality")
    found = by_period(client.ask(connection, asked.BY_NATIONALITY).dicts())
    return {period: shown(rows, names) for period, rows in found.items()}


def shown(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Row]:
    """One period's nationalities as they may be shown (pure).

    Where a count is left out, so is what would give it away: the change and the nowcast.
    """
    made = []
    for row, cell in zip(rows, protect_column([int(row["passengers"]) for row in rows]), strict=True):
        told: Row = {"code": row["nationality_code"], "name_th": names[row["nationality_code"]]}
        told |= {"passengers": cell.value, "as_of_day": row["as_of_day"]}
        others = {name: None if cell.value is None else _count(row[name]) for name in PASSENGERS}
        hidden = None in (cell.value, others["previous_passengers"]) or row["passengers_change"] is None
        made.append(told | others | {"passengers_change": None if hidden else float(row["passengers_change"])})
    return made


def population(settings: Settings, periods: Sequence[str]) -> list[Row]:
    """What is: the counts of the answer as the simulator knows them, one row a period."""
    import polars as pl

    made = []
    for period in periods:
        frames = {
            mart: pl.read_parquet(settings.truth / "population" / mart / f"{period}.parquet")
            for mart in ("bus_punctuality", "congestion", "air_arrivals")
        }
        urban = frames["congestion"].filter(pl.col("setting_code") == "URBAN")
        row: Row = {"period": period} | frames["bus_punctuality"].select(pl.col(*BUSES).sum()).row(0, named=True)
        row |= urban.select(pl.col(*ROADS).sum()).row(0, named=True)
        summed = frames["air_arrivals"].select(pl.col("passengers", *PASSENGERS).sum(), pl.col("as_of_day").max())
        made.append(country(row | summed.row(0, named=True)))
    return made


def _rated(row: Mapping[str, Any]) -> Row:
    told = dict(row) | {name: int(row[name] or 0) for name in BUSES}
    missing = share(told["trips_missing"], told["trips_planned"])
    return told | {"late_share": share(told["arrivals_late"], told["arrivals"]), "missing_share": missing}


def _count(value: int | None) -> int | None:
    """A count of passengers as it may be shown; nothing where there is none."""
    return None if value is None else protect(int(value)).value


def _summed(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Row:
    return {name: sum(int(row[name]) for row in rows) for name in names}
