"""The health domain's definitions, read from ``definitions.yaml`` beside this file."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("definitions.yaml")


@dataclass(frozen=True)
class Definitions:
    """Who is a teen mother and has left school, what an allowance is, what is far; sources in ``definitions.yaml``."""

    teen_youngest: int
    teen_oldest: int
    child_youngest: int
    births_within_months: int
    age_years_apart: int
    at_school_status: str
    left_school_status: str
    female_sex: str
    allowance_baht: Decimal
    allowance_minor_baht: Decimal
    no_card_group: str
    town_amphoe: str
    town_province: str

    def since(self, period: str) -> date:
        """First day of the months whose births count for a period ``YYYY-MM``."""
        month = int(period[:4]) * 12 + int(period[5:]) - self.births_within_months
        return date(month // 12, month % 12 + 1, 1)


@cache
def load(path: Path = FILE) -> Definitions:
    """Read the definitions.

    Raises:
        KeyError: A definition is missing from the file.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["definitions"]
    kinds = dict(Definitions.__annotations__.items())
    return Definitions(**{name: kind(entries[name]["value"]) for name, kind in kinds.items()})
