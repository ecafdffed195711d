"""The targeting domain as the simulation knows it."""

from khlang.domains.targeting import part, truth
from khlang.domains.targeting.extracts import EXTRACTS
from khlang.simulate.domain import Domain

DOMAIN = Domain(
    "targeting",
    EXTRACTS,
    observable=truth.observable,
    population=truth.population,
    needs=("welfare", "health"),
    found=part.found,
    advance=part.advance,
)
