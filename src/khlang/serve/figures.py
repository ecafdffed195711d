"""What every domain's answer reckons from figures that may be shown: a share, a gap, and rows by period. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]


def share(part: int | None, whole: int | None) -> float | None:
    """A part of a whole, to four places; None where one of them may not be shown, and of nothing."""
    return None if part is None or not whole else round(part / whole, 4)


def gap(seen: Mapping[str, Any], real: Mapping[str, Any], name: str) -> float | None:
    """By how much the extracts miss or overstate a count, as a share of what is; None where a figure is left out."""
    if seen[name] is None or not real[name]:
        return None
    return round(float(seen[name] / real[name]) - 1, 4)


def by_period(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Period → its rows, in their order; periods ascend."""
    periods = sorted({row["period"] for row in rows})
    return {period: [row for row in rows if row["period"] == period] for period in periods}
