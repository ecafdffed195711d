"""What the four agencies send of one month: the rows as typed frames, before anybody's handwriting.

Water is held in hundredths of a million cubic metres, rain in tenths of a millimetre, levels in centimetres: all whole.
"""

from datetime import timedelta

import numpy as np
import polars as pl

from khlang.domains.water import geography
from khlang.simulate.extract import Month
from khlang.simulate.world import Part

LAST_CORRECTED_DAY = 25  # what is corrected later comes with no extract of the month


def _part(month: Month) -> Part:
    return month.world.parts["water"]


def _days(rng: np.random.Generator, rows: int, least: int, most: int) -> pl.Expr:
    return pl.duration(days=pl.lit(pl.Series(rng.integers(least, most, rows))))


def _some(rng: np.random.Generator, rows: pl.DataFrame) -> pl.Series:
    """Which rows come a second time, corrected."""
    return pl.Series(rng.random(rows.height) < geography.assumptions()["mess"]["corrected"])


def events(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The register of floods; of some earlier ones the end was set anew this month."""
    base = _part(month)["events"].with_columns(declared_on="began_on")
    again = base.filter(_some(rng, base) & (base["began_on"] < month.world.month - timedelta(days=31)))
    later = again.with_columns(
        ended_on=pl.col("ended_on") + pl.duration(days=1),
        declared_on=(pl.lit(month.world.month) + _days(rng, again.height, 0, 25)).cast(pl.Date),
    )
    return pl.concat([base, later])


def households(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The register of affected households; of some earlier ones the damage was surveyed anew this month."""
    reached = _part(month)["reached"].join(month.world.houses, on="house", how="left", maintain_order="left")
    base = reached.select(
        "house_id",
        "event_id",
        "flooded_on",
        (pl.col("flooded_on") + _days(rng, reached.height, 0, 10)).alias("surveyed_on"),
        "depth_cm",
        "damage",
        "amphoe_code",
    )
    again = base.filter(_some(rng, base) & (base["surveyed_on"] < month.world.month))
    later = again.with_columns(
        surveyed_on=(pl.lit(month.world.month) + _days(rng, again.height, 0, 25)).cast(pl.Date),
        damage=pl.col("damage") + pl.Series(rng.integers(1, 50, again.height) * 10_000),
    )
    return pl.concat([base, later])


def readings(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The month's readings sent in time, late ones of the month before, and corrections received later."""
    part = _part(month)
    columns = ("station_id", "kind_code", "province_code", "measured_on", "rain", "level")
    now = part["readings"].filter(~pl.col("late")).select(*columns, received_on="measured_on")
    late = part["earlier_readings"].filter("late")
    arrived = (pl.lit(month.world.month) + _days(rng, late.height, 0, 6)).cast(pl.Date)
    base = pl.concat([now, late.select(*columns, received_on=arrived)])
    in_time = (base["measured_on"] >= month.world.month) & (base["measured_on"].dt.day() <= LAST_CORRECTED_DAY)
    again = base.filter(_some(rng, base) & in_time)
    later = again.with_columns(
        received_on=pl.col("received_on") + _days(rng, again.height, 1, 4),
        rain=pl.col("rain") + pl.Series(rng.integers(1, 80, again.height)),
        level=pl.col("level") + pl.Series(rng.integers(1, 40, again.height)),
    )
    return pl.concat([base, later])


def storage(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The month's storage sent in time, late rows of the month before, and corrections reported later."""
    part = _part(month)
    columns = ("reservoir_id", "basin_code", "measured_on", "capacity", "storage")
    now = part["storage"].filter(~pl.col("late")).select(*columns, dam_reported_on="measured_on")
    late = part["earlier_storage"].filter("late")
    arrived = (pl.lit(month.world.month) + _days(rng, late.height, 0, 6)).cast(pl.Date)
    base = pl.concat([now, late.select(*columns, dam_reported_on=arrived)])
    in_time = (base["measured_on"] >= month.world.month) & (base["measured_on"].dt.day() <= LAST_CORRECTED_DAY)
    again = base.filter(_some(rng, base) & in_time)
    later = again.with_columns(
        dam_reported_on=pl.col("dam_reported_on") + _days(rng, again.height, 1, 4),
        storage=pl.col("storage") * 99 // 100,
    )
    return pl.concat([base, later])


def demand(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The month's demand of every amphoe by use; some estimates were made anew."""
    base = _part(month)["demand"].with_columns(estimated_on=pl.lit(month.world.month))
    again = base.filter(_some(rng, base))
    later = again.with_columns(
        estimated_on=pl.col("estimated_on") + _days(rng, again.height, 1, 20), demand=pl.col("demand") * 21 // 20
    )
    return pl.concat([base, later])
