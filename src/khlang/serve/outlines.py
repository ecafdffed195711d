"""The outlines of Thailand's provinces, read from the drawing that set-up fetched.

MapSVG's map of Thailand as npm's ``@svg-maps/thailand`` has it, CC BY 4.0 (docs/decisions/201-maps.md): every picture
that shows it names it. The units are the drawing's own, x to the east, y to the south: no distance is to be measured.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from khlang import artefacts
from khlang.errors import SetupError
from khlang.serve.places import code_names
from khlang.settings import Settings, load

Ring = npt.NDArray[np.float64]
CREDIT: Final = "แผนที่: MapSVG / @svg-maps/thailand, CC BY 4.0"
_PATH, _LABEL = "{http://www.w3.org/2000/svg}path", "aria-label"
_WORD = re.compile(r"[mzMZ]|-?[\d.]+(?:e-?\d+)?")


@cache
def provinces() -> dict[str, tuple[Ring, ...]]:
    """The rings of each province by its two-digit code, of this installation's set-up.

    Raises:
        SetupError: The drawing is not there, or is not of all provinces.
    """
    return read(load())


def read(settings: Settings) -> dict[str, tuple[Ring, ...]]:
    """As ``provinces``, of an installation."""
    path = artefacts.load(settings).maps / "thailand.svg"
    if not path.exists():
        raise SetupError("The outlines of the provinces are not in the cache.", "Run `make setup`, which fetches them.")
    codes = {_plain(name): code for code, name in code_names(settings, "province", "name_en").items()}
    drawn = ((codes.get(_plain(shape.get(_LABEL, ""))), shape) for shape in ET.parse(path).iter(_PATH))  # noqa: S314
    found = {code: tuple(rings(shape.get("d", ""))) for code, shape in drawn if code}  # a lake is no province
    if missing := codes.values() - found.keys():
        raise SetupError(
            f"The drawing has no province {', '.join(sorted(missing))}.",
            "Run `make setup`; look at SVG_MAPS_VERSION in infra/versions.env.",
        )
    return dict(sorted(found.items()))


def rings(path: str) -> Iterator[Ring]:
    """The closed rings of an SVG path of ``m`` and ``z`` alone: further points after ``m`` are lines (pure).

    A relative ``m`` after ``z`` starts from where the ring before began.
    """
    ring: list[tuple[float, float]] = []
    numbers: list[float] = []
    relative, at = True, (0.0, 0.0)
    for word in _WORD.findall(path):
        if word in "mM":
            relative = word == "m"
        elif word in "zZ":
            yield np.array(ring)
            at, ring = ring[0], []
        else:
            numbers.append(float(word))
            if len(numbers) == 2:
                x, y = numbers
                at = (at[0] + x, at[1] + y) if relative else (x, y)
                ring.append(at)
                numbers = []


def _plain(name: str) -> str:
    """A name without the spaces in which spellings differ."""
    return re.sub(r"[^a-z]", "", name.lower())
