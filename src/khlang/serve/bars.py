"""What the pictures of several domains draw alike. A figure that may not be shown is marked: it is no zero."""

from collections.abc import Callable, Sequence
from typing import Any

from khlang.serve.thai import GREY, RED
from khlang.serve.told import LEFT_OUT, Row

NOTE = "ตัวเลขที่ไม่แสดง เพราะนับได้น้อยจนอาจรู้ได้ว่าเป็นใคร"


def explain(figure: Any) -> None:
    """Say below a figure what the mark stands for."""
    figure.supxlabel(f"{LEFT_OUT} {NOTE}", x=0.01, ha="left", fontsize=9)


def nested(
    axes: Any, rows: Sequence[Row], parts: tuple[str, str], labels: tuple[str, str], text: Callable[[Any], str]
) -> None:
    """A bar a province, and a part of it within.

    Args:
        axes: Where to draw.
        rows: ``name_th`` and the counts of ``parts``, the first on top.
        parts: Names of the whole and of what is within it.
        labels: What each is called in the legend.
        text: A count as it is written at the end of its bar.
    """
    places = range(len(rows))
    whole, part = ([row[name] for row in rows] for name in parts)
    grey = axes.barh(places, [value or 0 for value in whole], 0.76, color=GREY, label=labels[0])
    red = axes.barh(places, [value or 0 for value in part], 0.42, color=RED, label=labels[1])
    axes.bar_label(grey, [text(value) for value in whole], padding=3, fontsize=9)
    # Where the whole is left out, so is the part: one mark is enough.
    pairs = zip(whole, part, strict=True)
    marks = [LEFT_OUT if inner is None and outer is not None else "" for outer, inner in pairs]
    axes.bar_label(red, marks, padding=3, fontsize=9, color=RED)
    axes.set_yticks(list(places), [row["name_th"] for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    if not any(whole):  # an axis of no bar would be a scale of nothing
        axes.set_xticks([])
        axes.text(0.5, 0.5, "ทุกจังหวัดนับได้น้อยเกินกว่าจะแสดง", transform=axes.transAxes, ha="center")
