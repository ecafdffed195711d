"""The domain's part of the world: founded with the first month, and carried on from month to month."""

import numpy as np
import polars as pl

from khlang.domains.health import births, coverage, disability
from khlang.domains.health.definitions import load as definitions
from khlang.domains.labour.extracts import EXTRACTS
from khlang.simulate.calibration import Calibration
from khlang.simulate.extract import Month
from khlang.simulate.identifiers import generator
from khlang.simulate.months import period_of
from khlang.simulate.world import Part, World

STUDENTS = {extract.dataset: extract for extract in EXTRACTS}["students"]


def found(world: World, known: Calibration, seed: int) -> Part:
    """What is recorded of births, disabilities, allowances, coverage; the month's file of students for later months."""

    def stream(purpose: str) -> np.random.Generator:
        return generator(seed, "health", purpose)

    disabled = disability.first(stream("disability"), world)
    others = disability.without_card(stream("without card"), world, disabled)
    now = students(world, known, seed)
    return {
        "births": births.recorded(stream("births"), world.births),
        "disabilities": disabled,
        "without_card": others,
        "allowances": _allowances(stream("allowances"), world, disabled, others),
        "coverage": coverage.first(stream("coverage"), world),
        "students": now,
        "students_before": now.clear(),
    }


def advance(before: Part, world: World, known: Calibration, seed: int) -> Part:
    """One month later; the files of students that a mart may still look at are kept."""

    def stream(purpose: str) -> np.random.Generator:
        return generator(seed, "health", purpose, period_of(world.month))

    new = world.births.filter(pl.col("born_on") >= world.month)
    disabled = disability.later(stream("disability"), before["disabilities"], world)
    others = before["without_card"].join(world.persons, on="cid", how="semi", maintain_order="left")
    others = others.join(disabled, on="cid", how="anti", maintain_order="left")
    earlier = pl.concat([before["students_before"], before["students"]])
    oldest = period_of(definitions().since(period_of(world.month)))
    return {
        "births": pl.concat([before["births"], births.recorded(stream("births"), new)]),
        "disabilities": disabled,
        "without_card": others,
        "allowances": _allowances(stream("allowances"), world, disabled, others),
        "coverage": coverage.later(stream("coverage"), before["coverage"], world),
        "students": students(world, known, seed),
        "students_before": earlier.filter(pl.col("period") >= oldest),
    }


def students(world: World, known: Calibration, seed: int) -> pl.DataFrame:
    """The month's students as labour has them, and which of them its extract can show.

    Returns:
        cid, period, student_status_code, status_on, is_seen.
    """
    month = Month(world, world.jobs, known.assumptions["mess"], seed)
    sent = STUDENTS.sent(month)
    seen = STUDENTS.kept(sent)["cid"].implode()
    rows = STUDENTS.rows(month, month.stream("sent", STUDENTS.dataset))
    return rows.select(
        "cid",
        pl.lit(month.period).alias("period"),
        "student_status_code",
        "status_on",
        pl.col("cid").is_in(seen).alias("is_seen"),
    )


def _allowances(rng: np.random.Generator, world: World, disabled: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    return disability.paid(rng, world, pl.concat([disabled.filter("draws")["cid"], others["cid"]]))
