"""A pool with its own object store and gateway, a key authority and two agencies whose registers overlap."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl
from pyspark.sql import SparkSession
from tests import agency_kit, landkit, minio_fixture

from khlang import contracts, lake, session, store
from khlang.agency import bridging, sending, submission
from khlang.agency import gateway as client_
from khlang.agency import home as home_
from khlang.agency.home import Home
from khlang.curation import service
from khlang.keys import authority as authority_
from khlang.keys import bundle as bundle_
from khlang.keys.authority import Authority
from khlang.landing import keeper, land
from khlang.settings import Settings
from khlang.stack import tls

CARS, PEOPLE = "vehicles", "welfare_registrants"
DATASETS = {"dlt": CARS, "mof": PEOPLE}


@dataclass
class Country:
    """One installation, its authority and the homes of two agencies; ``today`` is the day for everybody."""

    settings: Settings
    authority: Authority
    today: date
    homes: dict[str, Home] = field(default_factory=dict)

    @property
    def hall(self) -> land.Hall:
        """Where land works, on this day."""
        return replace(land.hall(self.settings), today=lambda: self.today)

    def set_up(self, authority: Authority) -> None:
        """Publish an epoch, and give every agency its bundle and key."""
        self.authority = authority
        tables = contracts.load(self.settings.contracts)
        bundle_.publish(authority, self.settings.registry, tables)
        for agency in DATASETS:
            made = bundle_.make(
                authority,
                agency=agency,
                contracts=tables,
                recipients=keeper.init(self.settings, start="2024-01", months=12),
                gateway_url=self.settings.gateway_url,
                gateway_ca=self.settings.trino_ca.read_text(),
                receipt_key=(self.settings.registry / "receipt.pub").read_text().strip(),
            )
            path = self.settings.agency(agency)
            home_.start(path, bundle=json.dumps(made), sealing_key=authority.source_secret().hex())
            self.homes[agency] = Home(path, today=lambda: self.today)
            asked = Home(path).enrolment()
            keeper.register(self.settings, **{name: asked[name] for name in asked if name != "datasets"})

    def extract(self, agency: str, people: range) -> Path:
        """What an agency's office exports of some people (and their cars, or houses)."""
        return write(self.homes[agency].path / f"{people.start}-{people.stop}.csv", agency, people)

    def seal(self, agency: str, month: str, people: range) -> Path:
        """A month's extract, sealed."""
        home = self.homes[agency]
        file = self.extract(agency, people)
        options = submission.ReadOptions(accept=frozenset({"SAME-AS-LAST-MONTH"}))
        return submission.seal(home, file, dataset=DATASETS[agency], period=month, options=options).folder

    def bridge(self, agency: str, month: str, people: range) -> bridging.Bridge:
        """A bridge over some of its people."""
        file = self.extract(agency, people)
        return bridging.make(self.homes[agency], file, dataset=DATASETS[agency], period=month)

    def send(self, agency: str, folder: Path) -> sending.Sent:
        """Through the gateway, by the agency's own client."""
        with client_.Gateway(self.homes[agency]) as gateway:
            return sending.send(self.homes[agency], folder, gateway=gateway)

    def land(self) -> list[str]:
        """Land all that waits; gives verdicts, or the code of a refusal."""
        hall = self.hall
        made = [one for batch in land.batches(hall) for one in land.land(hall, batch["dataset"])]
        return sorted(f"{one['agency']} {one['dataset']} {one['code']}" for one in made)

    def curate(self, spark: SparkSession) -> list[tuple[str, str, str]]:
        """Curate all that is pending of both datasets."""
        made = [one for dataset in (CARS, PEOPLE) for one in service.curate(dataset, self.settings, spark)]
        return [(one["dataset"], one["period"], one["verdict"]) for one in made]

    def state(self, agency: str, folder: Path) -> str:
        """What the pool's signed receipt says, as the agency reads it."""
        with client_.Gateway(self.homes[agency]) as gateway:
            return str(sending.status(self.homes[agency], [folder], gateway)[0]["state"])


def write(path: Path, agency: str, people: range) -> Path:
    """An office's file: the same person has the same number in both registers."""
    table = contracts.load(agency_kit.CONTRACTS)[DATASETS[agency]]
    if agency == "mof":
        rows = agency_kit.registrants(len(people), seed=1)
        rows = [row | {"pid": cid(n), "house_id": f"10{n:09d}"} for n, row in zip(people, rows, strict=True)]
    else:
        car = {"vehicle_type_code": "RY1", "first_registered_on": "05/03/2560", "province_code": "10"}
        rows = [car | {"vehicle_id": f"1กก {1000 + n}", "pid": cid(n)} for n in people]
    names = {column.name: column.headers[min(1, len(column.headers) - 1)] for column in table.columns}
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(rows).rename(lambda name: names.get(name, name)).write_csv(path)
    return path


def cid(number: int) -> str:
    """The simulated citizen ID of the person with this number."""
    return agency_kit.cid(random.Random(number).randrange(10**11))


@contextmanager
def country(var: Path, today: date) -> Iterator[Country]:
    """Everything running, at the first epoch."""
    settings = minio_fixture.new_settings(var)
    with minio_fixture.running(settings):
        minio_fixture.provisioned(settings)
        tls.ensure(settings)
        made = Country(settings, authority_.start(settings.authority, simulation=True), today)
        keeper.init(settings, start="2024-01", months=12)
        made.set_up(made.authority)
        with landkit.serving(settings):
            yield made


def on(spark: SparkSession, settings: Settings) -> SparkSession:
    """Let a session work on the installation's object store."""
    session._give_key(spark, settings)
    spark.sparkContext._jsc.hadoopConfiguration().set("fs.s3a.endpoint", settings.minio_url)
    return spark


def pids(spark: SparkSession, dataset: str, month: str, column: str = "pid") -> set[int]:
    """Distinct pids of a month."""
    rows = spark.read.format("delta").load(lake.table("curated", dataset, 1)).where(f"period = '{month}'")
    return {row[column] for row in rows.select(column).distinct().collect()}


def objects(settings: Settings, bucket: str, prefix: str) -> list[str]:
    """Keys of a bucket, as its owner sees them."""
    return list(store.list_keys(store.client(settings, "root"), bucket, prefix))
