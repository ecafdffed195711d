"""By which way two records came to be one person's: every link carries its route, and how much it weighs.

Today there is one: the same citizen ID (or house code), sealed to the same pseudonym. It is not weighed, since it is no
guess. A further route is a further entry of ``ROUTES``: it names what stands beside ``cid`` in every table of linkage,
and its pairs, each with a weight, come from a job of its own.
"""

from dataclasses import dataclass


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
ROUTES = (CID,)
