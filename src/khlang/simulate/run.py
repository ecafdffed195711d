"""The whole simulation: months of extracts at the agencies, and the truth beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from khlang.simulate import calibration, called, domain, months, population
from khlang.simulate.calibration import Calibration
from khlang.simulate.domain import Domain
from khlang.simulate.extract import Month, Sent
from khlang.simulate.files import write_parquet
from khlang.simulate.links import link_rates
from khlang.simulate.work import reported_late
from khlang.simulate.world import World

Report = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What to simulate.

    Attributes:
        people: Persons alive in the first month.
        months: Number of months.
        start: First day of the first month.
        seed: Same seed, same bytes.
        agencies: Folder that gets ``<agency>/extracts/<dataset>/<period>/<file>``.
        truth: Folder that gets the two truths, link rates and the numbers issued.
        domains: Whose extracts and marts; ``all`` is every one, and what one needs comes with it.
        only: Agencies whose extracts are written (none named: all); the truth always covers all.
        names: Whether files of datasets with a second route have names and birth dates of persons, and the truth says
            whose each of their rows is (``second/<dataset>/<period>.parquet``).
    """

    people: int
    months: int
    start: date
    seed: int
    agencies: Path
    truth: Path
    domains: tuple[str, ...] = ("welfare",)
    only: tuple[str, ...] = ()
    names: bool = False


def simulate(plan: Plan, report: Report) -> list[Path]:
    """Run the plan; ``report`` hears one line before each step.

    Returns:
        The extracts written, in order.

    Raises:
        UsageError: A domain does not exist.
    """
    told = domain.chosen(plan.domains)
    report("population")
    known = calibration.load()
    world = _founded(plan, known, told)
    issued = world.spare
    share, before = known.assumptions["mess"]["late"], months.period_of(plan.start - timedelta(days=1))
    earlier = reported_late(world.jobs, share, seed=plan.seed, period=before)
    now = months.period_of(plan.start)
    world = world.evolve(jobs=reported_late(world.jobs, share, seed=plan.seed, period=now))
    people, employers = world.persons["cid"], world.jobs["employer_id"].unique().sort()
    files: list[Path] = []
    rates = []
    for number in range(plan.months):
        if number:
            earlier, world = world.jobs, _later(plan, world, known, told)
        month = Month(world, earlier, known.assumptions["mess"], plan.seed)
        sent: Sent = {}
        for extract in (extract for one in told for extract in one.extracts):
            report(f"{month.period} {extract.agency}/{extract.dataset}")
            sent[extract.dataset] = extract.sent(month)
            if not plan.only or extract.agency in plan.only:
                files.append(extract.write(month, sent[extract.dataset], plan.agencies))
            if plan.names and extract.called:
                whose = extract.whose(sent[extract.dataset])
                write_parquet(whose, plan.truth / "second" / extract.dataset / f"{month.period}.parquet")
        report(f"{month.period} truth")
        _write_truths(plan.truth, month, sent, told)
        rates.append(link_rates([extract for one in told for extract in one.extracts], sent, month.period))
    write_parquet(pl.concat(rates), plan.truth / "link_rates.parquet")
    born = pl.Series(issued[: len(issued) - len(world.spare)])
    cids = pl.concat([people, born]).cast(pl.String).alias("cid")
    write_parquet(pl.DataFrame({"cid": cids}), plan.truth / "issued_cids.parquet")
    write_parquet(pl.DataFrame({"juristic_id": employers.cast(pl.String)}), plan.truth / "issued_juristic_ids.parquet")
    return files


def _founded(plan: Plan, known: Calibration, told: tuple[Domain, ...]) -> World:
    """The first month's world, with each domain's part of it."""
    world = population.found(known, people=plan.people, months=plan.months, seed=plan.seed, start=plan.start)
    for one in told:
        world = world.with_part(one.name, one.found(world, known, plan.seed))
    return world.with_part(called.PART, called.found(world, plan.seed)) if plan.names else world


def _later(plan: Plan, world: World, known: Calibration, told: tuple[Domain, ...]) -> World:
    """The world one month later, with each domain's part of it."""
    after = months.advance(world, known, seed=plan.seed)
    for one in told:
        after = after.with_part(one.name, one.advance(world.parts[one.name], after, known, plan.seed))
    if plan.names:
        after = after.with_part(called.PART, called.advance(world.parts[called.PART], after, plan.seed))
    return after


def _write_truths(folder: Path, month: Month, sent: Sent, told: tuple[Domain, ...]) -> None:
    for one in told:
        truths = {"observable": one.observable(sent, month.period), "population": one.population(month)}
        for kind, marts in truths.items():
            for mart, frame in marts.items():
                write_parquet(frame, folder / kind / mart / f"{month.period}.parquet")
