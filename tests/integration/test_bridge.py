"""Key life end to end on a real gateway, object store and Spark: a planned rotation, a pool rotation that is killed,
a leak, a month's end; two agencies whose registers overlap. Each part goes on where the one before it ended.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession
from tests.bridgekit import CARS, PEOPLE, Country, country, objects, on, pids
from tests.stackfixture import environment

from khlang import lake, store
from khlang.agency.bridging import Bridge
from khlang.curation import lease, rotate
from khlang.errors import ServiceError
from khlang.keys import rotation
from khlang.landing import bridges, registry
from khlang.landing.cli import pool

OWNERS, REGISTRANTS = range(120), range(20, 140)  # a hundred are in both registers


@dataclass
class Told:
    """What one part of the story left behind, for the tests and for the next part."""

    land: Country
    spark: SparkSession
    links: dict[str, set[int]] = field(default_factory=dict)
    bridges: dict[str, Bridge] = field(default_factory=dict)
    said: list[list[str]] = field(default_factory=list)
    output: str = ""

    def month(self, period: str) -> None:
        """Both agencies send the same people, and all of it is promoted."""
        self.send(period)
        assert self.land.land() == [f"dlt {CARS} ACCEPTED", f"mof {PEOPLE} ACCEPTED"]
        self.curate(period)

    def send(self, period: str) -> None:
        self.land.send("dlt", self.land.seal("dlt", period, OWNERS))
        self.land.send("mof", self.land.seal("mof", period, REGISTRANTS))

    def curate(self, period: str) -> None:
        assert self.land.curate(self.spark) == [(CARS, period, "promoted"), (PEOPLE, period, "promoted")]
        self.links[period] = pids(self.spark, CARS, period) & pids(self.spark, PEOPLE, period)

    def bridge(self, period: str) -> None:
        """Each agency bridges most of its people: persons 0 to 129, and nobody else."""
        self.bridges = {agency: self.land.bridge(agency, period, people) for agency, people in (
            ("dlt", range(110)), ("mof", range(20, 130)))}  # fmt: skip
        for agency, one in self.bridges.items():
            assert self.land.send(agency, one.folder).parts_sent == 1
            assert self.land.send(agency, one.folder).parts_sent == 0, "sent twice it is one"

    def command(self, *words: str) -> str:
        """``khlang pool …`` in this process, with the session that is open."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KHLANG_VAR", str(self.land.settings.var))
            done = CliRunner().invoke(pool, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    def next(self) -> "Told":
        return Told(self.land, self.spark, dict(self.links))


@pytest.fixture(scope="module")
def land_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("bridge") / "var", date(2024, 6, 10)) as made:
        yield made


@pytest.fixture(scope="module")
def planned(land_: Country, local_spark: SparkSession) -> Told:
    """Epoch e02 follows e01 as planned: bridges come before it begins, data of it after."""
    told = Told(land_, on(local_spark, land_.settings))
    told.month("2024-01")
    land_.set_up(rotation.rotate(land_.authority, starts=date(2024, 7, 1), last_day=date(2024, 8, 31)))
    told.bridge("2024-01")
    told.said.append(land_.land())
    told.said.append([land_.state("dlt", told.bridges["dlt"].folder)])
    land_.today = date(2024, 7, 10)
    told.month("2024-02")  # curate applies the bridges first
    told.said.append([land_.state("mof", told.bridges["mof"].folder)])
    return told


def test_links_are_equal_before_and_after_a_planned_rotation(planned: Told) -> None:
    assert planned.said == [["dlt bridge ACCEPTED", "mof bridge ACCEPTED"], ["accepted"], ["bridged"]]
    assert planned.bridges["dlt"].identifiers == {"plate": 110, "th-cid": 110}
    assert len(planned.links["2024-01"]) == 100
    assert planned.links["2024-02"] == planned.links["2024-01"], "the links of bridged persons are the same"
    cars = [pids(planned.spark, CARS, period, "vehicle_id") for period in ("2024-01", "2024-02")]
    people = [pids(planned.spark, PEOPLE, period) for period in ("2024-01", "2024-02")]
    assert (len(cars[0] & cars[1]), len(people[0] & people[1])) == (110, 110), "and of nobody else"
    told = planned.command("bridges", "--json")
    assert '{"bridged": 0, "standing": 350, "late": 0, "conflict": 0, "unknown": 0, "unlinkable": 60}' in told


@pytest.fixture(scope="module")
def rotated(planned: Told) -> Told:
    """A pool rotation, ended by SIGKILL when one table was written anew, and run again."""
    told, settings = planned.next(), planned.land.settings
    words = [sys.executable, "-m", "khlang", "pool", "rotate"]
    with subprocess.Popen(
        words, env=environment(settings), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        for line in child.stdout:
            if line.strip() == f"curated {CARS}":
                break
        os.killpg(child.pid, signal.SIGKILL)
        assert child.wait(20) == -signal.SIGKILL
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lease, "STALE_SECONDS", 1.0)  # nobody is left to beat: the wait for each table's lease is idle
        told.send("2024-03")
        told.said.append(told.land.land())
        with pytest.raises(ServiceError, match="rotation is under way"):
            told.land.curate(told.spark)
        told.output = told.command("rotate")
    told.curate("2024-03")
    return told


@pytest.mark.soak
def test_a_pool_rotation_killed_in_the_middle_is_finished_by_the_same_words(rotated: Told) -> None:
    spark = rotated.spark
    assert "Rotation to p02 (pool)" in rotated.output
    assert "410 pids redrawn; 0 of them lead to nobody" in rotated.output
    now = {period: pids(spark, CARS, period) & pids(spark, PEOPLE, period) for period in ("2024-01", "2024-02")}
    assert now["2024-01"] == now["2024-02"] == rotated.links["2024-03"], "new rows come to the same persons"
    assert len(now["2024-01"]) == 100
    assert not now["2024-01"] & rotated.links["2024-01"], "everybody has another pid"
    assert (rotated.land.settings.secrets / "pool-p02.key").stat().st_mode & 0o077 == 0


@pytest.fixture(scope="module")
def leaked(rotated: Told) -> Told:
    """The key of e02 leaks: data of e03 come first, then the bridges, then the keeper rotates."""
    told, land_ = rotated.next(), rotated.land
    late = land_.seal("mof", "2024-05", REGISTRANTS)  # under the key that leaks
    land_.today = date(2024, 8, 10)
    land_.set_up(rotation.rotate(land_.authority, starts=land_.today, compromised=True))
    told.send("2024-04")
    told.said.append(land_.land())
    told.bridge("2024-04")
    told.said.append(land_.land())
    assert registry.unrotated(land_.settings) == {"e03"}
    rotate.bridges(land_.settings, told.spark)  # by mistake: it writes no alias
    told.output = told.command("rotate", "--compromised", "e03")
    told.said.append(land_.land())
    told.curate("2024-04")
    land_.send("mof", late)
    told.said.append(land_.land())
    return told


@pytest.mark.soak
def test_after_a_leak_new_data_wait_for_the_rotation_and_for_nothing_else(leaked: Told) -> None:
    held, bridged, free, late = leaked.said
    assert held == [], "who came in before the rotation would be lost by it"
    assert bridged == ["dlt bridge ACCEPTED", "mof bridge ACCEPTED"]
    assert free == [f"dlt {CARS} ACCEPTED", f"mof {PEOPLE} ACCEPTED"], "though nobody said so"
    assert late == [f"mof {PEOPLE} KEY-EPOCH-ENDED"]


@pytest.mark.soak
def test_after_a_leak_bridged_persons_are_found_again_and_the_bridges_gone(leaked: Told) -> None:
    assert "410 pids redrawn; 60 of them lead to nobody" in leaked.output
    assert "4 bridges deleted" in leaked.output, "those of the planned rotation among them"
    assert len(leaked.links["2024-04"]) == 100
    before = pids(leaked.spark, PEOPLE, "2024-03") & pids(leaked.spark, PEOPLE, "2024-04")
    cars = pids(leaked.spark, CARS, "2024-03", "vehicle_id") & pids(leaked.spark, CARS, "2024-04", "vehicle_id")
    assert (len(before), len(cars)) == (110, 110), "those in the bridge, and nobody else"
    assert not leaked.links["2024-04"] & leaked.links["2024-03"], "everybody has another pid"
    assert leaked.land.state("dlt", leaked.bridges["dlt"].folder) == "bridged"
    s3 = store.client(leaked.land.settings, "land")
    assert bridges.delete_done(leaked.land.settings, s3, today=leaked.land.today) == 0
    assert [key for key in objects(leaked.land.settings, lake.LAKE, "accepted/") if "/bridge/" in key] == []
    assert [key for key in objects(leaked.land.settings, lake.HEADERS, "") if "/bridge/" in key] == []


@pytest.mark.soak
def test_the_keeper_ends_a_month_by_command(leaked: Told) -> None:
    settings = leaked.land.settings
    said = leaked.command("expire", "--today", "2024-05-02", "--days", "90")
    assert "Months ended: 2024-01." in said
    for bucket, folder in ((lake.HEADERS, ""), (lake.LAKE, "accepted/")):
        months = {one.removeprefix("accepted/").split("/")[2] for one in objects(settings, bucket, folder)}
        assert "2024-01" not in months, bucket
        assert "2024-02" in months, bucket
    assert "Months ended: none." in leaked.command("expire", "--today", "2024-05-02", "--days", "90")
