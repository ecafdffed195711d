"""What the simulator assumes of electricity: ``data/assumptions.yaml``."""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
import yaml

from khlang.simulate.calibration import Assumptions


@cache
def load() -> Assumptions:
    """Read the assumptions."""
    text = (files("khlang.domains.energy") / "data" / "assumptions.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def by_province(provinces: pl.Series, default: float, special: dict[str, float]) -> np.ndarray:
    """The figure of each row's province."""
    values: np.ndarray = provinces.replace_strict(special, default=default, return_dtype=pl.Float64).to_numpy()
    return values


def tariff(kwh: pl.Expr) -> pl.Expr:
    """The bill of a month's use in satang, whole."""
    rules = load()["tariff_satang"]
    above = (kwh - rules["first_step"]).clip(lower_bound=0)
    within: pl.Expr = rules["service"] + (kwh - above) * rules["small_use"] + above * rules["large_use"]
    return within
