"""The welfare domain's definitions, read from ``definitions.yaml`` beside this file."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("definitions.yaml")


@dataclass(frozen=True)
class Definitions:
    """What poor, contradiction and asset mean; each field's source stands in ``definitions.yaml``."""

    poor_income_per_year_baht: Decimal
    car_types_counted: tuple[str, ...]
    max_land_rai_farm: Decimal
    contradiction_tolerance_baht: Decimal
    months_per_year: int


@cache
def load(path: Path = FILE) -> Definitions:
    """Read the definitions.

    Raises:
        KeyError: A definition is missing from the file.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["definitions"]
    value = {name: entry["value"] for name, entry in entries.items()}
    return Definitions(
        poor_income_per_year_baht=Decimal(value["poor_income_per_year_baht"]),
        car_types_counted=tuple(value["car_types_counted"]),
        max_land_rai_farm=Decimal(value["max_land_rai_farm"]),
        contradiction_tolerance_baht=Decimal(value["contradiction_tolerance_baht"]),
        months_per_year=int(value["months_per_year"]),
    )
