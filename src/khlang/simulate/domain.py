"""What a domain adds to the simulation: its own part of the world, its extracts, and the truth of its marts."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from khlang import domains
from khlang.errors import UsageError
from khlang.simulate.calibration import Calibration
from khlang.simulate.extract import Extract, Month, Sent
from khlang.simulate.world import Part, World

Marts = dict[str, pl.DataFrame]
ALL = "all"


def _nothing(world: World, known: Calibration, seed: int) -> Part:
    del world, known, seed
    return {}


def _unchanged(before: Part, world: World, known: Calibration, seed: int) -> Part:
    del world, known, seed
    return before


@dataclass(frozen=True)
class Domain:
    """One domain, as ``khlang.domains.<name>.simulation.DOMAIN`` declares it.

    Attributes:
        name: Of its package.
        extracts: What its agencies send.
        observable: Rows as sent of all extracts, and the period → each mart as the extracts can show it.
        population: The month → each mart as it is.
        needs: Domains whose extracts its marts read, or whose part of the world it looks at.
        found: Its own part of the first month's world; parts of the domains it needs are there.
        advance: Its part one month later, from its part before and the world after.
    """

    name: str
    extracts: tuple[Extract, ...]
    observable: Callable[[Sent, str], Marts]
    population: Callable[[Month], Marts]
    needs: tuple[str, ...] = ()
    found: Callable[[World, Calibration, int], Part] = _nothing
    advance: Callable[[Part, World, Calibration, int], Part] = _unchanged


def load(name: str) -> Domain:
    """A domain's declaration.

    Raises:
        UsageError: There is no such domain.
    """
    if name not in domains.names():
        raise UsageError(
            f"There is no domain {name!r}.", f"Choose from {', '.join((*domains.names(), ALL))}.", code="DOMAIN-UNKNOWN"
        )
    domain: Domain = importlib.import_module(f"khlang.domains.{name}.simulation").DOMAIN
    return domain


def chosen(names: Sequence[str]) -> tuple[Domain, ...]:
    """The domains named (``all``: every one) and those they need, each after what it needs.

    Raises:
        UsageError: One does not exist, or none is named.
    """
    found: dict[str, Domain] = {}

    def add(name: str) -> None:
        if name not in found:
            domain = load(name)
            for needed in domain.needs:
                add(needed)
            found[name] = domain

    for name in names or ("",):
        for one in domains.names() if name == ALL else (name,):
            add(one)
    return tuple(found.values())
