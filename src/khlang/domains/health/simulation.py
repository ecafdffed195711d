"""The health domain as the simulation knows it."""

from khlang.domains.health import part, truth
from khlang.domains.health.extracts import EXTRACTS
from khlang.simulate.domain import Domain

DOMAIN = Domain(
    "health",
    EXTRACTS,
    observable=truth.observable,
    population=truth.population,
    needs=("welfare", "labour"),
    found=part.found,
    advance=part.advance,
)
