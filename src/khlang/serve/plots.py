"""The picture of the welfare answer, in Thai. A suppressed cell is not drawn: no bar, no zero, a word instead."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang.errors import SetupError
from khlang.serve.answers import TITLES_TH, Answer, Province

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Debian's fonts-thai-tlwg; the first that is there is taken.
FONTS = ("Garuda", "Loma", "Laksaman", "Waree", "Umpush", "Noto Sans Thai", "Sarabun")
SHOWN, WIDTH_INCHES, ROW_INCHES = 12, 11.0, 0.34
WHOLE_COLOUR, PART_COLOUR = "#b8c4d6", "#c0392b"
PANELS = (("registrants", "contradictions"), ("poor_households", "poor_households_without_registrant"))
NOT_SHOWN = "ไม่แสดง (น้อยกว่า 10)"


def thai_font() -> str:
    """The name of a font on this machine that has Thai.

    Raises:
        SetupError: There is none.
    """
    from matplotlib import font_manager

    known = {entry.name for entry in font_manager.fontManager.ttflist}
    for name in FONTS:
        if name in known:
            return name
    found = [path for path in font_manager.findSystemFonts() if Path(path).stem.split("-")[0] in FONTS]
    for path in found:  # installed after matplotlib wrote its list of fonts
        font_manager.fontManager.addfont(path)
        return str(font_manager.FontProperties(fname=path).get_name())
    raise SetupError("No font with Thai letters is installed.", "Install the Debian package fonts-thai-tlwg.")


def welfare(answer: Answer, path: Path | None = None) -> "Figure":
    """Draw both questions by province, for the provinces with the most registrants.

    Args:
        answer: One period's protected answer.
        path: Where a PNG is written, if anywhere.

    Returns:
        The figure, not attached to any window.

    Raises:
        SetupError: No Thai font is installed.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    rows = answer.provinces[:SHOWN]
    with rc_context({"font.family": thai_font(), "font.size": 11}):
        figure = Figure(figsize=(WIDTH_INCHES, 1.8 + ROW_INCHES * max(len(rows), 3)), layout="constrained", dpi=120)
        figure.suptitle(f"สวัสดิการแห่งรัฐ งวด {answer.period}: {SHOWN} จังหวัดที่มีผู้ลงทะเบียนมากที่สุด (ข้อมูลจำลอง)")
        left, right = figure.subplots(1, 2, sharey=True)
        for axes, (whole, part) in zip((left, right), PANELS, strict=True):
            _panel(axes, rows, whole, part)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path)
    return figure


def _panel(axes: Any, rows: Sequence[Province], whole: str, part: str) -> None:
    names = [row.name_th for row in rows]
    axes.set_yticks(range(len(rows)), names)
    axes.invert_yaxis()
    for name, colour, height in ((whole, WHOLE_COLOUR, 0.75), (part, PART_COLOUR, 0.4)):
        drawn = [(i, row.cells[name].value) for i, row in enumerate(rows) if row.cells[name].value is not None]
        axes.barh([i for i, _ in drawn], [value for _, value in drawn], height, color=colour, label=TITLES_TH[name])
    for i, row in enumerate(rows):
        if row.cells[part].value is None:
            axes.annotate(NOT_SHOWN, (0, i), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_xlabel("ครัวเรือน" if whole.startswith("poor") else "คน")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", frameon=False, fontsize=9)
