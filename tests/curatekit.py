"""What tests of curate share: sealed-looking rows from small text files, a lake in a folder, a ledger in memory."""

import csv
import hashlib
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, product
from pathlib import Path

import polars as pl
import pytest
from pyspark.sql import DataFrame, SparkSession

from khlang import contracts, lake, pseudonym, session, settings
from khlang.contracts import Table, sealed_columns
from khlang.curation import objects
from khlang.curation.receipts import usual_rows
from khlang.curation.rekey import Pool
from khlang.curation.run import Curator, Decision, Work

PERIOD = "2026-01"


@pytest.fixture(scope="session")
def local_spark() -> SparkSession:
    spark = session.spark(settings.load(), "tests", environ={})
    session.fit(spark, rows=0)  # the tests' queries read a few rows
    # Under encryption pyspark hands rows to the JVM through a socket that it never closes; through a file it does.
    # Only the driver's hand-over changes: what Spark itself writes to disk stays encrypted.
    spark.sparkContext._encryption_enabled = False
    return spark


@pytest.fixture(scope="session")
def pool_key(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    path = tmp_path_factory.mktemp("secrets") / "pool.key"
    path.write_text(secrets.token_hex(32))
    return Pool(str(path))


@pytest.fixture
def folder_lake(tmp_path: Path) -> objects.Lake:
    return objects.folder(tmp_path / "lake")


def copied(place: objects.Lake, to: Path) -> objects.Lake:
    """A lake like another one: what every test of a file begins with is curated once."""
    shutil.copytree(place.root, to)
    return objects.folder(to)


@pytest.fixture
def curator(local_spark: SparkSession, pool_key: Pool, folder_lake: objects.Lake) -> Curator:
    return Curator(local_spark, folder_lake, pool_key, contracts.load())


def sealed(name: str) -> str:
    """The source pseudonym of a person, house … that a test calls by name."""
    return f"s1.e01.{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def pid(name: str, pool_key: Pool) -> int:
    """The pid that curate gives to who a test calls by name."""
    return pseudonym.pid_of(pseudonym.pool_pseudonym(sealed(name), key=pool_key.derived(), epoch=pool_key.epoch))


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines))


def inner(table: Table, given: list[dict[str, str]]) -> pl.DataFrame:
    """Rows as they lie in a sealed part: identifiers by name are sealed, an empty one has the reason ``missing``."""
    names = {column.name for column in table.identifiers}
    undeclared = {name for row in given for name in row} - set(sealed_columns(table))
    assert not undeclared, f"no such column in the contract: {sorted(undeclared)}"
    made = []
    for number, row in enumerate(given, 1):
        out: dict[str, object] = {name: row.get(name) or None for name in sealed_columns(table)}
        for name in names:
            text = row.get(name) or None
            out[name] = text.removeprefix("as-is:") if text and text.startswith("as-is:") else text and sealed(text)
            out[f"{name}_reason"] = None if text else row.get(f"{name}_reason") or "missing"
        out["row_number"] = int(row.get("row_number") or number)
        made.append(out)
    schema = {name: pl.Int64 if name == "row_number" else pl.String for name in sealed_columns(table)}
    return pl.DataFrame(made, schema=schema, orient="row")


def filler(template: dict[str, str], wanted: int, table: Table) -> list[dict[str, str]]:
    """Good rows like the template, each of another person, house … and, where those are not its grain, another unit."""
    names = [column.name for column in table.identifiers]
    rows = [
        template | {name: f"filler {template[name]}-{number}" for name in names if template.get(name)}
        for number in range(wanted)
    ]
    if set(names) & set(table.grain):
        return rows
    places = _elsewhere(template, table)
    return [row | next(places) for row in rows]


def _elsewhere(template: dict[str, str], table: Table) -> Iterator[dict[str, str]]:
    """Other places than the template's: of a list of codes the other codes, with what else the grain is of."""
    first, *rest = (table.column(name) for name in table.grain if name != "period")
    if not first.codes:
        yield from ({first.name: f"{template[first.name]}-{number}"} for number in count())
    listed = {column.name: column.values for column in (first, *rest) if column.codes}
    listed |= {
        column.name: tuple(f"{PERIOD}-{day:02d}" for day in range(1, 29)) for column in rest if column.type == "DATE"
    }
    for codes in product(*listed.values()):
        if codes[0] != template[first.name]:
            yield dict(zip(listed, codes, strict=True))


def as_spark(frame: pl.DataFrame, spark: SparkSession, folder: Path) -> DataFrame:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(8)}.parquet"
    frame.write_parquet(path)
    return spark.read.parquet(str(path))


def accept(place: objects.Lake, frame: pl.DataFrame, *, table: Table, period: str = PERIOD, sequence: int = 1) -> Work:
    """Put an accepted copy where curate looks for it."""
    submission = hashlib.sha256(f"{table.name}{period}{sequence}".encode()).hexdigest()[:32]
    sub = lake.Submission(table.agency, table.name, period, submission)
    folder = Path(place.at(sub.accepted))
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(folder / "part-0001.parquet")
    return Work(sub, sequence, frame.height)


@dataclass
class MemoryLedger:
    """Receipts that live as long as the test."""

    works: list[Work]
    decisions: list[Decision] = field(default_factory=list)

    def pending(self, dataset: str, revision: int) -> list[Work]:
        done = {(d.submission, d.sequence, d.revision) for d in self.decisions}
        mine = [work for work in self.works if work.submission.dataset == dataset]
        todo = [work for work in mine if (work.submission.id, work.sequence, revision) not in done]
        return sorted(todo, key=lambda work: (work.submission.period, work.sequence))

    def promoted(self, dataset: str, period: str) -> int:
        kept = [d for d in self.decisions if (d.dataset, d.period, d.verdict) == (dataset, period, "promoted")]
        return max((d.txn_version for d in kept), default=0)

    def usual(self, dataset: str, period: str) -> int:
        return usual_rows(d.as_dict() for d in self.decisions if d.dataset == dataset and d.period < period)

    def decide(self, decision: Decision) -> None:
        self.decisions.append(decision)


def content(spark: SparkSession, location: str) -> list[tuple[object, ...]]:
    """All rows of a Delta table, in one order."""
    return sorted((tuple(row) for row in spark.read.format("delta").load(location).collect()), key=repr)


def words(text: str) -> str:
    """A text with its figures and dates taken out, to compare messages."""
    return re.sub(r"\d+", "#", text)
