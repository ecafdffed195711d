"""By which way two records came to be one person's: every link carries its route, and how much it weighs.

``cid``: the same citizen ID (or house code), sealed to the same pseudonym; not weighed, since it is no guess.
``second``: by comparison keys; each pair has a weight of its own, from the linkage job (:mod:`khlang.link.second`).
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Route:
    """One way to link, and the weight of its links; None where a link is certain."""

    name: str
    weight: float | None

    @property
    def columns(self) -> dict[str, str | float | None]:
        """As the tables of linkage hold it."""
        return {"link_route": self.name, "link_weight": self.weight}


CID = Route("cid", None)
SECOND: Final = "second"
