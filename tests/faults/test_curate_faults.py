"""A curate run that dies anywhere is finished by the next one: nothing lost, nothing twice."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from pyspark.sql import SparkSession
from tests.curatekit import accept, content, filler, inner

from khlang import contracts, delta, lake
from khlang.curation import lease, objects, promote
from khlang.curation.lease import Lease
from khlang.curation.rekey import Pool
from khlang.curation.run import Curator
from khlang.errors import LeaseLostError

TABLE = contracts.load()["vehicles"]
CAR = {"vehicle_id": "plate", "pid": "somchai", "vehicle_type_code": "RY1", "first_registered_on": "05/03/2560"}
TABLES = (("curated", "vehicles"), ("quarantine", "vehicles"), ("spine", "spine"))


class Killed(BaseException):
    """The process is gone: nothing after this line runs, and nobody handles it."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "STALE_SECONDS", 1.0)


def accepted(place: objects.Lake) -> object:
    rows = [*filler(CAR, 110, TABLE), CAR | {"vehicle_id": ""}]
    return accept(place, inner(TABLE, rows), table=TABLE)


def tables(place: objects.Lake, spark: SparkSession) -> dict[str, list[tuple[object, ...]]]:
    where = {layer: lake.table(layer, name, 1) for layer, name in TABLES}  # type: ignore[arg-type]
    return {layer: content(spark, place.at(at)) if place.exists(at) else [] for layer, at in where.items()}


@pytest.fixture(scope="module")
def whole(local_spark: SparkSession, pool_key: Pool, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The tables of a run that nothing happened to."""
    place = objects.folder(tmp_path_factory.mktemp("whole"))
    Curator(local_spark, place, pool_key, contracts.load()).one(accepted(place), TABLE)  # type: ignore[arg-type]
    return dict(tables(place, local_spark))


POINTS = {
    "after staging": (Curator, "_gate"),
    "before the spine": (promote, "extend_spine"),
    "before curated": (promote, "write_curated"),
    "before quarantine": (promote, "write_quarantine"),
    "before the commit of curated": (delta, "replace_period"),
}
TRIED = {"before the commit of curated"}  # the others in `make soak`


@pytest.mark.parametrize(
    "point", [pytest.param(point, marks=[] if point in TRIED else pytest.mark.soak) for point in POINTS]
)
def test_a_run_killed_at_a_seam_is_finished_by_the_next(
    point: str, curator: Curator, monkeypatch: pytest.MonkeyPatch, whole: dict[str, object]
) -> None:
    folder_lake, local_spark = curator.place, curator.spark
    work = accepted(folder_lake)

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*POINTS[point], die)
        with pytest.raises(Killed):
            curator.one(work, TABLE)  # type: ignore[arg-type]
    decision = curator.one(work, TABLE)  # type: ignore[arg-type]
    assert decision.verdict == "promoted"
    assert tables(folder_lake, local_spark) == whole
    assert not list(folder_lake.objects.keys("staging/"))


def test_a_run_killed_after_its_commits_and_before_its_receipt_is_repeated_without_a_trace(
    curator: Curator, folder_lake: objects.Lake, local_spark: SparkSession, whole: dict[str, object]
) -> None:
    def die(*_: object) -> None:
        raise Killed

    work = accepted(folder_lake)
    curator.report = die
    with pytest.raises(Killed):
        curator.one(work, TABLE)  # type: ignore[arg-type]
    curator.report = lambda *_: None
    assert curator.one(work, TABLE).verdict == "promoted"  # type: ignore[arg-type]
    assert tables(folder_lake, local_spark) == whole


def test_a_writer_fenced_before_its_commit_writes_nothing(
    curator: Curator, folder_lake: objects.Lake, local_spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(self: Lease) -> None:
        assert self.objects.put_new(f"{self.folder}{self.token + 1:08d}/claim", b"")
        check(self)

    check = Lease.check
    with monkeypatch.context() as patch:
        patch.setattr(Lease, "check", taken)
        with pytest.raises(LeaseLostError):
            curator.one(accepted(folder_lake), TABLE)  # type: ignore[arg-type]
    assert tables(folder_lake, local_spark) == {"curated": [], "quarantine": [], "spine": []}


PROGRAM = """
import sys
from pathlib import Path
from khlang import contracts, lake, session, settings
from khlang.curation import objects
from khlang.curation.rekey import Pool
from khlang.curation.run import Curator, Work
root, key, agency, dataset, period, submission, rows = sys.argv[1:]
spark = session.spark(settings.load(), "killed", environ={})
curator = Curator(spark, objects.folder(Path(root)), Pool(key), contracts.load())
work = Work(lake.Submission(agency, dataset, period, submission), 1, int(rows))
print("begin", flush=True)
curator.one(work, contracts.load()[dataset])
print("end", flush=True)
"""


@pytest.mark.slow
@pytest.mark.soak  # in `make test` Spark's server is killed, on the whole stack: tests/e2e/test_refused.py
@pytest.mark.parametrize("after", ["_delta_log", "staging"])
def test_kill_9_is_survived(
    after: str, curator: Curator, folder_lake: objects.Lake, local_spark: SparkSession, whole: dict[str, object]
) -> None:
    """A real process, killed with its JVM as soon as the first staged file, or the first commit, is there."""
    work = accepted(folder_lake)
    sub = work.submission  # type: ignore[attr-defined]
    arguments = [str(folder_lake.root), curator.pool.key_file, sub.agency, sub.dataset, sub.period, sub.id, "111"]
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), *arguments],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 300
        while not any(f"{after}/" in key for key in folder_lake.objects.keys("")):
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert curator.one(work, TABLE).verdict == "promoted"  # type: ignore[arg-type]
    assert tables(folder_lake, local_spark) == whole
