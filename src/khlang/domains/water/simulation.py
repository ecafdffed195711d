"""The water domain as the simulation knows it."""

from khlang.domains.water import truth, world
from khlang.domains.water.extracts import EXTRACTS
from khlang.simulate.domain import Domain

DOMAIN = Domain(
    "water",
    EXTRACTS,
    observable=truth.observable,
    population=truth.population,
    needs=("welfare",),
    found=world.found,
    advance=world.advance,
)
