"""Two months of a small world with the parts of some domains: what tests of their simulation look at."""

from datetime import date

from khlang.simulate import calibration, domain, months, population, work
from khlang.simulate.extract import Month

PEOPLE, SEED, START = 20_000, 7, date(2026, 1, 1)


def two_months(*names):
    """January and February 2026 with these domains' parts, in the order of their needs."""
    known, told = calibration.load(), [domain.load(name) for name in names]
    world = population.found(known, people=PEOPLE, months=2, seed=SEED, start=START)
    world = world.evolve(jobs=work.reported_late(world.jobs, 0.015, seed=SEED, period="2026-01"))
    for one in told:
        world = world.with_part(one.name, one.found(world, known, SEED))
    after = months.advance(world, known, seed=SEED)
    for one in told:
        after = after.with_part(one.name, one.advance(world.parts[one.name], after, known, SEED))
    mess = known.assumptions["mess"]
    return Month(world, world.jobs, mess, SEED), Month(after, world.jobs, mess, SEED)


def sent(month, *names):
    """Rows as sent of every extract of these domains, by dataset."""
    extracts = [extract for name in names for extract in domain.load(name).extracts]
    return {extract.dataset: extract.sent(month) for extract in extracts}


def with_domain(first, second, told, known):
    """These two months with one more domain's part; the worlds that other tests share stay as they are."""
    before = first.world.with_part(told.name, told.found(first.world, known, SEED))
    after = told.advance(before.parts[told.name], second.world, known, SEED)
    return (
        Month(before, first.earlier_jobs, first.mess, SEED),
        Month(second.world.with_part(told.name, after), second.earlier_jobs, second.mess, SEED),
    )
