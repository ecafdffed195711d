"""The picture of the welfare answer, in Thai. A figure that may not be shown is marked: it is no zero."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang.serve import bars, maps, thai
from khlang.serve.thai import GREY, RED
from khlang.serve.told import LEFT_OUT, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PARTS = ("poor_households", "poor_households_without_registrant")
WITHOUT = PARTS[1]


def figure(
    by_province: Sequence[Row],
    by_period: Sequence[Row],
    real: Sequence[Row] = (),
    *,
    everywhere: Sequence[Row] = (),
) -> "Figure":
    """Poor households by province in the last period, and those without a registrant by month.

    Args:
        by_province: ``name_th`` and the counts of ``PARTS``.
        by_period: ``period`` and the same counts, in order.
        real: What is, of the same periods; none where there is no simulation to know it.
        everywhere: As ``by_province``, of all provinces: a map of the share without a registrant is drawn of them.
    """
    from matplotlib.figure import Figure

    with thai.style():
        made = Figure(figsize=(16, 6.5) if everywhere else (12, 5), layout="constrained", dpi=130)
        widths = (1, 1.3, 1) if everywhere else (1.3, 1)
        *country, left, right = made.subplots(1, len(widths), width_ratios=widths)
        for axes in country:
            shares = maps.of(everywhere, WITHOUT, PARTS[0])
            maps.provinces(axes, shares, title="ไม่มีผู้ลงทะเบียน", unit="ร้อยละของครัวเรือนยากจน", text=maps.share)
        provinces(left, by_province, by_period[-1]["period"])
        months(right, by_period, real)
        drawn = [row[name] for row in by_province for name in PARTS]
        if None in drawn + [row[WITHOUT] for row in (*by_period, *real)]:
            bars.explain(made)
        made.canvas.draw()  # within the style: text is laid out when it is drawn
    return made


def draw(
    file: Path,
    by_province: Sequence[Row],
    by_period: Sequence[Row],
    real: Sequence[Row],
    *,
    everywhere: Sequence[Row] = (),
) -> None:
    """Write the figure as PNG."""
    figure(by_province, by_period, real, everywhere=everywhere).savefig(file)


def provinces(axes: Any, rows: Sequence[Row], period: str) -> None:
    """Poor households, and those without a registrant within them; a figure that may not be shown is marked."""
    from matplotlib.ticker import MaxNLocator

    bars.nested(axes, rows, PARTS, ("ครัวเรือนยากจน", "ไม่มีผู้ลงทะเบียน"), _label)
    if any(row[PARTS[0]] for row in rows):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    title = f"ครัวเรือนยากจน งวด {period} ({len(rows)} จังหวัดที่มีผู้ลงทะเบียนมากที่สุด)"
    axes.set_title(title, loc="left", fontweight="bold")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)


def months(axes: Any, seen: Sequence[Row], real: Sequence[Row]) -> None:
    """Poor households without a registrant, as the extracts tell and as it is, month by month."""
    from matplotlib.ticker import MaxNLocator

    places = range(len(seen))
    sides = [(-0.2, seen, RED, "จากข้อมูลที่เชื่อมโยงได้"), (0.2, real, GREY, "ประชากรจำลองจริง")]
    for shift, rows, colour, label in sides if real else [(0.0, seen, RED, "จากข้อมูลที่เชื่อมโยงได้")]:
        values = [row[WITHOUT] for row in rows]
        drawn = axes.bar(
            [at + shift for at in places], [value or 0 for value in values], 0.38, color=colour, label=label
        )
        axes.bar_label(drawn, [_label(value) for value in values], padding=2, fontsize=9)
    axes.set_xticks(list(places), [row["period"] for row in seen])
    axes.set_xlim(-0.75, len(seen) - 0.25)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if not any(row[WITHOUT] for row in (*seen, *real)):
        axes.set_yticks([])
    axes.set_title("ครัวเรือนยากจนที่ไม่มีผู้ลงทะเบียน", loc="left", fontweight="bold")
    axes.set_ylabel("ครัวเรือน")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)


def _label(value: int | None) -> str:
    """A figure left out is no zero."""
    return LEFT_OUT if value is None else f"{value:g}"
