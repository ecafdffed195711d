"""The picture of the health answer, in Thai. A figure that may not be shown is marked: it is no zero."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang.serve import bars, maps, thai
from khlang.serve.thai import RED
from khlang.serve.told import LEFT_OUT, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PARTS = ("group_persons", "persons_without_allowance")


def figure(by_region: Sequence[Row], by_group: Sequence[Row], by_province: Sequence[Row], period: str) -> "Figure":
    """The rate of teen births by region; card holders without an allowance by group, and as a map by province.

    Args:
        by_region: ``name_th`` and ``teen_birth_rate``.
        by_group: ``name_th`` and the counts of ``PARTS``: near and far, types of disability.
        by_province: ``code`` and the counts of ``PARTS``.
        period: Of all.
    """
    from matplotlib.figure import Figure

    with thai.style():
        made = Figure(figsize=(16, 6.5), layout="constrained", dpi=130)
        left, middle, right = made.subplots(1, 3, width_ratios=(1, 1.1, 0.9))
        regions(left, by_region, period)
        groups(middle, by_group, period)
        shares = maps.of(by_province, PARTS[1], PARTS[0])
        maps.provinces(right, shares, title="ไม่ได้รับเบี้ย รายจังหวัด", unit="ร้อยละของผู้มีบัตร", text=maps.share)
        bars.explain(made)
        made.canvas.draw()  # within the style: text is laid out when it is drawn
    return made


def draw(
    file: Path, by_region: Sequence[Row], by_group: Sequence[Row], by_province: Sequence[Row], period: str
) -> None:
    """Write the figure as PNG."""
    figure(by_region, by_group, by_province, period).savefig(file)


def regions(axes: Any, rows: Sequence[Row], period: str) -> None:
    """Births of mothers of 15 to 19 a year per 1,000 girls, region by region."""
    places = range(len(rows))
    rates = [row["teen_birth_rate"] for row in rows]
    drawn = axes.barh(places, [rate or 0 for rate in rates], 0.7, color=RED)
    axes.bar_label(drawn, [LEFT_OUT if rate is None else f"{rate:.1f}" for rate in rates], padding=3, fontsize=9)
    axes.set_yticks(list(places), [row["name_th"] for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    if not any(rates):  # an axis of no bar would be a scale of nothing
        axes.set_xticks([])
    axes.set_title(f"การเกิดจากแม่อายุ 15–19 ปี ต่อหญิง 1,000 คน\nต่อปี งวด {period}", loc="left", fontweight="bold")


def groups(axes: Any, rows: Sequence[Row], period: str) -> None:
    """Persons with a valid card, and those of them who draw no allowance within them."""
    bars.nested(axes, rows, PARTS, ("มีบัตรคนพิการ", "ไม่ได้รับเบี้ย"), _label)
    axes.set_title(f"ผู้มีบัตรคนพิการที่ไม่ได้รับเบี้ย งวด {period}", loc="left", fontweight="bold")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=2)


def _label(value: int | None) -> str:
    """A figure left out is no zero."""
    return LEFT_OUT if value is None else f"{value:,}"
