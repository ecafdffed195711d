"""Rotations on a lake in a folder: links stay, pids change, and a run killed at any seam is finished by the next."""

import json
import secrets
from pathlib import Path

import polars as pl
import pytest
from pyspark.sql import SparkSession
from tests.curatekit import accept, copied, filler, inner, sealed

from khlang import contracts, lake
from khlang.curation import bridge, objects, rewrite, rotation
from khlang.curation.rekey import Pool
from khlang.curation.run import Curator
from khlang.errors import ServiceError, UsageError

TABLE = contracts.load()["vehicles"]
CAR = {"vehicle_id": "plate", "pid": "somchai", "vehicle_type_code": "RY1", "first_registered_on": "05/03/2560"}
PEOPLE = 110
NEXT = "2026-02"


class Killed(BaseException):
    """The process is gone."""


def s_new(name: str) -> str:
    return sealed("new " + name).replace(".e01.", ".e02.")


def month(curator: Curator, period: str = "2026-01", *, fresh: bool = False) -> None:
    """One month of the same cars and owners, sealed under the old or the new epoch."""
    frame = inner(TABLE, filler(CAR, PEOPLE, TABLE))
    if fresh:
        names = {
            sealed(f"filler {who}-{n}"): s_new(f"filler {who}-{n}")
            for who in ("plate", "somchai")
            for n in range(PEOPLE)
        }
        frame = frame.with_columns(pl.col("vehicle_id", "pid").replace(names))
    work = accept(curator.place, frame, table=TABLE, period=period)
    assert curator.one(work, TABLE).verdict == "promoted"


def bridged(place: objects.Lake, count: int) -> None:
    """An accepted bridge over some of the persons and cars, in no order of theirs."""
    names = [f"filler {who}-{n}" for who in ("plate", "somchai") for n in range(count)]
    rows = pl.DataFrame({"s_old": [sealed(n) for n in names], "s_new": [s_new(n) for n in names]}).sort("s_new")
    folder = Path(place.at(lake.Submission("dlt", "bridge", NEXT, "0" * 32).accepted))
    folder.mkdir(parents=True)
    rows.write_parquet(folder / "part-0001.parquet")


def cars(curator: Curator, period: str = "2026-01") -> dict[int, tuple[int, int]]:
    """row number → pid of the car and of its owner."""
    at = curator.place.at(lake.table("curated", "vehicles", 1))
    rows = curator.spark.read.format("delta").load(at).where(f"period = '{period}'").collect()
    return {row["row_number"]: (row["vehicle_id"], row["pid"]) for row in rows}


def spine(curator: Curator) -> dict[tuple[str, int], str]:
    at = curator.place.at(lake.table("spine", "spine", 1))
    return {(row["type"], row["pid"]): row["p"] for row in curator.spark.read.format("delta").load(at).collect()}


def work(curator: Curator, fresh: Pool) -> rotation.Work:
    return rotation.Work(curator.spark, curator.place, curator.tables, curator.pool, fresh)


@pytest.fixture(scope="module")
def january(local_spark: SparkSession, pool_key: Pool, tmp_path_factory: pytest.TempPathFactory) -> objects.Lake:
    """A lake with one month; each test begins with a copy of it."""
    place = objects.folder(tmp_path_factory.mktemp("january"))
    month(Curator(local_spark, place, pool_key, contracts.load()))
    return place


@pytest.fixture
def folder_lake(january: objects.Lake, tmp_path: Path) -> objects.Lake:
    return copied(january, tmp_path / "lake")


@pytest.fixture
def fresh(tmp_path: Path) -> Pool:
    path = tmp_path / "pool-p02.key"
    path.write_text(secrets.token_hex(32))
    return Pool(str(path), "p02")


@pytest.mark.soak  # on real servers in `make test`: tests/integration/test_bridge.py
def test_bridged_persons_keep_their_links_and_the_others_are_counted(curator: Curator) -> None:
    before = cars(curator)
    bridged(curator.place, 100)
    counts = bridge.apply(curator.spark, curator.place, curator.pool, curator.tables)
    assert counts == {"bridged": 200, "standing": 0, "late": 0, "conflict": 0, "unknown": 0, "unlinkable": 20}
    again = bridge.apply(curator.spark, curator.place, curator.pool, curator.tables)
    assert again == counts | {"bridged": 0, "standing": 200}
    month(curator, NEXT, fresh=True)
    after = cars(curator, NEXT)
    equal = {row for row in before if before[row] == after[row]}
    assert equal == set(range(1, 101)), "those in the bridge, and nobody else"
    assert cars(curator) == before
    assert len(spine(curator)) == 2 * (PEOPLE + 10), "ten cars and ten owners came in anew"


SEAMS = ("map", "curated vehicles", "spine", "alias", "keys")


def test_a_pool_rotation_killed_at_every_seam_gives_everybody_one_other_pid(curator: Curator, fresh: Pool) -> None:
    before, known = cars(curator), spine(curator)
    in_use: list[Pool] = []
    for seam in SEAMS:

        def die(phase: str, seam: str = seam) -> None:
            if phase == seam:
                raise Killed

        now = rotation.begin(curator.place.objects, "pool", "p02")
        with pytest.raises(Killed):
            rewrite.run(work(curator, fresh), now, settle=lambda: in_use.append(fresh), say=die)
        with pytest.raises(ServiceError, match="under way"):
            month(curator, NEXT)
    now = rotation.begin(curator.place.objects, "pool", "p02")
    counts = rewrite.run(work(curator, fresh), now, settle=lambda: None, say=lambda _: None)
    assert counts == {"redrawn": 2 * PEOPLE, "bridged": 2 * PEOPLE, "unlinkable": 0}
    assert in_use, "the keys are in use before the rotation is closed"
    after = cars(curator)
    assert len(set(after.values())) == PEOPLE
    assert not {pid for pair in before.values() for pid in pair} & {pid for pair in after.values() for pid in pair}
    assert {("plate", a[0]) for a in after.values()} <= set(spine(curator))
    assert not set(known.values()) & set(spine(curator).values())
    with pytest.raises(UsageError, match="is done"):
        rotation.begin(curator.place.objects, "pool", "p02")
    # New rows come to the same persons through both keys.
    rotated = Curator(curator.spark, curator.place, Pool(curator.pool.key_file, then=(fresh,)), curator.tables)
    month(rotated, NEXT)
    assert cars(rotated, NEXT) == after
    assert not list(curator.place.objects.keys("spine/_rotation/000001/"))


def test_after_a_compromise_only_the_new_key_leads_to_a_person(curator: Curator, fresh: Pool) -> None:
    before = cars(curator)
    bridged(curator.place, 100)
    now = rotation.begin(curator.place.objects, "compromised", "e02")
    counts = rewrite.run(work(curator, fresh), now, settle=lambda: None, say=lambda _: None)
    assert counts == {"redrawn": 2 * PEOPLE, "bridged": 200, "unlinkable": 20}
    after = cars(curator)
    assert not {pid for pair in before.values() for pid in pair} & {pid for pair in after.values() for pid in pair}
    month(curator, NEXT, fresh=True)
    later = cars(curator, NEXT)
    assert {row for row in after if after[row] == later[row]} == set(range(1, 101))
    month(curator, "2026-03")  # what the old key seals leads nowhere any more
    assert not set(cars(curator, "2026-03").values()) & set(after.values())


def test_two_bridges_that_disagree_are_not_used(
    curator: Curator, local_spark: SparkSession, folder_lake: objects.Lake
) -> None:
    bridged(folder_lake, 2)
    other = Path(folder_lake.at(lake.Submission("mof", "bridge", NEXT, "1" * 32).accepted))
    other.mkdir(parents=True)
    pl.DataFrame({"s_old": [sealed("filler plate-0")], "s_new": [s_new("filler plate-9")]}).write_parquet(
        other / "part-0001.parquet"
    )
    counts = bridge.apply(local_spark, folder_lake, curator.pool, curator.tables)
    assert counts == {"bridged": 3, "standing": 0, "late": 0, "conflict": 2, "unknown": 0} | {
        "unlinkable": 2 * PEOPLE - 3
    }


def test_a_state_says_what_is_open(folder_lake: objects.Lake) -> None:
    assert rotation.state(folder_lake.objects) is None
    rotation.begin(folder_lake.objects, "pool", "p02")
    assert json.loads(folder_lake.objects.get("spine/_rotation/state.json") or b"")["open"]
    with pytest.raises(UsageError, match="not finished"):
        rotation.begin(folder_lake.objects, "pool", "p03")
