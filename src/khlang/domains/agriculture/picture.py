"""The picture of the agriculture answer, in Thai. A figure that may not be shown is marked: it is no zero."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang.serve import bars, maps, thai
from khlang.serve.thai import GREY, RED
from khlang.serve.told import LEFT_OUT, UNKNOWN, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 12
PARTS = ("judged_farmers", "failed_farmers")


def figure(provinces: Sequence[Row], crops: Sequence[Row], period: str, line: float) -> "Figure":
    """Farmers with a failed crop by province, as a map and counted, and what the market takes of each crop.

    Args:
        provinces: ``province_code``, ``name_th`` and the counts of ``PARTS``, of all provinces; most failed first.
        crops: ``name_th`` and ``taken_percent``.
        period: Of both.
        line: Per cent of the production below which it is a glut.
    """
    from matplotlib.figure import Figure

    with thai.style():
        made = Figure(figsize=(16, 6.5), layout="constrained", dpi=130)
        country, left, right = made.subplots(1, 3, width_ratios=(1, 1.1, 1))
        shares = maps.of(provinces, PARTS[1], PARTS[0])
        maps.provinces(country, shares, title="เพาะปลูกล้มเหลว", unit="ร้อยละของเกษตรกร", text=maps.share)
        bars.nested(left, provinces[:MOST], PARTS, ("มีรายงานผลผลิต", "เพาะปลูกล้มเหลว"), _label)
        left.set_title(f"เกษตรกรที่เพาะปลูกล้มเหลว งวด {period}", loc="left", fontweight="bold")
        left.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=2)
        taken(right, crops, period, line)
        bars.explain(made)
        made.canvas.draw()  # within the style: text is laid out when it is drawn
    return made


def draw(file: Path, provinces: Sequence[Row], crops: Sequence[Row], period: str, line: float) -> None:
    """Write the figure as PNG."""
    figure(provinces, crops, period, line).savefig(file)


def taken(axes: Any, rows: Sequence[Row], period: str, line: float) -> None:
    """What the market takes of what is harvested, crop by crop; below the line it is a glut."""
    places = range(len(rows))
    shares = [row["taken_percent"] for row in rows]
    colours = [RED if value is not None and value < line else GREY for value in shares]
    drawn = axes.barh(places, [value or 0 for value in shares], 0.7, color=colours)
    axes.bar_label(drawn, [UNKNOWN if value is None else f"{value:.0f} %" for value in shares], padding=3, fontsize=9)
    axes.axvline(line, color=RED, linewidth=0.8)
    axes.set_yticks(list(places), [row["name_th"] for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_title(f"ตลาดรับซื้อเทียบผลผลิต งวด {period}", loc="left", fontweight="bold")
    axes.set_xlabel(f"ร้อยละของผลผลิตในปีเพาะปลูก (เส้นแดง {line:g})")


def _label(value: int | None) -> str:
    """A figure left out is no zero."""
    return LEFT_OUT if value is None else f"{value:,}"
