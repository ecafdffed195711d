"""The agriculture domain as the simulation knows it."""

from khlang.domains.agriculture import part, truth
from khlang.domains.agriculture.extracts import EXTRACTS
from khlang.simulate.domain import Domain

DOMAIN = Domain(
    "agriculture",
    EXTRACTS,
    observable=truth.observable,
    population=truth.population,
    needs=("welfare", "water"),
    found=part.found,
    advance=part.advance,
)
