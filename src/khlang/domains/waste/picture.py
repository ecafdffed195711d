"""The picture of the waste answer, in Thai. A figure that may not be shown is marked: it is no zero."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang.serve import bars, maps, thai
from khlang.serve.thai import GREY, RED
from khlang.serve.told import LEFT_OUT, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 12


def figure(by_province: Sequence[Row], by_band: Sequence[Row], period: str, far_km: float) -> "Figure":
    """The way to a sanitary landfill by province, as a map and for the farthest, and complaints by distance.

    Args:
        by_province: ``code``, ``name_th``, ``distance_km``, of all provinces; the farthest first.
        by_band: ``band``, ``complaints_per_1000``; the nearest first.
        period: Of both.
        far_km: Beyond it a sanitary landfill is far.
    """
    from matplotlib.figure import Figure

    with thai.style():
        made = Figure(figsize=(16, 6.5), layout="constrained", dpi=130)
        country, left, right = made.subplots(1, 3, width_ratios=(1, 1.1, 1))
        away = maps.of(by_province, "distance_km")
        maps.provinces(country, away, title="ระยะทางถึงสถานที่ฝังกลบถูกหลัก", unit="กิโลเมตร เฉลี่ยทุกอำเภอ")
        distances(left, by_province[:MOST], period, far_km)
        complaints(right, by_band, period)
        if None in [row["complaints_per_1000"] for row in by_band]:
            bars.explain(made)
        made.canvas.draw()  # within the style: text is laid out when it is drawn
    return made


def draw(file: Path, by_province: Sequence[Row], by_band: Sequence[Row], period: str, far_km: float) -> None:
    """Write the figure as PNG."""
    figure(by_province, by_band, period, far_km).savefig(file)


def distances(axes: Any, rows: Sequence[Row], period: str, far_km: float) -> None:
    """Mean distance of a province's amphoe; beyond the line it is far."""
    places, away = range(len(rows)), [row["distance_km"] for row in rows]
    colours = [RED if (value or 0) > far_km else GREY for value in away]
    drawn = axes.barh(places, [value or 0 for value in away], 0.7, color=colours)
    axes.bar_label(drawn, ["–" if value is None else f"{value:,.0f}" for value in away], padding=3, fontsize=9)
    axes.axvline(far_km, color=RED, linewidth=0.8)
    axes.set_yticks(list(places), [row["name_th"] for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_title(f"ระยะทางถึงสถานที่ฝังกลบถูกหลัก งวด {period}", loc="left", fontweight="bold")
    axes.set_xlabel(f"กิโลเมตร เฉลี่ยทุกอำเภอของจังหวัด (เส้นแดง {far_km:g} กม.)")


def complaints(axes: Any, rows: Sequence[Row], period: str) -> None:
    """Complaints per thousand households, band by band."""
    places, rates = range(len(rows)), [row["complaints_per_1000"] for row in rows]
    drawn = axes.bar(places, [value or 0 for value in rates], 0.6, color=GREY)
    axes.bar_label(drawn, [LEFT_OUT if value is None else f"{value:.1f}" for value in rates], padding=3)
    axes.set_xticks(list(places), [row["band"] for row in rows])
    axes.set_ylim(bottom=0)
    axes.set_title(f"เรื่องร้องเรียนต่อพันครัวเรือน ตามระยะทาง งวด {period}", loc="left", fontweight="bold")
    if not any(rates):  # an axis of no bar would be a scale of nothing
        axes.set_yticks([])
