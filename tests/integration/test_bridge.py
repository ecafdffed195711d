"""A source rotation end to end, planned and after a leak: real gateway, object store and Spark, two agencies."""

from collections.abc import Iterator
from datetime import date

import pytest
from pyspark.sql import SparkSession
from tests.bridgekit import CARS, PEOPLE, Country, country, objects, on, pids

from khlang import lake
from khlang.curation import rotate
from khlang.keys import rotation
from khlang.landing import bridges, expiry
from khlang.store import client

OWNERS, REGISTRANTS = range(120), range(20, 140)  # a hundred are in both registers


@pytest.fixture(scope="module")
def land_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("bridge") / "var", date(2026, 6, 10)) as made:
        yield made


def month(land_: Country, spark: SparkSession, period: str) -> None:
    """Both agencies send the same people, and all of it is promoted."""
    land_.send("dlt", land_.seal("dlt", period, OWNERS))
    land_.send("mof", land_.seal("mof", period, REGISTRANTS))
    assert land_.land() == [f"dlt {CARS} ACCEPTED", f"mof {PEOPLE} ACCEPTED"]
    assert land_.curate(spark) == [(CARS, period, "promoted"), (PEOPLE, period, "promoted")]


def links(spark: SparkSession, period: str) -> set[int]:
    """Persons found in both registers in one month."""
    return pids(spark, CARS, period) & pids(spark, PEOPLE, period)


def test_links_are_equal_before_and_after_a_planned_rotation(land_: Country, local_spark: SparkSession) -> None:
    spark = on(local_spark, land_.settings)
    month(land_, spark, "2026-01")
    before = links(spark, "2026-01")
    assert len(before) == 100

    land_.set_up(rotation.rotate(land_.authority, starts=date(2026, 7, 1), last_day=date(2026, 8, 31)))
    made = {"dlt": land_.bridge("dlt", "2026-01", range(110)), "mof": land_.bridge("mof", "2026-01", range(20, 130))}
    assert made["dlt"].identifiers == {"plate": 110, "th-cid": 110}
    for agency, one in made.items():
        assert land_.send(agency, one.folder).parts_sent == 1
        assert land_.send(agency, one.folder).parts_sent == 0, "sent twice it is one"
    assert land_.land() == ["dlt bridge ACCEPTED", "mof bridge ACCEPTED"], "a bridge may come before its epoch"
    assert land_.state("dlt", made["dlt"].folder) == "accepted"

    land_.today = date(2026, 7, 10)
    month(land_, spark, "2026-02")  # under the new epoch: curate applies the bridges first
    assert land_.state("mof", made["mof"].folder) == "bridged"
    assert links(spark, "2026-02") == before, "the links of bridged persons are the same"
    cars = [pids(spark, CARS, period, "vehicle_id") for period in ("2026-01", "2026-02")]
    people = [pids(spark, PEOPLE, period) for period in ("2026-01", "2026-02")]
    assert (len(cars[0] & cars[1]), len(people[0] & people[1])) == (110, 110), "and of nobody else"
    counts = rotate.bridges(land_.settings, spark)
    assert counts == {"bridged": 0, "standing": 350, "late": 0, "conflict": 0, "unknown": 0, "unlinkable": 60}


def test_an_old_epoch_is_refused_after_its_end_and_its_bridges_go(land_: Country) -> None:
    hall = land_.hall
    assert bridges.delete_done(land_.settings, client(land_.settings, "land"), today=date(2026, 8, 31)) == 0
    assert bridges.delete_done(land_.settings, client(land_.settings, "land"), today=date(2026, 9, 1)) == 2
    left = [key for key in objects(land_.settings, lake.LAKE, "accepted/") if "/bridge/" in key]
    assert (left, [key for key in objects(land_.settings, lake.HEADERS, "") if "/bridge/" in key]) == ([], [])
    assert hall.known("mof").epochs["e01"].ends == "2026-08-31"
    assert expiry.due(land_.settings, today=date(2026, 6, 10)) == ["2026-01", "2026-02"]
