"""The transport domain as the simulation knows it."""

from khlang.domains.transport import truth, world
from khlang.domains.transport.extracts import EXTRACTS
from khlang.simulate.domain import Domain

DOMAIN = Domain(
    "transport",
    EXTRACTS,
    observable=truth.observable,
    population=truth.population,
    needs=("welfare",),  # of nothing in it; but the link rates of a run ask for the house registry
    found=world.found,
    advance=world.advance,
)
