"""Maps by province and by amphoe, in Thai: one call draws one. What may not be shown is hatched: it is no zero.

An amphoe is a dot within its province; where in the province it lies says nothing, for no package with an open licence
has the amphoe's outlines (docs/decisions/201-maps.md).
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from khlang.serve import outlines, thai
from khlang.serve.places import code_names
from khlang.serve.told import LEFT_OUT, Row
from khlang.settings import load

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Values = Mapping[str, float | None]
Text = Callable[[float], str]
SHADES = ("#f6e3dc", "#e9bcae", "#d88f7b", "#c4634d", "#8f2d1f")
LINE, NOTHING = "#8d949b", "#f4f5f6"
WITHHELD, UNKNOWN = f"{LEFT_OUT} ไม่แสดง (นับได้น้อย)", "ไม่มีข้อมูล"
LARGEST = 7.0  # radius of a dot, in the units of the drawing: few amphoe are no reason for large ones
NAMED = 5  # provinces that bear their name: the highest


def count(value: float) -> str:
    """A count as the legend writes it."""
    return f"{value:,.0f}"


def share(value: float) -> str:
    """A fraction of one as the legend writes it."""
    return f"{value:.0%}"


def of(rows: Iterable[Row], part: str, whole: str | None = None, *, key: str = "") -> dict[str, float | None]:
    """A figure of each row by its place, or its share of another; nothing where one of the two is left out (pure).

    Args:
        rows: Each with ``code``, ``province_code`` or ``amphoe_code`` (or the column ``key``).
        part: Name of the figure.
        whole: Name of what it is a share of.
    """
    found: dict[str, float | None] = {}
    for row in rows:
        names = (key,) if key else ("amphoe_code", "province_code", "code")
        place = next(row[name] for name in names if name in row)
        top, bottom = row[part], row[whole] if whole else 1
        found[place] = None if top is None or not bottom else float(top) / float(bottom)
    return found


def figure(values: Values, *, title: str, unit: str, text: Text = count) -> "Figure":
    """A picture of one map: by amphoe where the codes have four digits, else by province.

    Args:
        values: Figure by code. None may not be shown; a code that is missing has no data.
        title: In Thai.
        unit: What the figures count, in Thai.
        text: How the legend writes them: ``count``, ``share`` or one's own.
    """
    from matplotlib.figure import Figure

    with thai.style():
        made = Figure(figsize=(5.2, 8), layout="constrained", dpi=130)
        (amphoe if any(len(code) == 4 for code in values) else provinces)(
            made.subplots(), values, title=title, unit=unit, text=text
        )
        made.canvas.draw()  # within the style: text is laid out when it is drawn
    return made


def draw(file: Path, values: Values, *, title: str, unit: str, text: Text = count) -> None:
    """Write the picture as PNG."""
    figure(values, title=title, unit=unit, text=text).savefig(file)


def provinces(axes: Any, values: Values, *, title: str, unit: str, text: Text = count) -> None:
    """Shade each province by its figure; arguments as of ``figure``."""
    limits = classes([value for value in values.values() if value is not None])
    for code, rings in outlines.provinces().items():
        axes.add_artist(_patch(rings, **_look(code, values, limits)))
    _names(axes, values)
    _fit(axes, outlines.provinces().values())
    _frame(axes, values, limits, title=title, unit=unit, text=text)


def amphoe(
    axes: Any, values: Values, *, title: str, unit: str, text: Text = count, within: Collection[str] = ()
) -> None:
    """Shade a dot an amphoe, within its province; ``within`` draws some provinces alone, larger."""
    from matplotlib.patches import Circle

    limits = classes([value for value in values.values() if value is not None])
    drawn = {code: rings for code, rings in outlines.provinces().items() if not within or code in within}
    codes = sorted(code_names(load(), "amphoe"))
    for province, rings in drawn.items():
        axes.add_artist(_patch(rings, facecolor="white", edgecolor=LINE, linewidth=0.4))
        own = [code for code in codes if code[:2] == province]
        points, radius = dots(province, len(own))
        for code, point in zip(own, points, strict=True):
            axes.add_artist(Circle(point, radius, **_look(code, values, limits) | {"linewidth": 0.2}))
    _fit(axes, drawn.values())
    _frame(axes, values, limits, title=title, unit=unit, text=text)


def classes(values: Sequence[float]) -> list[tuple[float, float]]:
    """At most five classes of about as many members: the least and the most of each; equal figures in one (pure)."""
    ordered = sorted(values)
    starts = sorted({ordered[len(ordered) * at // len(SHADES)] for at in range(len(SHADES))}) if ordered else []
    members = [[value for value in ordered if bisect_right(starts, value) == at + 1] for at in range(len(starts))]
    return [(group[0], group[-1]) for group in members]


@cache
def dots(province: str, wanted: int) -> tuple[list[tuple[float, float]], float]:
    """Places within a province, from north-west on, and the radius of a dot there.

    A lattice of triangles is made finer until enough of it lies within; the same in every picture.
    """
    rings = outlines.provinces()[province]
    low, high = np.min([ring.min(0) for ring in rings], 0), np.max([ring.max(0) for ring in rings], 0)
    inside, step = _path(rings), float(np.sqrt(np.prod(high - low) / max(wanted, 1)))
    while True:
        lines = np.arange(low[1] + step / 2, high[1], step * 0.866)
        lattice = [
            (x, y) for at, y in enumerate(lines) for x in np.arange(low[0] + step / 2 * (1 + at % 2), high[0], step)
        ]
        found = [point for point in lattice if inside.contains_point(point, radius=0)]
        if len(found) >= wanted:
            kept = [found[at * len(found) // max(wanted, 1)] for at in range(wanted)]
            return [(float(x), float(y)) for x, y in kept], min(step * 0.42, LARGEST)
        step *= 0.94


def _path(rings: Sequence[outlines.Ring]) -> Any:
    from matplotlib.path import Path as Line

    codes = [[Line.MOVETO, *[Line.LINETO] * (len(ring) - 1), Line.CLOSEPOLY] for ring in rings]
    return Line(np.concatenate([[*ring, ring[0]] for ring in rings]), np.concatenate(codes))


def _patch(rings: Sequence[outlines.Ring], **look: Any) -> Any:
    from matplotlib.patches import PathPatch

    return PathPatch(_path(rings), **look)


def _look(code: str, values: Values, limits: Sequence[tuple[float, float]]) -> dict[str, Any]:
    plain = {"edgecolor": LINE, "linewidth": 0.4}
    if code not in values:
        return plain | {"facecolor": NOTHING}
    value = values[code]
    if value is None:
        return plain | {"facecolor": "white", "hatch": "//////", "hatch_linewidth": 0.4}
    return plain | {"facecolor": _shades(len(limits))[bisect_right([low for low, _ in limits], value) - 1]}


def _shades(wanted: int) -> list[str]:
    """As many shades as there are classes, the lightest and the darkest among them."""
    return [SHADES[round(at * (len(SHADES) - 1) / max(wanted - 1, 1))] for at in range(wanted)]


def _names(axes: Any, values: Values) -> None:
    """Name the provinces with the highest figures."""
    from matplotlib.patheffects import withStroke

    names = code_names(load(), "province")
    shown = sorted(((value, code) for code, value in values.items() if value is not None), key=lambda one: -one[0])
    for _, code in shown[:NAMED]:
        ring = max(outlines.provinces()[code], key=len)
        x, y = (ring.min(0) + ring.max(0)) / 2
        effects = [withStroke(linewidth=2, foreground="white")]
        axes.text(x, y, names[code], ha="center", va="center", fontsize=7.5, path_effects=effects)


def _fit(axes: Any, drawn: Iterable[Sequence[outlines.Ring]]) -> None:
    """Show all that was drawn, north above. Artists set no limits: to ask each for its own takes most of the time."""
    points = np.concatenate([ring for rings in drawn for ring in rings])
    (west, north), (east, south) = points.min(0), points.max(0)
    axes.set_xlim(west - LARGEST, east + LARGEST)
    axes.set_ylim(south + LARGEST, north - LARGEST)
    axes.set_aspect("equal")


def _frame(
    axes: Any, values: Values, limits: Sequence[tuple[float, float]], *, title: str, unit: str, text: Text
) -> None:
    """Title, legend with the unit, whose drawing it is; north is up."""
    from matplotlib.patches import Patch

    shades = _shades(len(limits))
    marks = [
        Patch(
            facecolor=shade, edgecolor=LINE, label=text(low) if text(low) == text(high) else f"{text(low)}–{text(high)}"
        )
        for shade, (low, high) in zip(shades, limits, strict=True)
    ]
    if None in values.values():
        marks.append(Patch(facecolor="white", edgecolor=LINE, hatch="//////", label=WITHHELD))
    every = code_names(load(), "amphoe" if any(len(code) == 4 for code in values) else "province")
    if every.keys() - values.keys():
        marks.append(Patch(facecolor=NOTHING, edgecolor=LINE, label=UNKNOWN))
    # Over the Gulf, where nothing is drawn.
    axes.legend(handles=marks, title=unit, loc="upper left", bbox_to_anchor=(0.68, 0.42), frameon=False, fontsize=8,
                title_fontsize=9, alignment="left", borderaxespad=0)  # fmt: skip
    axes.set_title(title, loc="left", fontweight="bold")
    axes.set_axis_off()
    axes.text(0, -0.01, outlines.CREDIT, transform=axes.transAxes, fontsize=6, color=LINE, va="top")
