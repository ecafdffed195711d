"""What the benchmarks of curate and its gate share: rows by the million, a lake in a folder, the JSON line."""

import hashlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from khlang import contracts, lake
from khlang.contracts import sealed_columns
from khlang.curation import objects
from khlang.curation.rekey import Pool
from khlang.curation.run import Curator, Work

TABLE = contracts.load()["insured_persons"]
PERIOD = "2026-01"


def sealed(numbers: pl.Series) -> pl.Series:
    texts = [f"s1.e01.{hashlib.blake2b(b'%d' % number, digest_size=16).hexdigest()}" for number in numbers]
    return pl.Series(texts, dtype=pl.String)


def extract(rows: int) -> pl.DataFrame:
    """Rows as an office delivers them: Thai digits, commas, Buddhist dates; 1 % repeats."""
    number = pl.Series(range(rows))
    person = sealed(number - (number % 100 == 99).cast(pl.Int64))
    frame = pl.DataFrame({"n": number, "pid": person, "employer_id": sealed(number // 3_000_000)})
    turn = pl.col("n") % 3
    made = frame.with_columns(
        wage_month=pl.when(turn == 0).then(pl.lit("2569-01")).otherwise(pl.lit("2026-01")),
        wage_baht=pl.when(turn == 0).then(pl.lit("๑๒,๐๐๐.๕๐")).otherwise(pl.lit("15,000")),
        section_code=pl.lit("33"),
        province_code=pl.lit("10"),
        reported_on=pl.when(turn == 0).then(pl.lit("๓๑ มกราคม ๒๕๖๙")).otherwise(pl.lit("31/01/2569")),
        pid_reason=pl.lit(None, dtype=pl.String),
        employer_id_reason=pl.lit(None, dtype=pl.String),
        row_number=pl.col("n") + 1,
    )
    return made.select(sealed_columns(TABLE))


def prepared(folder: Path, rows: int, pool_key: str) -> tuple[Path, objects.Lake, Pool]:
    """The accepted copy of one submission, an empty lake and a key."""
    place = objects.folder(folder / "lake")
    accepted = Path(place.at(work(1, rows).submission.accepted))
    accepted.mkdir(parents=True)
    extract(rows).write_parquet(accepted / "part-0001.parquet", row_group_size=250_000)
    key = folder / "pool.key"
    key.write_text(pool_key)
    return accepted, place, Pool(str(key))


def work(sequence: int, rows: int) -> Work:
    """The same content accepted again: another sequence, so that Delta does not skip it."""
    return Work(lake.Submission(TABLE.agency, TABLE.name, PERIOD, "0" * 32), sequence, rows)


def curator(spark: object, place: objects.Lake, pool: Pool) -> Curator:
    return Curator(spark, place, pool, contracts.load())  # type: ignore[arg-type]


@dataclass(frozen=True)
class Taken:
    """Medians of one side's turns."""

    wall: float
    cpu: float  # of this process, its JVM and its Python workers: hardly moved by what else the machine does


def interleaved(times: int, **sides: Callable[[int], object]) -> dict[str, Taken]:
    """Seconds of each side, run in turns after one turn that does not count; each turn is told on stderr."""
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for turn in range(times + 1):
        for name, side in sides.items():
            began, used = time.perf_counter(), cpu_seconds()
            side(turn + 1)
            taken = (time.perf_counter() - began, cpu_seconds() - used)
            print(f"turn {turn} {name}: {taken[0]:.2f} s, {taken[1]:.2f} s of CPU", file=sys.stderr, flush=True)
            if turn:
                seconds[name].append(taken)
    medians = {name: [statistics.median(each) for each in zip(*taken, strict=True)] for name, taken in seconds.items()}
    return {name: Taken(*both) for name, both in medians.items()}


def cpu_seconds() -> float:
    """User and system time of this process and all that it started, the dead included where they were waited for."""
    ticks: dict[int, int] = {}
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        number = int(stat.parent.name)
        parents[number], ticks[number] = int(fields[1]), sum(map(int, fields[11:15]))
    mine = {os.getpid()}
    while more := {number for number, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return sum(ticks[number] for number in mine) / os.sysconf("SC_CLK_TCK")


def line(**values: object) -> str:
    """The one JSON line of a benchmark."""
    return json.dumps({**values, "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"})
