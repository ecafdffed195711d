"""The picture of the water answer, in Thai. A figure that may not be shown is marked: it is no zero."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from khlang.serve import bars, maps, thai
from khlang.serve.thai import GREY, RED
from khlang.serve.told import LEFT_OUT, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PARTS = ("flooded_households", "repeated_households")


def figure(
    by_province: Sequence[Row],
    by_basin: Sequence[Row],
    period: str,
    line: float,
    *,
    everywhere: Sequence[Row] = (),
) -> "Figure":
    """Households in repeated floods by province, and the months that each basin's storage lasts.

    Args:
        by_province: ``name_th`` and the counts of ``PARTS``.
        by_basin: ``name_th``, ``months_of_storage``, ``is_short``; the shortest first.
        period: Of both.
        line: Months below which a basin is short.
        everywhere: As ``by_province`` with ``households``, of all provinces: the share in repeated floods as a map.
    """
    from matplotlib.figure import Figure

    with thai.style():
        made = Figure(figsize=(16, 6.5) if everywhere else (12, 6), layout="constrained", dpi=130)
        widths = (1, 1.1, 1) if everywhere else (1.1, 1)
        *country, left, right = made.subplots(1, len(widths), width_ratios=widths)
        for axes in country:
            shares = maps.of(everywhere, PARTS[1], "households")
            maps.provinces(axes, shares, title="น้ำท่วมซ้ำ", unit="ร้อยละของครัวเรือน", text=maps.share)
        provinces(left, by_province, period)
        basins(right, by_basin, period, line)
        if None in [row[name] for row in by_province for name in PARTS]:
            bars.explain(made)
        made.canvas.draw()  # within the style: text is laid out when it is drawn
    return made


def months_by_amphoe(rows: Sequence[Row], period: str) -> "Figure":
    """A map of the months that the stored water of each amphoe's basin lasts.

    Args:
        rows: ``amphoe_code`` and ``months_of_storage``, one an amphoe.
        period: Of all.
    """
    values = maps.of(rows, "months_of_storage")
    return maps.figure(values, title=f"น้ำเก็บกักใช้ได้กี่เดือน งวด {period}", unit="เดือน", text="{:.1f}".format)


def provinces(axes: Any, rows: Sequence[Row], period: str) -> None:
    """Flooded households, and those in repeated floods within them."""
    bars.nested(axes, rows, PARTS, ("เคยน้ำท่วม", "น้ำท่วมซ้ำ"), _label)
    axes.set_title(f"ครัวเรือนที่น้ำท่วมซ้ำ งวด {period}", loc="left", fontweight="bold")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=2)


def basins(axes: Any, rows: Sequence[Row], period: str, line: float) -> None:
    """Months that the stored water lasts, basin by basin; below the line it is short."""
    places = range(len(rows))
    months = [row["months_of_storage"] for row in rows]
    colours = [RED if row["is_short"] else GREY for row in rows]
    drawn = axes.barh(places, [value or 0 for value in months], 0.7, color=colours)
    axes.bar_label(drawn, ["–" if value is None else f"{value:.1f}" for value in months], padding=3, fontsize=8)
    axes.axvline(line, color=RED, linewidth=0.8)
    axes.set_yticks(list(places), [row["name_th"].removeprefix("ลุ่มน้ำ") for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_title(f"น้ำเก็บกักใช้ได้กี่เดือน งวด {period}", loc="left", fontweight="bold")
    axes.set_xlabel(f"เดือนของความต้องการใช้น้ำ (เส้นแดง {line:g} เดือน)")


def _label(value: int | None) -> str:
    """A figure left out is no zero."""
    return LEFT_OUT if value is None else f"{value:,}"
