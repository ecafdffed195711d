"""The whole simulation: months of extracts at the agencies, and the truth beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from khlang.domains.welfare import handwriting, observed, simulator, truth
from khlang.simulate import calibration, months, population
from khlang.simulate.files import write_parquet
from khlang.simulate.work import reported_late

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
        only: Agencies whose extracts are written; the truth always covers all.
    """

    people: int
    months: int
    start: date
    seed: int
    agencies: Path
    truth: Path
    only: tuple[str, ...] = tuple(simulator.DATASETS.values())


def simulate(plan: Plan, report: Report) -> list[Path]:
    """Run the plan; ``report`` hears one line before each step.

    Returns:
        The extracts written, in order.
    """
    report("population")
    known = calibration.load()
    world = population.found(known, people=plan.people, months=plan.months, seed=plan.seed, start=plan.start)
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
            earlier, world = world.jobs, months.advance(world, known, seed=plan.seed)
        month = simulator.Month(world, earlier, known.assumptions["mess"], plan.seed)
        sent = {dataset: simulator.sent(month, dataset) for dataset in simulator.DATASETS}
        for dataset, agency in simulator.DATASETS.items():
            if agency in plan.only:
                report(f"{month.period} {agency}/{dataset}")
                files.append(handwriting.write_extract(month, dataset, sent[dataset], plan.agencies))
        report(f"{month.period} truth")
        rates.append(_write_truths(plan.truth, month, sent))
    write_parquet(pl.concat(rates), plan.truth / "link_rates.parquet")
    born = pl.Series(issued[: len(issued) - len(world.spare)])
    cids = pl.concat([people, born]).cast(pl.String).alias("cid")
    write_parquet(pl.DataFrame({"cid": cids}), plan.truth / "issued_cids.parquet")
    write_parquet(pl.DataFrame({"juristic_id": employers.cast(pl.String)}), plan.truth / "issued_juristic_ids.parquet")
    return files


def _write_truths(folder: Path, month: simulator.Month, sent: observed.Sent) -> pl.DataFrame:
    truths = {"observable": truth.observable(sent, month.period), "population": truth.population(month)}
    for kind, marts in truths.items():
        for mart, frame in marts.items():
            write_parquet(frame, folder / kind / mart / f"{month.period}.parquet")
    return observed.link_rates(sent, month.period)
