"""The labour domain as the simulation knows it."""

from khlang.domains.labour import part, truth
from khlang.domains.labour.extracts import EXTRACTS
from khlang.simulate.domain import Domain

DOMAIN = Domain(
    "labour",
    EXTRACTS,
    observable=truth.observable,
    population=truth.population,
    needs=("welfare",),
    found=part.found,
    advance=part.advance,
)
