"""The domain's part of the world: founded with the first month, and carried on from month to month."""

import numpy as np
import polars as pl

from khlang.domains.labour import careers, schooling
from khlang.domains.labour.assumed import days_from, load
from khlang.simulate.calibration import Calibration
from khlang.simulate.identifiers import generator
from khlang.simulate.months import following, period_of
from khlang.simulate.world import Part, World, ages


def found(world: World, known: Calibration, seed: int) -> Part:
    """Schools with students and teachers, degrees and occupations."""

    def stream(purpose: str) -> np.random.Generator:
        return generator(seed, "labour", purpose)

    places = schooling.schools(stream("schools"), world, known)
    pupils = schooling.students(stream("students"), world, places, world.births)
    degrees = careers.graduates(stream("graduates"), world)
    return {
        "schools": places,
        "students": pupils,
        "teachers": schooling.teachers(stream("teachers"), world, places, pupils),
        "graduates": degrees,
        "occupations": careers.occupations(stream("occupations"), world, degrees),
    }


def advance(before: Part, world: World, known: Calibration, seed: int) -> Part:
    """One month later: leavers, degrees given, jobs taken; who died is in no list."""
    del known

    def stream(purpose: str) -> np.random.Generator:
        return generator(seed, "labour", purpose, period_of(world.month))

    alive = world.persons.select("cid")
    new = world.births.filter(pl.col("born_on") >= world.month)
    degrees = before["graduates"].join(alive, on="cid", how="semi", maintain_order="left")
    if world.month.month == 4:
        degrees = pl.concat([degrees, careers.graduates(stream("graduates"), world, degrees)])
    working = before["occupations"].join(world.jobs, on="cid", how="semi", maintain_order="left")
    hired = careers.occupations(stream("occupations"), world, degrees).join(working, on="cid", how="anti")
    return {
        "schools": before["schools"],
        "students": _students(stream("students"), before["students"], world, before["schools"], new),
        "teachers": before["teachers"].join(alive, on="cid", how="semi", maintain_order="left"),
        "graduates": degrees,
        "occupations": pl.concat([working, hired.sort("cid")]),
    }


def _students(
    rng: np.random.Generator, before: pl.DataFrame, world: World, places: pl.DataFrame, new: pl.DataFrame
) -> pl.DataFrame:
    """The students a month later; in May a new school year begins, and who had left is no longer in the file."""
    rules = load()["students"]
    pupils = before.join(world.persons.select("cid", "birth"), on="cid", how="inner", maintain_order="left")
    age = ages(pl.col("birth"), world.month)
    if world.month.month == schooling.SCHOOL_YEAR[0]:
        began = world.month.replace(day=schooling.SCHOOL_YEAR[1])
        stay = pupils.filter(pl.col("left_on").is_null(), age <= rules["oldest"])
        stay = stay.with_columns(grade_code=schooling.grade(age.cast(pl.Int64)), enrolled_on=pl.lit(began))
        entrants = schooling.students(rng, world, places, new).join(before, on="cid", how="anti")
        young = world.persons.filter(age == rules["youngest"]).select("cid")
        entrants = entrants.join(young, on="cid", how="semi").sort("cid").with_columns(enrolled_on=pl.lit(began))
        return pl.concat([stay.drop("birth"), entrants])
    leaves = rng.random(pupils.height) < rules["leaves_a_year"] / 12
    leaves &= (pupils["left_on"].is_null() & (pupils.select(age >= 15).to_series())).to_numpy()
    day = days_from(pl.Series([world.month] * pupils.height), rng.integers(0, 25, pupils.height))
    gone = pupils.with_columns(left_on=pl.when(pl.Series(leaves)).then(day).otherwise("left_on")).drop("birth")
    mothers = new.select(cid="mother")
    theirs = schooling.with_mothers(rng, gone.join(mothers, on="cid", how="semi"), new, until=following(world.month))
    return pl.concat([gone.join(mothers, on="cid", how="anti", maintain_order="left"), theirs.sort("cid")])
