"""The waste domain's definitions and the reference points of the amphoe, read from the files beside this one."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("definitions.yaml")
POINTS = Path(__file__).parent / "data" / "reference_points.yaml"


@dataclass(frozen=True)
class Definitions:
    """What far, full soon, recycled and sanitary mean; each field's source stands in ``definitions.yaml``."""

    earth_radius_m: float
    far_m: int
    full_soon_years: Decimal
    months_per_year: int
    recycled_kinds: tuple[str, ...]
    sanitary_kinds: tuple[str, ...]


@cache
def load(path: Path = FILE) -> Definitions:
    """Read the definitions.

    Raises:
        KeyError: A definition is missing from the file.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["definitions"]
    return Definitions(
        earth_radius_m=float(entries["earth_radius_m"]["value"]),
        far_m=int(entries["far_m"]["value"]),
        full_soon_years=Decimal(entries["full_soon_years"]["value"]),
        months_per_year=int(entries["months_per_year"]["value"]),
        recycled_kinds=tuple(entries["recycled_kinds"]["value"]),
        sanitary_kinds=tuple(entries["sanitary_kinds"]["value"]),
    )


@cache
def points(path: Path = POINTS) -> tuple[tuple[str, float, float], ...]:
    """The amphoe's reference points: amphoe_code, degrees north, degrees east (WGS 84). Made up, see the file."""
    read: dict[str, tuple[float, float]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple((code, north, east) for code, (north, east) in read.items())
