"""The transport domain's definitions, read from ``definitions.yaml`` beside this file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("definitions.yaml")


@dataclass(frozen=True)
class Definitions:
    """What late, early, at a stop and congested mean; units and sources stand in ``definitions.yaml``."""

    late_seconds: int
    early_seconds: int
    stop_radius_m: int
    latitude_mm: int
    longitude_mm: Mapping[int, int]
    service_days: Mapping[str, tuple[int, ...]]
    median_percent: int
    high_percent: int
    free_flow_percent: int
    congested_percent: int
    nowcast_day: int
    nowcast_least: int

    @property
    def radius_squared(self) -> int:
        """The square of the radius about a stop, in square millimetres."""
        return (1000 * self.stop_radius_m) ** 2


@cache
def load(path: Path = FILE) -> Definitions:
    """Read the definitions.

    Raises:
        TypeError: A definition is missing from the file, or one too many stands there.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["definitions"]
    values = {name: entry["value"] for name, entry in entries.items()}
    values["service_days"] = {code: tuple(days) for code, days in values["service_days"].items()}
    return Definitions(**values)
