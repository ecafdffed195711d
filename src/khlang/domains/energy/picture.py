"""The picture of the energy answer, in Thai. A figure that may not be shown is marked: it is no zero."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang.serve import bars, maps, thai
from khlang.serve.thai import GREY, RED
from khlang.serve.told import LEFT_OUT, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 12
PARTS = ("low_use_households", "missed_households")


def figure(by_province: Sequence[Row], by_hours: Sequence[Row], period: str, mean: float | None) -> "Figure":
    """Households of little use and those that the subsidy misses; hours without current per household, also as a map.

    Args:
        by_province: ``name_th`` and the counts of ``PARTS``; the most missed first.
        by_hours: ``code``, ``name_th``, ``hours``, of all provinces; the most first.
        period: Of both.
        mean: Hours per household of the whole country; None where there is none.
    """
    from matplotlib.figure import Figure

    with thai.style():
        made = Figure(figsize=(16, 6.5), layout="constrained", dpi=130)
        left, right, country = made.subplots(1, 3, width_ratios=(1.1, 1, 1))
        bars.nested(left, by_province[:MOST], PARTS, ("ใช้ไฟน้อย", "การช่วยเหลือไปไม่ถึง"), _label)
        left.set_title(f"ครัวเรือนผู้ลงทะเบียนที่ใช้ไฟน้อย งวด {period}", loc="left", fontweight="bold")
        left.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=2)
        outages(right, by_hours[:MOST], period, mean)
        hours = maps.of(by_hours, "hours")
        maps.provinces(country, hours, title="ไฟฟ้าดับ", unit="ชั่วโมงต่อครัวเรือนในเดือน", text="{:.1f}".format)
        if None in [row[name] for row in by_province[:MOST] for name in PARTS]:
            bars.explain(made)
        made.canvas.draw()  # within the style: text is laid out when it is drawn
    return made


def draw(file: Path, by_province: Sequence[Row], by_hours: Sequence[Row], period: str, mean: float | None) -> None:
    """Write the figure as PNG."""
    figure(by_province, by_hours, period, mean).savefig(file)


def outages(axes: Any, rows: Sequence[Row], period: str, mean: float | None) -> None:
    """Hours without current per household, the most first; a line where the country's mean lies."""
    places, hours = range(len(rows)), [row["hours"] for row in rows]
    colours = [RED if mean is not None and (value or 0) > 2 * mean else GREY for value in hours]
    drawn = axes.barh(places, [value or 0 for value in hours], 0.7, color=colours)
    axes.bar_label(drawn, ["–" if value is None else f"{value:.1f}" for value in hours], padding=3, fontsize=9)
    if mean is not None:
        axes.axvline(mean, color=RED, linewidth=0.8)
    axes.set_yticks(list(places), [row["name_th"] for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_title(f"ชั่วโมงไฟฟ้าดับต่อครัวเรือน งวด {period}", loc="left", fontweight="bold")
    axes.set_xlabel("ชั่วโมงในเดือน (เส้นแดง ค่าเฉลี่ยทั้งประเทศ)")


def _label(value: int | None) -> str:
    """A figure left out is no zero."""
    return LEFT_OUT if value is None else f"{value:,}"
