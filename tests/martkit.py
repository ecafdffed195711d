"""A workshop on a lake in a folder with one small month of welfare, for the tests of what is built when."""

import copy
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from khlang import contracts, delta, frames, lake, pseudonym
from khlang.curation.objects import FolderObjects, folder
from khlang.link import build

P = {1: "p1.e01." + "1" * 32, 2: "p1.e01." + "2" * 32}
PID = {n: pseudonym.pid_of(p) for n, p in P.items()}
DATASETS = {"welfare_registrants", "insured_persons", "house_registry", "vehicles"}


class Shop:
    """A workshop on a folder, and the versions of its inputs as the ledger would tell them."""

    def __init__(self, spark: SparkSession, root: Path) -> None:
        self.spark, self.root = spark, root
        self.known = contracts.load()
        self.shop = build.Workshop(folder(root / "lake"), FolderObjects(root / "receipts"), self.known, lambda: spark)
        self.versions: dict[str, dict[str, int]] = {}
        self.made: list[tuple[str, str]] = []  # what was built last

    def copied(self, root: Path) -> "Shop":
        """Another one that begins like this: a table that is copied costs nothing, one that is written seconds."""
        made = Shop(self.spark, root)
        made.versions = copy.deepcopy(self.versions)
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        return made

    def at(self, layer: str, name: str) -> str:
        return self.shop.place.at(lake.table(layer, name, 1))  # type: ignore[arg-type]

    def frame(self, rows: Sequence[tuple[object, ...]], name: str) -> DataFrame:
        return self.spark.createDataFrame(rows, ", ".join(f"{c.name} {c.type}" for c in self.known[name].stored))

    def curate(self, name: str, period: str, rows: str, version: int) -> None:
        table = self.known[name]
        delta.ensure(self.spark, self.at("curated", name), contracts.ddl(table))
        if rows:
            made = frames.conform(self.spark.sql(f"SELECT * FROM VALUES {rows}").toDF(*names(table)), table)
        else:
            made = self.frame([], name)
        delta.replace_period(made, self.at("curated", name), period=period, app=f"{name}/{period}", version=version)
        self.versions.setdefault(period, {})[name] = version

    def ready(self, names: tuple[str, ...]) -> Mapping[str, Mapping[str, int]]:
        return {p: {n: v[n] for n in names} for p, v in self.versions.items() if set(names) <= set(v)}

    def build(self, as_of: str | None = None) -> list[tuple[str, str]]:
        self.made = build.build(self.shop, domain="welfare", ready=self.ready, as_of=as_of)
        return self.made

    def rows(self, layer: str, name: str, order: str = "pid") -> list[dict[str, object]]:
        frame = self.spark.read.format("delta").load(self.at(layer, name))
        return [row.asDict() for row in frame.orderBy("period", order).collect()]

    def commits(self, layer: str, name: str) -> int:
        log = Path(self.at(layer, name)) / "_delta_log"
        return len(list(log.glob("*.json")))


def names(table: contracts.Table) -> list[str]:
    return [column.name for column in table.stored]


def registrants(period: str, *numbers: int) -> str:
    rows = (f"({PID[n]}, NULL, DATE'2026-01-05', 30000, '01', 0, 0, '10', '1001', {n}, '{period}')" for n in numbers)
    return ", ".join(rows)


@pytest.fixture(scope="session")
def bare(local_spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Two persons in the spine, and no month of anything; tests work on copies of it."""
    made = Shop(local_spark, tmp_path_factory.mktemp("bare"))
    at, rows = made.at("spine", "spine"), [("th-cid", P[n], PID[n], "2026-01") for n in P]
    delta.ensure(local_spark, at, contracts.ddl(made.known["spine"]), partition=None)
    made.frame(rows, "spine").write.format("delta").mode("append").save(at)
    return made


@pytest.fixture(scope="session")
def first_month(bare: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Two registrants, one of them in the house registry; tests work on copies of it."""
    made = bare.copied(tmp_path_factory.mktemp("first_month"))
    made.curate("welfare_registrants", "2026-01", registrants("2026-01", 1, 2), 1)
    made.curate(
        "house_registry", "2026-01", f"({PID[1]}, 77, 1960, '1', DATE'2000-01-01', '10', '1001', 1, '2026-01')", 1
    )
    made.curate("insured_persons", "2026-01", "", 1)
    made.curate("vehicles", "2026-01", "", 1)
    return made


@pytest.fixture(scope="session")
def first_marts(first_month: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The first month with its marts; tests work on copies of it."""
    made = first_month.copied(tmp_path_factory.mktemp("first_marts"))
    made.build()
    return made


@pytest.fixture
def shop(first_month: Shop, tmp_path: Path) -> Shop:
    """The first month, nothing built."""
    return first_month.copied(tmp_path)


@pytest.fixture
def built(first_marts: Shop, tmp_path: Path) -> Shop:
    """The first month and its marts."""
    return first_marts.copied(tmp_path)
