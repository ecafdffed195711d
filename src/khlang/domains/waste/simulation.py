"""The waste domain as the simulation knows it."""

from khlang.domains.waste import truth, world
from khlang.domains.waste.extracts import EXTRACTS
from khlang.simulate.domain import Domain

DOMAIN = Domain(
    "waste",
    EXTRACTS,
    observable=truth.observable,
    population=truth.population,
    needs=("welfare",),
    found=world.found,
    advance=world.advance,
)
