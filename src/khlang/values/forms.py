"""The declaration of ``forms.yaml`` as frozen values. No engine is known here."""

import importlib.resources
from dataclasses import dataclass
from typing import Any, Final

import yaml


@dataclass(frozen=True)
class Form:
    """One way to write a date or a month; numbers of groups, 0 for a part that it has not."""

    name: str
    pattern: str
    year: int
    month: int
    day: int = 0
    word: bool = False


@dataclass(frozen=True)
class Serial:
    """A date as a spreadsheet counts it: days since ``origin``."""

    pattern: str
    least: int
    most: int
    origin: str


def _read() -> dict[str, Any]:
    text = importlib.resources.files(__package__).joinpath("forms.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


_SAYS: Final = _read()
THAI_DIGITS: Final[str] = _SAYS["thai_digits"]
ASCII_DIGITS: Final = "0123456789"
#: Spaces of every kind, and characters that are seen by nobody.
SPACES: Final = "[ \t\r\n\x0b\x0c\u00a0\u200b-\u200d\ufeff]+"
BLANKS: Final[tuple[str, ...]] = tuple(_SAYS["blanks"])
MONEY_MARKS: Final[str] = _SAYS["money_marks"]
NUMBER: Final[str] = _SAYS["number"]
BUDDHIST_FROM: Final[int] = _SAYS["buddhist_from"]
BUDDHIST_OFFSET: Final[int] = _SAYS["buddhist_offset"]
SHORT_YEAR_BASE: Final[int] = _SAYS["short_year_base"]
#: Name of a month, without dots and in lower case → its number as two digits.
MONTHS: Final[dict[str, str]] = {
    name: f"{number:02d}" for number, names in enumerate(_SAYS["months"], 1) for name in names
}
DATES: Final = tuple(Form(**form) for form in _SAYS["dates"])
REPORTING_MONTHS: Final = tuple(Form(**form) for form in _SAYS["reporting_months"])
SERIAL: Final = Serial(**_SAYS["serial"])
