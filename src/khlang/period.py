"""The reporting month: ``YYYY-MM``, Gregorian, on the wire, in paths and in tables."""

import re
from datetime import UTC, date, datetime, timedelta

from khlang.errors import PeriodError

_THAI_DIGITS = {ord("๐") + i: str(i) for i in range(10)}
BUDDHIST_FROM = 2400  # a typed year of at least this is of the Buddhist era, 543 years ahead


def parse(text: str) -> str:
    """The period that an official typed: ``2569-01``, ``๒๕๖๙-๐๑`` and ``2026-01`` are all ``2026-01``.

    Raises:
        PeriodError: It is no year and month, or lies before 2000 or after 2199.
    """
    match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text.strip().translate(_THAI_DIGITS))
    year = int(match[1]) if match else 0
    year -= 543 if year >= BUDDHIST_FROM else 0
    if match is None or not 2000 <= year < 2200:
        raise PeriodError(
            "งวดไม่อยู่ในรูป ปปปป-ดด / The period is not of the form YYYY-MM.",
            "พิมพ์เช่น 2569-01 หรือ 2026-01 / Type, for example, 2569-01 or 2026-01.",
        )
    return f"{year:04d}-{match[2]}"


def previous(period: str) -> str:
    """The month before a period."""
    year, month = map(int, period.split("-"))
    return f"{year - 1:04d}-12" if month == 1 else f"{year:04d}-{month - 1:02d}"


def today() -> date:
    """The date in Thailand (UTC+7, no daylight saving), wherever the machine stands."""
    return (datetime.now(UTC) + timedelta(hours=7)).date()


def last_day(period: str) -> date:
    """The last day of a period."""
    year, month = map(int, period.split("-"))
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
