"""What the simulation of this domain assumes of people: ``assumptions.yaml`` beside this file."""

from pathlib import Path

import polars as pl

from khlang.domains.labour import assumed
from khlang.simulate.calibration import Assumptions

FILE = Path(__file__).with_name("assumptions.yaml")


def load() -> Assumptions:
    """Read the assumptions."""
    return assumed.load(FILE)


def today(world_month: object, rows: int) -> pl.Series:
    """So many times the first day of a month."""
    return pl.Series([world_month] * rows, dtype=pl.Date)
