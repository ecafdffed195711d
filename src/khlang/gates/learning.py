"""Bands of a dataset's own past, proposed to be reviewed: a robust middle of its months, and how far they stray.

From three promoted months on. A band is the median, give or take four times the usual straying (the median distance,
scaled to a standard deviation), and no narrower than a floor that the kind of figure has. From twelve months on each
calendar month that was seen has a band of its own around what that month had, so that a yearly rhythm is no alarm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from khlang.contracts import Table
from khlang.contracts.trends import Kind, Measure, measures

LEAST_MONTHS, YEAR = 3, 12
TIMES, SCALE = 4.0, 1.4826  # median distance → standard deviation of a normal spread
#: Kind → the narrowest half-width: a part of the middle, or a share of rows.
RELATIVE: Mapping[Kind, float] = {"rows": 0.2, "mean": 0.15}
ABSOLUTE: Mapping[Kind, float] = {"null": 0.02, "share": 0.03}
BEGIN, END = "# --- learned by `khlang gate learn`: reviewed with the rest ---", "# --- end of what was learned ---"
History = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Band:
    """A proposed band; ``seasonal`` by month ``01`` to ``12`` once a year was seen."""

    measure: Measure
    minimum: float
    maximum: float
    months: int
    seasonal: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def learn(table: Table, history: History) -> list[Band]:
    """Propose a band for every measure of a dataset.

    Args:
        table: The dataset.
        history: Period → measure → figure, of promoted months.

    Returns:
        Bands in the order of the measures; none before three months are there.
    """
    bands = []
    for measure in measures(table).values():
        series = {period: float(told[measure.name]) for period, told in sorted(history.items()) if measure.name in told}
        if len(series) >= LEAST_MONTHS:
            bands.append(_band(measure, series))
    return bands


def block(bands: Sequence[Band]) -> str:
    """The bands as the end of the dataset's file in ``expectations/``."""
    lines = [BEGIN]
    for band in bands:
        lines += [
            "  - name: GATE-TREND",
            "    type: custom",
            "    engine: khlang",
            "    dimension: consistency",
            "    severity: warning",
            "    implementation:",
            f"      measure: {band.measure.name}",
            f"      minimum: {band.minimum:.6g}",
            f"      maximum: {band.maximum:.6g}",
            *_seasons(band),
            f'    description: "Of {band.months} months: their median, and four times what they stray from it."',
        ]
    return "\n".join([*lines, END]) + "\n"


def merged(text: str, learned: str) -> str:
    """An expectations file with what was learned in place of what was learned before; all else stays as it is."""
    before, found, rest = text.partition(BEGIN)
    after = rest.partition(END)[2].lstrip("\n") if found else ""
    head = before if before.strip() else "quality:\n"
    if "quality:" not in head:
        head = head.rstrip("\n") + "\nquality:\n"
    return head.rstrip("\n") + "\n" + learned + after


def history(decisions: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Period → measure → figure, of what was promoted last."""
    found: dict[str, tuple[int, dict[str, float]]] = {}
    for one in decisions:
        if one.get("verdict") == "promoted" and (one.get("metrics") or {}).get("trends"):
            told = int(one["txn_version"]), {name: float(v or 0) for name, v in one["metrics"]["trends"].items()}
            found[one["period"]] = max(told, found.get(one["period"], told), key=lambda pair: pair[0])
    return {period: told for period, (_, told) in sorted(found.items())}


def _band(measure: Measure, series: Mapping[str, float]) -> Band:
    values = list(series.values())
    least, most = _around(measure, median(values), _straying(values, median(values)))
    seasonal: dict[str, tuple[float, float]] = {}
    if len(series) >= YEAR:
        months: dict[str, list[float]] = {}
        for period, value in series.items():
            months.setdefault(period[5:], []).append(value)
        middles = {month: median(found) for month, found in sorted(months.items())}
        # How months stray from what the same month had in other years; one year alone shows no straying.
        residuals = [value - middles[period[5:]] for period, value in series.items() if len(months[period[5:]]) > 1]
        apart = _straying(residuals, 0.0) if residuals else 0.0
        seasonal = {month: _around(measure, middle, apart) for month, middle in middles.items()}
    return Band(measure, least, most, len(series), seasonal)


def _around(measure: Measure, middle: float, straying: float) -> tuple[float, float]:
    floor = ABSOLUTE.get(measure.kind, abs(middle) * RELATIVE.get(measure.kind, 0.0))
    half = max(TIMES * straying, floor)
    least, most = middle - half, middle + half
    if measure.kind in ABSOLUTE:
        return max(0.0, least), min(1.0, most)
    return (max(0.0, least) if middle >= 0 else least), most


def _straying(values: Sequence[float], middle: float) -> float:
    return SCALE * median(abs(value - middle) for value in values)


def _seasons(band: Band) -> list[str]:
    if not band.seasonal:
        return []
    return ["      seasonal:", *(f'        "{m}": [{low:.6g}, {high:.6g}]' for m, (low, high) in band.seasonal.items())]
