"""The transport domain's part of the world: the timetable, what buses, roads and airports did, and what comes late."""

import polars as pl

from khlang.domains.transport import air, buses, network, roads
from khlang.simulate.calibration import Calibration
from khlang.simulate.months import period_of
from khlang.simulate.world import Part, World


def found(world: World, known: Calibration, seed: int) -> Part:
    """The network for this many people, and the first month.

    ``trips``, ``timetable``: of ``network``; they stay. ``runs``, ``visits``, ``positions``: of ``buses.month``.
    ``counts``: of ``roads.counts``. ``arrivals``: of ``air.arrivals``, of the months that the mart looks at, with
    ``month``; ``arrivals_sent``: of ``air.sent``, of the same months. ``earlier_positions``, ``earlier_counts``: of the
    month before, sent late now.
    """
    trips = network.trips(network.routes(world.persons.height, seed))
    return _month({"trips": trips, "timetable": network.timetable(trips)}, world, known, seed)


def advance(before: Part, world: World, known: Calibration, seed: int) -> Part:
    """The same network one month later."""
    return _month(before, world, known, seed)


def _month(before: Part, world: World, known: Calibration, seed: int) -> Part:
    first = world.month
    seen, counted = buses.month(before["trips"], first, seed), roads.counts(known, first, seed)
    came = air.arrivals(first, seed).with_columns(month=pl.lit(period_of(first)))
    earlier = before.get("arrivals", came.clear())
    sent = air.sent(came, _last(earlier), first, seed)
    return {
        "trips": before["trips"],
        "timetable": before["timetable"],
        **seen,
        "earlier_positions": _late(before, "positions", seen["positions"]),
        "counts": counted,
        "earlier_counts": _late(before, "counts", counted),
        "arrivals": air.looked_at(pl.concat([earlier, came]), first, "month"),
        "arrivals_sent": air.looked_at(pl.concat([before.get("arrivals_sent", sent.clear()), sent]), first, "sent_in"),
    }


def _late(before: Part, name: str, now: pl.DataFrame) -> pl.DataFrame:
    """What was not sent in time the month before; in the first month nothing."""
    return before[name].filter("late") if name in before else now.clear()


def _last(arrivals: pl.DataFrame) -> pl.DataFrame:
    """The latest of the months."""
    return arrivals.filter(pl.col("month") == pl.col("month").max())
