"""The agriculture domain's definitions, read from ``definitions.yaml`` beside this file."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("definitions.yaml")


@dataclass(frozen=True)
class Definitions:
    """What failed, overdue, glut and dry mean; each field's source stands in ``definitions.yaml``."""

    crop_year_begins: int
    irrigated: str
    crop_norms: Mapping[str, int]
    failed_percent: int
    possible_percent: int
    overdue_days: int
    debt_bands: tuple[int, ...]
    glut_percent: Decimal
    dry_percent: Decimal
    regions: Mapping[str, str]

    def crop_year(self, period: str) -> int:
        """The calendar year in which the crop year of a period began."""
        year, month = (int(part) for part in period.split("-"))
        return year if month >= self.crop_year_begins else year - 1

    def first_period(self, period: str) -> str:
        """The first month of a period's crop year."""
        return f"{self.crop_year(period)}-{self.crop_year_begins:02d}"


@cache
def load(path: Path = FILE) -> Definitions:
    """Read the definitions.

    Raises:
        KeyError: A definition is missing from the file.
    """
    known = {
        name: entry["value"] for name, entry in yaml.safe_load(path.read_text(encoding="utf-8"))["definitions"].items()
    }
    return Definitions(
        crop_year_begins=int(known["crop_year_begins"]),
        irrigated=str(known["irrigated"]),
        crop_norms={str(code): int(norm) for code, norm in known["crop_norms"].items()},
        failed_percent=int(known["failed_percent"]),
        possible_percent=int(known["possible_percent"]),
        overdue_days=int(known["overdue_days"]),
        debt_bands=tuple(map(int, known["debt_bands"])),
        glut_percent=Decimal(known["glut_percent"]),
        dry_percent=Decimal(known["dry_percent"]),
        regions={str(digit): str(name) for digit, name in known["regions"].items()},
    )
