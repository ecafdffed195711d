"""The picture of the transport answer, in Thai: late buses by hour, congested towns, and who comes by air."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang.serve import bars, thai
from khlang.serve.thai import GREY, RED
from khlang.serve.told import LEFT_OUT, UNKNOWN, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure(by_hour: Sequence[Row], by_province: Sequence[Row], by_nationality: Sequence[Row], period: str) -> "Figure":
    """Three panels of one period.

    Args:
        by_hour: ``hour``, ``late_share``, ``missing_share``.
        by_province: ``name_th``, ``congested_share``; the most congested first.
        by_nationality: ``name_th``, ``passengers``, ``nowcast_passengers``; most passengers first.
        period: Of all three.
    """
    from matplotlib.figure import Figure

    with thai.style():
        made = Figure(figsize=(15, 6), layout="constrained", dpi=130)
        left, middle, right = made.subplots(1, 3, width_ratios=(1.1, 1, 1.1))
        hours(left, by_hour, period)
        provinces(middle, by_province, period)
        nationalities(right, by_nationality, period)
        if any(row["passengers"] is None for row in by_nationality):
            bars.explain(made)
        made.canvas.draw()  # within the style: text is laid out when it is drawn
    return made


def draw(
    file: Path, by_hour: Sequence[Row], by_province: Sequence[Row], by_nationality: Sequence[Row], period: str
) -> None:
    """Write the figure as PNG."""
    figure(by_hour, by_province, by_nationality, period).savefig(file)


def hours(axes: Any, rows: Sequence[Row], period: str) -> None:
    """Shares of late arrivals and of trips that never came, hour by hour."""
    places = range(len(rows))
    late, missing = ([100 * (row[name] or 0) for row in rows] for name in ("late_share", "missing_share"))
    axes.bar(places, late, 0.8, color=GREY, label="ถึงป้ายช้า")
    axes.plot(places, missing, color=RED, marker="o", markersize=3, label="เที่ยวที่ไม่มา")
    axes.set_xticks(list(places), [str(row["hour"]) for row in rows], fontsize=8)
    axes.set_xlabel("ชั่วโมงที่เที่ยวรถออก")
    axes.set_ylabel("ร้อยละ")
    axes.set_ylim(bottom=0)
    axes.set_title(f"รถโดยสารที่ช้าและที่ไม่มา งวด {period}", loc="left", fontweight="bold")
    axes.legend(frameon=False)


def provinces(axes: Any, rows: Sequence[Row], period: str) -> None:
    """Share of congested hours in built-up areas, province by province."""
    values = [row["congested_share"] for row in rows]
    drawn = axes.barh(range(len(rows)), [100 * (value or 0) for value in values], 0.7, color=GREY)
    axes.bar_label(drawn, [UNKNOWN if value is None else f"{value:.0%}" for value in values], padding=3, fontsize=8)
    axes.set_yticks(range(len(rows)), [row["name_th"] for row in rows], fontsize=9)
    axes.invert_yaxis()
    axes.set_xlabel("ร้อยละของชั่วโมงทั้งหมด")
    axes.set_title(f"รถติดในเขตชุมชนเมือง งวด {period}", loc="left", fontweight="bold")


def nationalities(axes: Any, rows: Sequence[Row], period: str) -> None:
    """Passengers of the month, and what was to be expected of it; a figure left out is no zero."""
    places = range(len(rows))
    passengers = [row["passengers"] for row in rows]
    drawn = axes.barh(places, [value or 0 for value in passengers], 0.7, color=GREY, label="มาถึง")
    axes.bar_label(drawn, [LEFT_OUT if v is None else f"{v:,}" for v in passengers], padding=9, fontsize=8)
    expected = [(place, row["nowcast_passengers"]) for place, row in zip(places, rows, strict=True)]
    there = [(place, value) for place, value in expected if value is not None]
    axes.scatter([value for _, value in there], [place for place, _ in there], color=RED, zorder=3, label="ประมาณการ")
    axes.set_yticks(places, [row["name_th"] for row in rows], fontsize=9)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_title(f"ผู้โดยสารขาเข้าทางอากาศ งวด {period}", loc="left", fontweight="bold")
    axes.legend(frameon=False, loc="lower right")
