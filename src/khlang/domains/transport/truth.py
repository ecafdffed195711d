"""The two truths of the transport marts, from the simulator's own state.

*Observable*: what the extracts can show: rows that ``Extract.kept`` keeps and no gate holds back. *Population*: what
is: every bus at every stop, all hours of all stations, every passenger, whether sent or not.

Imports nothing of curation or of the marts. Distances are whole millimetres, times whole seconds, speeds tenths of a
km/h, shares whole ten-thousandths, all whole until the last step: no engine rounds.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from khlang.domains.transport import truth_air, truth_buses, truth_roads
from khlang.domains.transport.extracts import EXTRACTS
from khlang.simulate.extract import Month, Sent
from khlang.simulate.months import following, parse_period

NORTH, EAST = (5_600_000, 20_500_000), (97_300_000, 105_700_000)  # what the gate takes for Thailand
FASTEST = 1500


@dataclass(frozen=True)
class Known:
    """What a truth is computed from.

    Attributes:
        plan: Grain trip_code, stop_sequence: route_code, province_code, planned (seconds), service_day_code.
        seen: Grain trip_code, service_on: which trips of the month have a position at all.
        reached: Grain trip_code, service_on, stop_sequence: delay (seconds) of the arrivals of the month.
        counts: Grain station, day of the month and hour: province_code, setting_code, vehicles, speed.
        arrivals: Grain nationality, airport and day, of the month and of those before it that are known.
    """

    plan: pl.DataFrame
    seen: pl.DataFrame
    reached: pl.DataFrame
    counts: pl.DataFrame
    arrivals: pl.DataFrame


def known_from_extracts(sent: Sent, period: str) -> Known:
    """What the rows as sent can show of one month."""
    left = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in EXTRACTS}
    month, schedule = parse_period(period), left["bus_schedule"]
    fixes = left["bus_positions"].filter(
        pl.col("latitude").is_between(*NORTH)
        & pl.col("longitude").is_between(*EAST)
        & pl.col("speed").is_between(0, FASTEST)
        & _in("service_on", month)
    )
    arrivals = left["flight_arrivals"].with_columns(month=pl.col("arrived_on").dt.to_string("%Y-%m"))
    return Known(
        plan=schedule,
        seen=fixes.select("trip_code", "service_on").unique(),
        reached=truth_buses.reached(schedule, fixes),
        counts=left["traffic_counts"].filter(_in("counted_on", month)),
        arrivals=arrivals.filter(pl.col("month").is_in(sent["flight_arrivals"]["sent_in"].unique().implode())),
    )


def known_from_world(month: Month) -> Known:
    """What is, of one month."""
    part = month.world.parts["transport"]
    return Known(
        plan=part["timetable"],
        seen=part["runs"].filter("came").select("trip_code", "service_on"),
        reached=part["visits"],
        counts=part["counts"],
        arrivals=part["arrivals"],
    )


def marts(known: Known, period: str) -> dict[str, pl.DataFrame]:
    """All three marts of one month from what is known."""
    return {
        "bus_punctuality": truth_buses.mart(known.plan, known.seen, known.reached, period),
        "congestion": truth_roads.mart(known.counts, period),
        "air_arrivals": truth_air.mart(known.arrivals, period),
    }


def observable(sent: Sent, period: str) -> dict[str, pl.DataFrame]:
    """The observable truth of the marts."""
    return marts(known_from_extracts(sent, period), period)


def population(month: Month) -> dict[str, pl.DataFrame]:
    """The population truth of the marts."""
    return marts(known_from_world(month), month.period)


def _in(column: str, month: date) -> pl.Expr:
    return pl.col(column).is_between(month, following(month), closed="left")
