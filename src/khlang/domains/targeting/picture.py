"""The picture of the targeting answer, in Thai. A figure that may not be shown is marked: it is no zero."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang.domains.targeting.definitions import load
from khlang.serve import bars, maps, thai
from khlang.serve.thai import RED
from khlang.serve.told import LEFT_OUT, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PARTS = ("poor_households", "poor_households_without_registrant")


def figure(by_type: Sequence[Row], by_channel: Sequence[Row], by_province: Sequence[Row], period: str) -> "Figure":
    """Poor households and the missed ones by type and as a map; missed persons by the channel that would reach them.

    Args:
        by_type: ``code``, ``name_th`` and the counts of ``PARTS``; registrants outside the registry are left out.
        by_channel: ``name_th`` and ``missed_persons``.
        by_province: ``code`` and the counts of ``PARTS``.
        period: Of all.
    """
    from matplotlib.figure import Figure

    with thai.style():
        made = Figure(figsize=(17, 6.5), layout="constrained", dpi=130)
        left, middle, right = made.subplots(1, 3, width_ratios=(1, 1, 0.9))
        types(left, by_type, period)
        channels(middle, by_channel, period)
        shares = maps.of(by_province, PARTS[1], PARTS[0])
        maps.provinces(right, shares, title="ตกหล่น รายจังหวัด", unit="ร้อยละของครัวเรือนยากจน", text=maps.share)
        bars.explain(made)
        made.canvas.draw()  # within the style: text is laid out when it is drawn
    return made


def draw(
    file: Path, by_type: Sequence[Row], by_channel: Sequence[Row], by_province: Sequence[Row], period: str
) -> None:
    """Write the figure as PNG."""
    figure(by_type, by_channel, by_province, period).savefig(file)


def types(axes: Any, rows: Sequence[Row], period: str) -> None:
    """Poor households, and those without a registrant within them."""
    homes = [row for row in rows if row["code"] != load().type_unknown]
    bars.nested(axes, homes, PARTS, ("ครัวเรือนยากจน", "ไม่มีผู้ลงทะเบียน"), _label)
    axes.set_title(f"ครัวเรือนยากจนที่ตกหล่น งวด {period}", loc="left", fontweight="bold")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=2)


def channels(axes: Any, rows: Sequence[Row], period: str) -> None:
    """Missed persons by the first channel that knows them."""
    places = range(len(rows))
    counts = [row["missed_persons"] for row in rows]
    drawn = axes.barh(places, [count or 0 for count in counts], 0.7, color=RED)
    axes.bar_label(drawn, [_label(count) for count in counts], padding=3, fontsize=9)
    axes.set_yticks(list(places), [row["name_th"].replace(" (", "\n(") for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    if not any(counts):  # an axis of no bar would be a scale of nothing
        axes.set_xticks([])
    title = f"ผู้ตกหล่น (คน) ตามช่องทางแรกที่รู้จัก\nงวด {period}"
    axes.set_title(title, loc="left", fontweight="bold")


def _label(value: int | None) -> str:
    """A figure left out is no zero."""
    return LEFT_OUT if value is None else f"{value:,}"
