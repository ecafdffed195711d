"""The picture of the labour answer, in Thai. A figure that may not be shown is marked: it is no zero."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang.serve import bars as serve_bars
from khlang.serve import maps, thai
from khlang.serve.thai import GREY, RED
from khlang.serve.told import LEFT_OUT, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 12


def figure(fields: Sequence[Row], provinces: Sequence[Row], period: str) -> "Figure":
    """The rate of mismatch by field, and teachers needed and missing by province (and as a map), in one period.

    Args:
        fields: ``name_th`` and ``mismatch_rate``.
        provinces: ``province_code``, ``name_th``, ``teachers_needed``, ``teachers_short``; most missing first.
        period: ``YYYY-MM``.
    """
    from matplotlib.figure import Figure

    with thai.style():
        made = Figure(figsize=(16, 6.5), layout="constrained", dpi=130)
        left, right, country = made.subplots(1, 3, width_ratios=(1, 1, 0.9))
        bars(left, fields, ("mismatch_rate",), f"อัตราทำงานไม่ตรงสาขา งวด {period}")
        left.set_xlim(0, 1)
        left.xaxis.set_major_formatter("{x:.0%}")
        bars(right, provinces[:MOST], ("teachers_needed", "teachers_short"), f"ครูที่ต้องมี และครูที่ขาด งวด {period}")
        shares = maps.of(provinces, "teachers_short", "teachers_needed")
        maps.provinces(country, shares, title="ครูที่ขาด", unit="ร้อยละของครูที่ต้องมี", text=maps.share)
        serve_bars.explain(made)
        made.canvas.draw()  # within the style: text is laid out when it is drawn
    return made


def draw(file: Path, fields: Sequence[Row], provinces: Sequence[Row], period: str) -> None:
    """Write the figure as PNG."""
    figure(fields, provinces, period).savefig(file)


def bars(axes: Any, rows: Sequence[Row], names: Sequence[str], title: str) -> None:
    """One bar a row, the later names drawn within the first; what may not be shown is marked."""
    places = range(len(rows))
    for name, colour, height in zip(names, (GREY, RED), (0.76, 0.42), strict=False):
        values = [row[name] for row in rows]
        drawn = axes.barh(places, [value or 0 for value in values], height, color=colour)
        axes.bar_label(drawn, [_label(value) for value in values], padding=3, fontsize=9)
    axes.set_yticks(list(places), [row["name_th"] for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_title(title, loc="left", fontweight="bold")
    if not any(row[names[0]] for row in rows):  # an axis of no bar would be a scale of nothing
        axes.set_xticks([])


def _label(value: float | None) -> str:
    """A figure left out is no zero."""
    if value is None:
        return LEFT_OUT
    return f"{value:.0%}" if isinstance(value, float) else f"{value:,}"
