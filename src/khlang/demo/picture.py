"""The picture of the answer, in Thai, with a font from a package: nothing of the machine's fonts is needed."""

from pathlib import Path
from typing import Any

from khlang.demo.answers import Row

RED, GREY = "#b4432f", "#9aa5b1"
PARTS = ("poor_households", "poor_households_without_registrant")
WITHOUT = PARTS[1]
LEFT_OUT, NOTE = "×", "ตัวเลขที่ไม่แสดง เพราะนับได้น้อยจนอาจรู้ได้ว่าเป็นใคร"


def font(weight: str = "Regular") -> Path:
    """The file of the Thai font."""
    import fontpkg_sarabun

    return Path(fontpkg_sarabun.__file__).parent / "files" / f"Sarabun-{weight}.ttf"


def draw(file: Path, answers: dict[str, list[Row]], real: list[Row], period: str) -> None:
    """Write the PNG: poor households by province, and those without a registrant by month.

    Args:
        file: Where it goes.
        answers: As ``answers.ask`` gives them.
        real: As ``answers.population`` gives them.
        period: Month of the left part.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import font_manager
    from matplotlib import pyplot as plt

    for weight in ("Regular", "Bold"):
        font_manager.fontManager.addfont(font(weight))
    style: Any = {"font.family": "Sarabun", "font.size": 11, "axes.spines.top": False, "axes.spines.right": False}
    style |= {"axes.titlesize": 12}
    with plt.rc_context(style):
        figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), layout="constrained", width_ratios=(1.3, 1))
        provinces(left, answers["by_province"], period)
        months(right, answers["by_period"], real)
        drawn = [row[name] for row in answers["by_province"] for name in PARTS] + [
            row[WITHOUT] for row in (*answers["by_period"], *real)
        ]
        if None in drawn:
            figure.supxlabel(f"{LEFT_OUT} {NOTE}", x=0.01, ha="left", fontsize=9)
        figure.savefig(file, dpi=130)
        plt.close(figure)


def provinces(axes: Any, rows: list[Row], period: str) -> None:
    """Poor households, and those without a registrant within them; a figure that may not be shown is marked."""
    from matplotlib.ticker import MaxNLocator

    places = range(len(rows))
    whole, part = ([row[name] for row in rows] for name in PARTS)
    grey = axes.barh(places, [value or 0 for value in whole], 0.76, color=GREY, label="ครัวเรือนยากจน")
    red = axes.barh(places, [value or 0 for value in part], 0.42, color=RED, label="ไม่มีผู้ลงทะเบียน")
    axes.bar_label(grey, [_label(value) for value in whole], padding=3, fontsize=9)
    # Where the whole is left out, so is the part: one mark is enough.
    pairs = zip(whole, part, strict=True)
    marks = [LEFT_OUT if inner is None and outer is not None else "" for outer, inner in pairs]
    axes.bar_label(red, marks, padding=3, fontsize=9, color=RED)
    axes.set_yticks(list(places), [row["name_th"] for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if not any(whole):  # an axis of no bar would be a scale of nothing
        axes.set_xticks([])
        axes.text(0.5, 0.5, "ทุกจังหวัดนับได้น้อยเกินกว่าจะแสดง", transform=axes.transAxes, ha="center")
    title = f"ครัวเรือนยากจน งวด {period} ({len(rows)} จังหวัดที่มีผู้ลงทะเบียนมากที่สุด)"
    axes.set_title(title, loc="left", fontweight="bold")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)


def months(axes: Any, seen: list[Row], real: list[Row]) -> None:
    """Poor households without a registrant, as the extracts tell and as it is, month by month."""
    from matplotlib.ticker import MaxNLocator

    places = range(len(seen))
    for shift, rows, colour, label in (
        (-0.2, seen, RED, "จากข้อมูลที่เชื่อมโยงได้"),
        (0.2, real, GREY, "ประชากรจำลองจริง"),
    ):
        values = [row[WITHOUT] for row in rows]
        bars = axes.bar(
            [at + shift for at in places], [value or 0 for value in values], 0.38, color=colour, label=label
        )
        axes.bar_label(bars, [_label(value) for value in values], padding=2, fontsize=9)
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
