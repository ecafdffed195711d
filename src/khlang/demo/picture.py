"""The picture of the answer, in Thai, with a font from a package: nothing of the machine's fonts is needed."""

from pathlib import Path
from typing import Any

from khlang.demo.answers import Row

RED, GREY = "#b4432f", "#9aa5b1"


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
    with plt.rc_context(style):
        figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), layout="constrained", width_ratios=(1.3, 1))
        _provinces(left, answers["by_province"], period)
        _months(right, answers["by_period"], real)
        figure.savefig(file, dpi=130)
        plt.close(figure)


def _provinces(axes: Any, rows: list[Row], period: str) -> None:
    """Poor households, and those without a registrant within them; a figure that may not be shown has no bar."""
    names, places = [row["name_th"] for row in rows], range(len(rows))
    for name, colour, height, label in (
        ("poor_households", GREY, 0.76, "ครัวเรือนยากจน"),
        ("poor_households_without_registrant", RED, 0.42, "ไม่มีผู้ลงทะเบียน"),
    ):
        shown = [(place, row[name]) for place, row in zip(places, rows, strict=True) if row[name] is not None]
        bars = axes.barh([at for at, _ in shown], [value for _, value in shown], height, color=colour, label=label)
        if name == "poor_households":
            axes.bar_label(bars, padding=3, fontsize=9)
    axes.set_yticks(list(places), names)
    axes.invert_yaxis()
    axes.set_title(f"ครัวเรือนยากจนรายจังหวัด งวด {period} (12 จังหวัดที่มีผู้ลงทะเบียนมากที่สุด)", loc="left", fontweight="bold")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)


def _months(axes: Any, seen: list[Row], real: list[Row]) -> None:
    places, name = range(len(seen)), "poor_households_without_registrant"
    for shift, rows, colour, label in (
        (-0.2, seen, RED, "จากข้อมูลที่เชื่อมโยงได้"),
        (0.2, real, GREY, "ประชากรจำลองจริง"),
    ):
        bars = axes.bar(
            [at + shift for at in places], [row[name] or 0 for row in rows], 0.38, color=colour, label=label
        )
        axes.bar_label(bars, padding=2, fontsize=9)
    axes.set_xticks(list(places), [row["period"] for row in seen])
    axes.set_title("ครัวเรือนยากจนที่ไม่มีผู้ลงทะเบียน", loc="left", fontweight="bold")
    axes.set_ylabel("ครัวเรือน")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)
