"""The welfare domain as the simulation knows it."""

from khlang.domains.welfare import truth
from khlang.domains.welfare.extracts import EXTRACTS
from khlang.simulate.domain import Domain

DOMAIN = Domain("welfare", EXTRACTS, observable=truth.observable, population=truth.population)
