"""A contract in which no identifier stands goes from the simulator through seal, opening, curate and mart."""

import dataclasses
import json
import secrets
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyrage
import pytest
from pyspark.sql import SparkSession
from tests import rainkit
from tests.curatekit import MemoryLedger, accept

from khlang import contracts
from khlang.agency import home as home_
from khlang.agency import submission
from khlang.agency.home import Home
from khlang.agency.reading import ReadOptions
from khlang.curation import objects, promote, service
from khlang.curation.objects import FolderObjects
from khlang.keys import authority as authority_
from khlang.keys import bundle, canaries
from khlang.landing import opening
from khlang.landing.registry import Epoch
from khlang.link import build
from khlang.settings import Settings
from khlang.settings import load as load_settings
from khlang.simulate import domain
from khlang.simulate.calibration import load as calibration
from khlang.simulate.extract import Month, Sent
from khlang.simulate.population import found

PERIOD, DATASET = "2026-01", "rain_readings"


@dataclasses.dataclass(frozen=True)
class Rain:
    """One month of rain as its office sealed it, and the truth."""

    settings: Settings
    sealed: submission.Submission
    opened: pl.DataFrame
    wanted: pl.DataFrame


@pytest.fixture(scope="module")
def rain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rain]:
    folder = tmp_path_factory.mktemp("rain")
    with rainkit.known():
        settings = dataclasses.replace(load_settings(), root=rainkit.root(folder / "root"), var=folder / "var")
        (told,) = domain.chosen(["rain"])
        known = calibration()
        world = found(known, people=200, months=1, seed=3, start=date(2026, 1, 1))
        month = Month(world, world.jobs, known.assumptions["mess"], 3)
        (extract,) = told.extracts
        sent: Sent = {DATASET: extract.sent(month)}
        file = extract.write(month, sent[DATASET], settings.outside / "agencies")
        sealed, opened = through_the_office(settings, file)
        yield Rain(settings, sealed, opened, told.observable(sent, PERIOD)["rain_by_province"])


def through_the_office(settings: Settings, file: Path) -> tuple[submission.Submission, pl.DataFrame]:
    """Seal the file as the office does, and open it as land does: no canary, and none expected."""
    tables = contracts.load(settings.contracts)
    authority = authority_.start(settings.authority, simulation=True)
    identity = pyrage.x25519.Identity.generate()
    recipients = {PERIOD: str(identity.to_public())}
    made = bundle.make(
        authority,
        agency="tmd",
        contracts=tables,
        recipients=recipients,
        gateway_url="https://127.0.0.1:9",
        gateway_ca="",
    )
    home_.start(settings.agency("tmd"), bundle=json.dumps(made), sealing_key=authority.source_secret().hex())
    sealed = submission.seal(
        Home(settings.agency("tmd")), file, dataset=DATASET, period=PERIOD, options=ReadOptions(accept=frozenset())
    )
    bundle.publish(authority, settings.registry, tables)
    mine = tables.by_agency("tmd")
    expected = canaries.expected(authority, canaries.of(authority, "tmd", mine), mine).get(DATASET, {})
    content = opening.Content(tables[DATASET], Epoch("e01", authority.profile()), opening.Canaries(expected))
    (part,) = sealed.manifest["parts"]
    rows = content.take_out(part, pyrage.decrypt((sealed.folder / part["name"]).read_bytes(), [identity]))
    content.check(sealed.manifest)
    return sealed, rows


def test_an_extract_of_nobody_is_sealed_and_opened_whole(rain: Rain) -> None:
    made = rain.sealed.manifest
    assert (made["canary_rows"], made["pid_reasons"]) == (0, {})
    assert made["rows"] == rain.opened.height > 30 * 28
    assert list(rain.opened.columns) == list(contracts.sealed_columns(rain.sealed.table))


def test_it_is_curated_without_a_spine_and_answers_its_mart(
    rain: Rain, local_spark: SparkSession, tmp_path: Path
) -> None:
    settings = dataclasses.replace(rain.settings, var=tmp_path / "var")
    settings.secrets.mkdir(parents=True)
    (settings.secrets / "pool.key").write_text(secrets.token_hex(32))
    tables = contracts.load(settings.contracts)
    place, table = objects.folder(tmp_path / "lake"), tables[DATASET]
    work = accept(place, rain.opened, table=table)
    (decision,) = service.curate(DATASET, settings, local_spark, ledger=MemoryLedger([work]), lake=place)
    assert (decision["verdict"], decision["link"]) == ("promoted", {})
    assert decision["rows_curated"] == 30 * 28
    assert decision["rows_quarantined"] == decision["rows_in"] - 30 * 28 > 0
    with rainkit.known():
        shop = build.Workshop(place, FolderObjects(tmp_path / "receipts"), tables, lambda: local_spark)
        built = build.build(shop, domain="rain", ready=lambda names: {PERIOD: dict.fromkeys(names, 1)})
    assert built == [("rain_by_province", PERIOD)]
    rows = shop.read("rain_by_province").orderBy("province_code").collect()
    got: list[tuple[Any, ...]] = [tuple(row) for row in rows]
    assert got == rain.wanted.select([c.name for c in tables["rain_by_province"].stored]).rows()


def test_files_are_sorted_by_the_grain_where_no_identifier_is_in_it(rain: Rain) -> None:
    tables = contracts.load(rain.settings.contracts)
    assert promote.order(tables[DATASET]) == ("station_code", "read_on")
    assert promote.order(tables["insured_persons"]) == ("pid",)
