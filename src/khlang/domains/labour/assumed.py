"""What the simulation of this domain assumes of people: ``assumptions.yaml`` beside this file."""

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import yaml

from khlang.simulate.calibration import Assumptions

FILE = Path(__file__).with_name("assumptions.yaml")


@cache
def load(path: Path = FILE) -> Assumptions:
    """Read the assumptions."""
    read: Assumptions = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def drawn(rng: np.random.Generator, weights: dict[str, float], rows: int) -> pl.Series:
    """Codes drawn by their weights."""
    share = np.array(list(weights.values()), dtype=float)
    return pl.Series(rng.choice(np.array(list(weights)), size=rows, p=share / share.sum()).astype(str))


def by_province(provinces: pl.Series, default: float, special: dict[str, float]) -> np.ndarray:
    """The figure of each row's province."""
    values: np.ndarray = provinces.replace_strict(special, default=default, return_dtype=pl.Float64).to_numpy()
    return values


def days_from(first: pl.Series, days: np.ndarray) -> pl.Series:
    """Dates so many days after others."""
    return (first.cast(pl.Int32) + pl.Series(days.astype(np.int32))).cast(pl.Date)
