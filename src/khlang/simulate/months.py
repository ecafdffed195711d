"""From one month to the next: deaths, moves, marriages, births, changes of wage and job, new registrations."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from khlang.simulate import couples, families, registration
from khlang.simulate.calibration import Assumptions, Calibration
from khlang.simulate.identifiers import generator
from khlang.simulate.work import reported_late
from khlang.simulate.world import World, ages


def following(month: date) -> date:
    """First day of the next month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def parse_period(period: str) -> date:
    """First day of a period ``YYYY-MM``.

    Raises:
        ValueError: It is not of that form.
    """
    return date.fromisoformat(f"{period}-01")


def period_of(month: date) -> str:
    """``YYYY-MM`` of a month."""
    return f"{month:%Y-%m}"


def advance(world: World, calibration: Calibration, *, seed: int) -> World:
    """The world one month later."""
    month = following(world.month)
    rules = calibration.assumptions["month"]
    stream = generator(seed, "month", period_of(month))
    persons = _deaths(stream, world.persons, rules, month)
    persons = _moves(stream, persons, world, rules, month)
    after = world.evolve(month=month, persons=persons)
    after = _families(generator(seed, "families", period_of(month)), after, calibration.assumptions)
    persons = after.persons
    jobs = _work(stream, world.jobs, persons, calibration.assumptions, month)
    jobs = reported_late(jobs, calibration.assumptions["mess"]["late"], seed=seed, period=period_of(month))
    moved = after.evolve(jobs=jobs)
    count = round(rules["new_registrations"] * world.registrations.height)
    added = registration.register(stream, moved, calibration, count, following(month) - timedelta(days=1))
    return moved.evolve(registrations=pl.concat([world.registrations, added]))


def _deaths(stream: np.random.Generator, persons: pl.DataFrame, rules: dict[str, float], month: date) -> pl.DataFrame:
    """Who dies leaves the register; the old die more often (the mean rate stays that of the assumptions)."""
    age = persons.select(ages(pl.col("birth"), month)).to_series().to_numpy()
    risk = np.exp(age / 12.0)
    return persons.filter(pl.Series(stream.random(len(age)) >= rules["deaths"] * risk / risk.mean()))


def _moves(
    stream: np.random.Generator, persons: pl.DataFrame, world: World, rules: dict[str, float], month: date
) -> pl.DataFrame:
    """Some move into another existing house; the house they left stays known for this month."""
    moves = stream.random(persons.height) < rules["moves"]
    house = stream.integers(0, world.houses.height, persons.height).astype(np.uint32)
    moves &= house != persons["house"].to_numpy()
    day = pl.lit(month) + pl.duration(days=pl.lit(pl.Series(stream.integers(0, 25, persons.height))))
    moved = pl.lit(pl.Series(moves))
    return persons.with_columns(
        left_house=pl.when(moved).then("house"),
        left_moved_in_on=pl.when(moved).then("moved_in_on"),
        house=pl.when(moved).then(pl.Series(house)).otherwise("house"),
        moved_in_on=pl.when(moved).then(day.cast(pl.Date)).otherwise("moved_in_on"),
    )


def _families(stream: np.random.Generator, world: World, assumptions: Assumptions) -> World:
    """The world with the month's marriages and births; small children are with their mothers."""
    rules, alive = assumptions["families"], world.persons["cid"].implode()
    pairs = world.couples.filter(pl.col("wife").is_in(alive), pl.col("husband").is_in(alive))
    new = couples.married(stream, world.residents(), pairs, rules, world.month)
    persons = families.follow(couples.together(world.persons, new), world.births)
    pairs = pl.concat([pairs, new.drop("moves")])
    return _births(stream, world.evolve(persons=persons, couples=pairs), assumptions)


def _births(stream: np.random.Generator, world: World, assumptions: Assumptions) -> World:
    """Children are born into their mothers' houses; each takes one of the spare numbers."""
    rules, persons = assumptions["families"], world.persons
    count = min(round(assumptions["month"]["births"] * persons.height), len(world.spare))
    before = pl.lit(world.month).dt.offset_by(f"-{rules['spacing_months']}mo")
    lately = world.births.filter(pl.col("born_on") >= before)
    mothers = families.mothers(stream, world.residents(), lately, world.couples, rules, count=count)
    day = pl.Series(np.datetime64(world.month) + stream.integers(0, 28, mothers.height)).cast(pl.Date)
    moved_now = pl.when(pl.col("left_house").is_not_null()).then("moved_in_on")
    children = mothers.select(
        pl.Series("cid", world.spare[: mothers.height]),
        "house",
        pl.Series("sex", stream.choice(np.array([1, 2], dtype=np.int8), size=mothers.height)),
        day.alias("birth"),
        pl.max_horizontal(pl.lit(day), moved_now).alias("moved_in_on"),
    )
    everybody = pl.concat([persons, children], how="diagonal").with_columns(
        pl.col("informal", "debt", "land").fill_null(0)
    )
    births = families.born(stream, children, mothers, world.births)
    return world.evolve(persons=everybody, births=births, spare=world.spare[mothers.height :])


def _work(
    stream: np.random.Generator, jobs: pl.DataFrame, persons: pl.DataFrame, assumptions: Assumptions, month: date
) -> pl.DataFrame:
    """Wages change, and workplaces change hands; the dead are replaced, so that the calibrated number stays."""
    rules, working = assumptions["month"], assumptions["jobs"]
    changes = stream.random(jobs.height) < rules["wage_changes"]
    factor = np.where(changes, stream.lognormal(0.01, 0.12, jobs.height), 1.0)
    wage = (np.rint(jobs["wage"].to_numpy() * factor / 500) * 500).astype(np.int64)
    wage = np.where(changes, np.maximum(wage, 165_000), jobs["wage"].to_numpy())
    age = ages(pl.col("birth"), month)
    free = persons.filter(age.is_between(working["youngest"], working["oldest"])).join(
        jobs, on="cid", how="anti", maintain_order="left"
    )
    leaves = stream.random(jobs.height) < rules["job_changes"]
    gone = ~jobs["cid"].is_in(persons["cid"].implode()).to_numpy()
    vacant = np.flatnonzero(leaves | gone)
    heirs = free["cid"].to_numpy()[stream.permutation(free.height)[: len(vacant)]]
    cid = jobs["cid"].to_numpy().copy()
    cid[vacant[: len(heirs)]] = heirs
    return jobs.with_columns(cid=pl.Series(cid), wage=pl.Series(wage))
