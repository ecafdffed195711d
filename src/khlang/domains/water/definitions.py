"""The water domain's definitions, read from ``definitions.yaml`` beside this file."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("definitions.yaml")


@dataclass(frozen=True)
class Definitions:
    """What repeated and short mean; each field's source stands in ``definitions.yaml``."""

    repeated_floods: int
    short_months: Decimal


@cache
def load(path: Path = FILE) -> Definitions:
    """Read the definitions.

    Raises:
        KeyError: A definition is missing from the file.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["definitions"]
    return Definitions(
        repeated_floods=int(entries["repeated_floods"]["value"]),
        short_months=Decimal(entries["short_months"]["value"]),
    )
