"""What the simulation of this domain assumes of people: ``assumptions.yaml`` beside this file."""

from pathlib import Path

import numpy as np
import polars as pl

from khlang.domains.labour import assumed
from khlang.simulate.calibration import Assumptions

FILE = Path(__file__).with_name("assumptions.yaml")


def load() -> Assumptions:
    """Read the assumptions."""
    return assumed.load(FILE)


def happens(rng: np.random.Generator, rows: int, chance: float | np.ndarray) -> pl.Series:
    """For each row, whether what has this chance happens."""
    return pl.Series(rng.random(rows) < chance, dtype=pl.Boolean)
