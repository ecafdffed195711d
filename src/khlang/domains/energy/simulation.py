"""The energy domain as the simulation knows it."""

from khlang.domains.energy import truth, world
from khlang.domains.energy.extracts import EXTRACTS
from khlang.simulate.domain import Domain

DOMAIN = Domain(
    "energy",
    EXTRACTS,
    observable=truth.observable,
    population=truth.population,
    needs=("welfare",),
    found=world.found,
    advance=world.advance,
)
