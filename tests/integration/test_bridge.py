"""Key life end to end on a real gateway, object store and Spark: a planned rotation,
by two agencies whose registers overlap.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession
from tests.bridgekit import CARS, PEOPLE, Country, country, on, pids

from khlang.agency.bridging import Bridge
from khlang.keys import rotation
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
