"""The energy domain's definitions, read from ``definitions.yaml`` beside this file."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("definitions.yaml")


@dataclass(frozen=True)
class Definitions:
    """What burden and little use mean; each field's source stands in ``definitions.yaml``."""

    burden_percent: int
    low_use_kwh: int
    low_use_ampere: int
    months_per_year: int
    household_meters: tuple[str, ...]


@cache
def load(path: Path = FILE) -> Definitions:
    """Read the definitions.

    Raises:
        KeyError: A definition is missing from the file.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["definitions"]
    return Definitions(
        burden_percent=int(entries["burden_percent"]["value"]),
        low_use_kwh=int(entries["low_use_kwh"]["value"]),
        low_use_ampere=int(entries["low_use_ampere"]["value"]),
        months_per_year=int(entries["months_per_year"]["value"]),
        household_meters=tuple(entries["household_meters"]["value"]),
    )
