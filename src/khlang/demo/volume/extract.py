"""The Ministry of Finance's month at any size, in the simulator's own handwriting, and what is true of it.

Windows-874, dates of the Buddhist era in three forms, printed class-9 numbers, some of them wrong, some rows twice.
What a row says of a person is taken from a small simulated population; only person and house are the row's own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from khlang.domains.welfare.handwriting import UNASKED
from khlang.simulate import calibration, domain, months, population
from khlang.simulate.extract import Month
from khlang.simulate.identifiers import generator, issue
from khlang.simulate.mess import faults
from khlang.simulate.work import reported_late

DATASET = "welfare_registrants"
DOMAIN = "welfare"  # whose mart counts them: the other registers of the month are this domain's
PEOPLE = 2000  # of the population that the other registers of the month are of
CHUNK = 250_000
Tell = Callable[[int], None]


@dataclass(frozen=True)
class Plan:
    """``rows`` of ``period`` (``YYYY-MM``); same ``seed``, same bytes."""

    rows: int
    seed: int
    period: str


@dataclass(frozen=True)
class Truth:
    """What a faultless reading keeps: ``refused`` rows have no citizen ID, of ``persons`` one row each is left."""

    rows: int
    refused: int
    duplicates: int
    persons: int


class Extract:
    """The rows of a plan, and what is true of them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._month = _month(plan)
        mess = self._month.mess
        stream = generator(plan.seed, "volume", plan.period)
        twice = int(plan.rows * mess["duplicates"])
        self._cids = issue(stream, plan.rows - twice)
        people = np.arange(len(self._cids))
        # A person stands twice at most.
        self._order = stream.permutation(np.concatenate([people, stream.choice(people, twice, replace=False)]))
        self._faults = faults(stream, plan.rows, mess["bad_cid"])
        extracts = [extract for one in domain.chosen((DOMAIN,)) for extract in one.extracts]
        self._others = [extract for extract in extracts if extract.dataset != DATASET]
        (mine,) = (extract for extract in extracts if extract.dataset == DATASET)
        self._hand = mine.hand
        rows = mine.rows(self._month, self._month.stream("sent", DATASET))
        self._said = rows.drop("cid", "house_id")

    def truth(self) -> Truth:
        """What is to be found at the end."""
        good = self._order[self._faults.is_null().to_numpy()]
        persons = len(np.unique(good))
        return Truth(self.plan.rows, self.plan.rows - len(good), len(good) - persons, persons)

    def frames(self) -> Iterator[pl.DataFrame]:
        """The rows as the office writes them, a chunk at a time; the same whenever they are asked for."""
        for start in range(0, self.plan.rows, CHUNK):
            who = self._order[start : start + CHUNK]
            stream = generator(self.plan.seed, "volume", self.plan.period, start)
            number = pl.Series(who // 3 % 1_000_000).cast(pl.String).str.zfill(6)
            rows = self._said[who * 7919 % self._said.height].with_columns(
                cid=pl.Series(self._cids[who]),
                house_id=pl.col("amphoe_code") + "9" + pl.lit(number),
                fault=pl.lit(self._faults[start : start + CHUNK]),
            )
            written = self._hand.write(rows, stream).rename(dict(self._hand.headers))
            yield written.with_columns(pl.int_range(start + 1, start + 1 + pl.len()).alias(UNASKED[0]))

    def write_csv(self, path: Path, tell: Tell) -> None:
        """Write the extract as the office exports it; ``tell`` hears how many rows are written."""
        path.parent.mkdir(parents=True, exist_ok=True)
        done = 0
        with path.open("w", encoding=self._hand.encoding, newline="") as file:
            for frame in self.frames():
                file.write(frame.write_csv(include_header=done == 0, line_terminator="\r\n"))
                done += frame.height
                tell(done)

    def write_others(self, folder: Path) -> dict[str, Path]:
        """The month's other registers, of its domain and the small population: dataset → file."""
        month = self._month
        return {one.dataset: one.write(month, one.sent(month), folder) for one in self._others}


def _month(plan: Plan) -> Month:
    known, start = calibration.load(), date.fromisoformat(f"{plan.period}-01")
    world = population.found(known, people=PEOPLE, months=1, seed=plan.seed, start=start)
    for one in domain.chosen((DOMAIN,)):
        world = world.with_part(one.name, one.found(world, known, plan.seed))
    share = known.assumptions["mess"]["late"]
    before = months.period_of(start - timedelta(days=1))
    earlier = reported_late(world.jobs, share, seed=plan.seed, period=before)
    world = world.evolve(jobs=reported_late(world.jobs, share, seed=plan.seed, period=plan.period))
    return Month(world, earlier, known.assumptions["mess"], plan.seed)
