"""Pictures with Thai text, in a font from a package: nothing of the machine's fonts is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RED, GREY = "#b4432f", "#9aa5b1"
STYLE: Any = {  # matplotlib types its names one by one
    "font.family": "Sarabun",
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def font(weight: str = "Regular") -> Path:
    """The file of the Thai font in a weight, ``Regular`` or ``Bold``."""
    import fontpkg_sarabun

    return Path(fontpkg_sarabun.__file__).parent / "files" / f"Sarabun-{weight}.ttf"


def use() -> None:
    """Figures of this process look like ours from now on: for a notebook."""
    from matplotlib import rcParams

    _known()
    rcParams.update(STYLE)


@contextmanager
def style() -> Iterator[None]:
    """Figures made within look like ours."""
    from matplotlib import rc_context

    _known()
    with rc_context(STYLE):
        yield


def _known() -> None:
    from matplotlib import font_manager

    known = {entry.name for entry in font_manager.fontManager.ttflist}
    if "Sarabun" not in known:
        for weight in ("Regular", "Bold"):
            font_manager.fontManager.addfont(font(weight))
