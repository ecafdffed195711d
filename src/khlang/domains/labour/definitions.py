"""The labour domain's definitions, read from ``definitions.yaml`` beside this file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("definitions.yaml")


@dataclass(frozen=True)
class Definitions:
    """What mismatch and shortage mean; each field's source stands in ``definitions.yaml``."""

    pupils_per_teacher: int
    studying_status: str
    occupations_of_field: Mapping[str, tuple[str, ...]]

    @property
    def matches(self) -> tuple[str, ...]:
        """Every pair ``<field>/<occupation>`` that is no mismatch."""
        return tuple(f"{field}/{code}" for field, codes in self.occupations_of_field.items() for code in codes)


@cache
def load(path: Path = FILE) -> Definitions:
    """Read the definitions.

    Raises:
        KeyError: A definition is missing from the file.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["definitions"]
    fields = entries["occupations_of_field"]["value"]
    return Definitions(
        pupils_per_teacher=int(entries["pupils_per_teacher"]["value"]),
        studying_status=str(entries["studying_status"]["value"]),
        occupations_of_field={str(name): tuple(map(str, codes)) for name, codes in fields.items()},
    )
