"""What the four agencies send of one month: the rows as typed frames, before anybody's handwriting.

Coordinates are whole millionths of a degree, speeds tenths of a km/h, planned arrivals seconds of the service day.
"""

from datetime import date

import numpy as np
import polars as pl

from khlang.domains.transport.network import assumptions
from khlang.simulate.extract import Month
from khlang.simulate.months import period_of
from khlang.simulate.world import Part

ISSUED = date(2025, 12, 15)  # of the timetable
LAST_CORRECTED_DAY = 25  # what is corrected later comes with no extract of the month


def _part(month: Month) -> Part:
    return month.world.parts["transport"]


def _days(rng: np.random.Generator, rows: int, least: int, most: int) -> pl.Expr:
    return pl.duration(days=pl.lit(pl.Series(rng.integers(least, most, rows))))


def _some(rng: np.random.Generator, rows: pl.DataFrame, share: float) -> pl.Series:
    """Which rows come a second time, corrected."""
    return pl.Series(rng.random(rows.height) < share)


def _arrived(month: Month, rng: np.random.Generator, late: pl.DataFrame) -> pl.DataFrame:
    """Rows of the month before, with the day of this month on which they came."""
    return late.with_columns(received_on=(pl.lit(month.world.month) + _days(rng, late.height, 0, 6)).cast(pl.Date))


def schedule(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The timetable; some stop times were changed this month by a minute, and come beside the first."""
    base = _part(month)["timetable"].with_columns(timetable_on=pl.lit(ISSUED))
    again = base.filter(_some(rng, base, assumptions()["mess"]["corrected"]))
    day = pl.lit(month.world.month) + _days(rng, again.height, 0, 25)
    return pl.concat([base, again.with_columns(planned=pl.col("planned") + 60, timetable_on=day.cast(pl.Date))])


def positions(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The month's fixes sent in time, late ones of the month before, and corrected ones."""
    part, rules = _part(month), assumptions()["buses"]
    now = part["positions"].filter(~pl.col("late")).drop("late").with_columns(received_on="seen_on")
    base = pl.concat([now, _arrived(month, rng, part["earlier_positions"].drop("late"))])
    in_time = (base["seen_on"] >= month.world.month) & (base["seen_on"].dt.day() <= LAST_CORRECTED_DAY)
    again = base.filter(_some(rng, base, rules["corrected"]) & in_time)
    later = again.with_columns(
        received_on=pl.col("received_on") + _days(rng, again.height, 1, 4),
        longitude=pl.col("longitude") + pl.Series(rng.integers(-90, 90, again.height).astype(np.int32)),
    )
    return pl.concat([base, later])


def arrivals(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """What the airports sent this month and in the months before it that the mart looks at (``sent_in``).

    A month's truth is of what the pool holds, and that is also what came earlier; only this month's rows are written.
    """
    del rng
    return _part(month)["arrivals_sent"].filter(pl.col("sent_in") <= period_of(month.world.month))


def counts(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The month's hours sent in time, late ones of the month before, and corrections received later."""
    part = _part(month)
    now = part["counts"].filter(~pl.col("late")).drop("late").with_columns(received_on="counted_on")
    base = pl.concat([now, _arrived(month, rng, part["earlier_counts"].drop("late"))])
    in_time = (base["counted_on"] >= month.world.month) & (base["counted_on"].dt.day() <= LAST_CORRECTED_DAY)
    again = base.filter(_some(rng, base, assumptions()["mess"]["corrected"]) & in_time)
    later = again.with_columns(
        received_on=pl.col("received_on") + _days(rng, again.height, 1, 4),
        vehicles=pl.col("vehicles") + pl.Series(rng.integers(1, 40, again.height)),
        speed=pl.col("speed") + pl.Series(rng.integers(-9, 10, again.height)),
    )
    return pl.concat([base, later])
