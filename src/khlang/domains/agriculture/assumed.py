"""What the simulation of this domain assumes: ``assumptions.yaml`` beside this file."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from khlang.simulate.calibration import Assumptions

FILE = Path(__file__).with_name("assumptions.yaml")


@cache
def load(path: Path = FILE) -> Assumptions:
    """Read the assumptions."""
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def drawn(rng: np.random.Generator, weights: Mapping[str, float], rows: int) -> np.ndarray:
    """Codes drawn by their weights."""
    share = np.array(list(weights.values()), dtype=float)
    codes: np.ndarray = rng.choice(np.array(list(weights)), size=rows, p=share / share.sum()).astype(str)
    return codes


def by_region(
    places: pl.Series, crops: pl.Series, special: Mapping[str, Mapping[str, float]], usual: float
) -> np.ndarray:
    """A figure that some crops of some regions have, and all others not.

    Args:
        places: Province or amphoe of each row; its first digit is the region.
        crops: Crop of each row.
        special: Region → crop → figure.
        usual: Everywhere else.
    """
    figures = {f"{region}/{crop}": value for region, crops_of in special.items() for crop, value in crops_of.items()}
    pairs = places.str.slice(0, 1) + "/" + crops
    values: np.ndarray = pairs.replace_strict(figures, default=usual, return_dtype=pl.Float64).to_numpy()
    return values


def days_after(first: pl.Series, days: np.ndarray) -> pl.Series:
    """Dates so many days after others; null stays null."""
    return (first.cast(pl.Int32) + pl.Series(days.astype(np.int32))).cast(pl.Date)
