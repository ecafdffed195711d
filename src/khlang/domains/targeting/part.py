"""The domain's part of the world: founded with the first month, and carried on from month to month."""

from khlang.domains.targeting import enforcements, vulnerable
from khlang.simulate.calibration import Calibration
from khlang.simulate.identifiers import generator
from khlang.simulate.months import period_of
from khlang.simulate.world import Part, World


def found(world: World, known: Calibration, seed: int) -> Part:
    """The register of vulnerable persons, and the cases of judgment debts; health's part is there already."""
    del known
    return {
        "vulnerable": vulnerable.first(generator(seed, "targeting", "vulnerable"), world),
        "debts": enforcements.first(generator(seed, "targeting", "debts"), world),
    }


def advance(before: Part, world: World, known: Calibration, seed: int) -> Part:
    """One month later."""
    del known
    period = period_of(world.month)
    return {
        "vulnerable": vulnerable.later(generator(seed, "targeting", "vulnerable", period), before["vulnerable"], world),
        "debts": enforcements.later(generator(seed, "targeting", "debts", period), before["debts"], world),
    }
