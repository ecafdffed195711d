"""The targeting questions as an analyst asks them, and the answers as they may be shown.

What leaves this module has passed the threshold of ``khlang.release``: no count of fewer than ten persons or
households, none that follows by subtraction. Error rates are of shown counts only. How many persons a channel knows
beside another would follow from two columns, so the answer shows each missed person in one channel alone.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.domains.targeting import asked
from khlang.domains.targeting.definitions import load
from khlang.release.threshold import protect, protect_row, protect_rows, values
from khlang.serve import client
from khlang.serve.figures import share
from khlang.serve.places import code_names, province_names
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

Row = dict[str, Any]
#: Counts → the whole that each is a part of.
HOMES: dict[str, str | None] = {
    "households": None,
    "poor_households": "households",
    "poor_households_without_registrant": "poor_households",
}
HELD: dict[str, str | None] = {"registrants": None, "ineligible_registrants": "registrants"}
ERRORS = HOMES | HELD
PLACE: dict[str, str | None] = {
    "poor_households": None,
    "poor_households_without_registrant": "poor_households",
    "missed_persons": None,
    "social_reached": "missed_persons",
}
MISSED: dict[str, str | None] = {
    "missed_persons": None,
    "social_persons": "missed_persons",
    "social_unaided": "social_persons",
    "nobody_persons": "missed_persons",
    "older_alone_persons": "missed_persons",
}


def by_type(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """Both errors by type of household of one period; registrants outside the registry have no household."""
    names, unknown = code_names(settings, "household_type"), load().type_unknown
    rows = _of(connection, asked.BY_TYPE, period)
    homes = {row["code"]: row for row in shown([row for row in rows if row["code"] != unknown], HOMES)}
    nothing = dict.fromkeys(HOMES, 0)
    held = shown(rows, HELD)
    return rated([row | homes.get(row["code"], nothing) | {"name_th": names[row["code"]]} for row in held])


def by_province(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """Poor households and missed persons by province of one period, most missed households first."""
    names = province_names(settings)
    missed = {row["code"]: row for row in _of(connection, asked.MISSED_BY_PROVINCE, period)}
    nobody = {"missed_persons": 0, "social_reached": 0}
    rows = [row | {n: missed.get(row["code"], nobody)[n] for n in nobody}
            for row in _of(connection, asked.BY_PROVINCE, period)]  # fmt: skip
    rows = sorted(rows, key=lambda row: (-int(row["poor_households_without_registrant"]), row["code"]))
    told = [row | {"name_th": names[row["code"]]} for row in shown(rows, PLACE)]
    return rated([row | {"social_share": share(row["social_reached"], row["missed_persons"])} for row in told])


def by_channel(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """Missed persons by the first channel that knows them, in the order of the definitions."""
    names, order = code_names(settings, "help_channel"), load().channels
    rows = sorted(_of(connection, asked.BY_CHANNEL, period), key=lambda row: order.index(row["code"]))
    total = sum(int(row["missed_persons"]) for row in rows)
    return [
        row
        | {
            "name_th": names[row["code"]],
            "missed_share": share(row["missed_persons"], total),
            "reached_persons": reached(before, total),
        }
        for row, before in zip(shown(rows, {"missed_persons": None}), rows, strict=True)
    ]


def reached(row: Mapping[str, Any], total: int) -> int | None:
    """Missed persons of the houses in which a channel knows somebody, where no small rest would follow (pure)."""
    count = int(row["reached_persons"])
    apart = abs(count - int(row["missed_persons"]))
    return None if protect(apart).value is None else protect(count, total).value


def by_period(connection: "Connection") -> list[Row]:
    """The whole country, one row a period, both questions beside each other."""
    channels = client.ask(connection, asked.BY_CHANNEL).dicts()
    return [
        country(row, [one for one in channels if one["period"] == row["period"]])
        for row in client.ask(connection, asked.COUNTRY).dicts()
    ]


def missed(channels: Sequence[Mapping[str, Any]]) -> Row:
    """The missed of one period: all, whom social workers know and do not help, whom nobody knows (pure)."""
    social, *_, nobody = load().channels

    def total(name: str, *codes: str) -> int:
        return sum(int(row[name]) for row in channels if not codes or row["code"] in codes)

    return {
        "missed_persons": total("missed_persons"),
        "social_persons": total("missed_persons", social),
        "social_unaided": total("unaided_persons", social),
        "nobody_persons": total("missed_persons", nobody),
        "older_alone_persons": total("older_alone_persons"),
    }


def population(settings: Settings, periods: Sequence[str]) -> list[Row]:
    """What is: the same counts in the simulated population, one row a period."""
    import polars as pl

    made = []
    for period in periods:
        homes, channels = (
            pl.read_parquet(settings.truth / "population" / mart / f"{period}.parquet")
            for mart in ("welfare_targeting", "welfare_missed")
        )
        counts = homes.select(pl.col(name).sum() for name in ERRORS).row(0, named=True)
        by_code = channels.group_by(code="channel_code").agg(pl.col(pl.Int64).sum()).sort("code")
        made.append(country({"period": period} | counts, by_code.to_dicts()))
    return made


def country(row: Mapping[str, Any], channels: Sequence[Mapping[str, Any]]) -> Row:
    """The counts of both questions of one period, protected, with the two error rates (pure).

    What stands in the table of channels as well is left out here where it is left out there.
    """
    figures, counts = ERRORS | MISSED, {**row, **missed(channels)}
    told = {"period": row["period"]} | values(protect_row(counts, figures))
    there = {one["code"]: one["missed_persons"] for one in shown(channels, {"missed_persons": None})}
    social, *_, nobody = load().channels
    if there.get(social) is None:
        told |= {"social_persons": None, "social_unaided": None}
    if there.get(nobody) is None:
        told |= {"nobody_persons": None}
    return rated([told])[0]


def shown(rows: Sequence[Mapping[str, Any]], figures: Mapping[str, str | None]) -> list[Row]:
    """Rows whose sum is shown too: small counts, and what they would follow from, have no value (pure)."""
    return [{"code": row["code"]} | values(cells) for row, cells in zip(rows, protect_rows(rows, figures), strict=True)]


def rated(rows: Sequence[Row]) -> list[Row]:
    """Rows with the error rates that their shown counts give (pure)."""
    wrongly = ("ineligible_registrants", "registrants")
    without = ("poor_households_without_registrant", "poor_households")
    return [
        row | {name: share(row.get(part), row.get(whole))
               for name, (part, whole) in (("inclusion_error", wrongly), ("exclusion_error", without))}
        for row in rows
    ]  # fmt: skip


def _of(connection: "Connection", sql: str, period: str) -> list[Row]:
    return [row for row in client.ask(connection, sql).dicts() if row["period"] == period]
