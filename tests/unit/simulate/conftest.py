"""Two small worlds that tests share: making one takes half a second, and nobody changes it."""

from datetime import date, timedelta

import pytest

from khlang.domains.welfare.extracts import EXTRACTS
from khlang.simulate import calibration, months, population, work
from khlang.simulate.extract import Month

PEOPLE, SEED, START = 20_000, 7, date(2026, 1, 1)


@pytest.fixture(scope="session")
def known():
    return calibration.load()


@pytest.fixture(scope="session")
def first(known):
    """January 2026 of 20,000 persons."""
    world = population.found(known, people=PEOPLE, months=2, seed=SEED, start=START)
    share = known.assumptions["mess"]["late"]
    before = work.reported_late(world.jobs, share, seed=SEED, period=months.period_of(START - timedelta(days=1)))
    jobs = work.reported_late(world.jobs, share, seed=SEED, period="2026-01")
    return Month(world.evolve(jobs=jobs), before, known.assumptions["mess"], SEED)


@pytest.fixture(scope="session")
def second(known, first):
    """February 2026 of the same world."""
    world = months.advance(first.world, known, seed=SEED)
    return Month(world, first.world.jobs, known.assumptions["mess"], SEED)


@pytest.fixture(scope="session")
def sent(second):
    """Rows as sent of February, by dataset."""
    return {extract.dataset: extract.sent(second) for extract in EXTRACTS}
