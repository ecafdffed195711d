"""The targeting domain's definitions, read from ``definitions.yaml`` beside this file."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("definitions.yaml")


@dataclass(frozen=True)
class Definitions:
    """Types of households, and who knows a missed person; sources in ``definitions.yaml``."""

    older_from: int
    child_below: int
    couple_years_apart: int
    type_single: str
    type_couple: str
    type_children: str
    type_older_alone: str
    type_older_only: str
    type_other: str
    type_unknown: str
    assessed_within_months: int
    no_help: str
    open_stages: tuple[str, ...]
    universal_scheme: str
    channels: tuple[str, ...]

    def assessed_since(self, period: str) -> date:
        """First day of the months whose assessments count for a period ``YYYY-MM``."""
        month = int(period[:4]) * 12 + int(period[5:]) - self.assessed_within_months
        return date(month // 12, month % 12 + 1, 1)


@cache
def load(path: Path = FILE) -> Definitions:
    """Read the definitions.

    Raises:
        KeyError: A definition is missing from the file.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["definitions"]
    read: dict[str, Any] = {name: entries[name]["value"] for name in Definitions.__annotations__}
    listed = {name: tuple(value) for name, value in read.items() if isinstance(value, list)}
    return Definitions(**(read | listed))
