"""Refusals inside the pool that no month of the demo meets: each is provoked at the function that refuses."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from starlette.requests import ClientDisconnect
from tests.refusalkit import expect_official, expect_raised

from khlang import contracts, lake
from khlang.curation import objects, rewrite, rotation
from khlang.demo.volume import run as volume
from khlang.landing import land
from khlang.landing.intake import Intake
from khlang.serve import project

TABLES = contracts.load()


async def cut(*chunks: bytes, by: type[Exception] = ClientDisconnect) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    raise by


async def gather(intake: Intake, path: Path, body: AsyncIterator[bytes]) -> None:
    async with intake.gathered(path, body, offset=0, limit=1000):
        pass


@pytest.mark.parametrize(("by", "code"), [(ClientDisconnect, "CUT"), (OSError, "SPOOL-FULL")])
def test_what_came_before_a_cut_stays_for_the_next_try(tmp_path: Path, by: type[Exception], code: str) -> None:
    intake = Intake(tmp_path)
    path = intake.path("mof", "key", "0" * 64)
    told = expect_raised(lambda: asyncio.run(gather(intake, path, cut(b"abc", by=by))), code=code, exit_code=12)
    expect_official(told, code=code, exit_code=12, says="it resumes")
    assert intake.received(path) == 3


def test_nothing_is_read_or_written_while_pids_change(tmp_path: Path) -> None:
    store = objects.folder(tmp_path).objects
    rotation.require_rest(store)
    rotation.begin(store, "pool", "p02")
    told = expect_raised(lambda: rotation.require_rest(store), code="ROTATION", exit_code=12, says="under way")
    assert "khlang" in told.remedy or "jobs/" in told.remedy, "the remedy names the command"


def test_a_rewrite_that_would_lose_a_person_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock stands for Spark: two rows hold a pid without a successor."""
    written: list[Any] = []
    monkeypatch.setattr(rewrite, "_overwrite", lambda *given: written.append(given))
    work, table = MagicMock(), TABLES["vehicles"]
    rows = work.spark.read.format.return_value.load.return_value
    rows.columns, rows.join.return_value = [column.name for column in table.stored], rows
    rows.where.return_value.count.return_value = 2
    now = rotation.State(1, "pool", "p02", open=True)

    def run() -> None:
        rewrite._rewrite(work, table, "x", MagicMock(), now, strict=True)

    expect_raised(run, code="ROTATION-SPINE", exit_code=25, says="2 rows of vehicles")
    assert written == []
    rows.where.return_value.count.return_value = 0
    run()
    assert len(written) == 1, "positive control"


def test_a_project_in_which_two_persons_share_a_pid() -> None:
    rows, mine = MagicMock(), MagicMock()
    mine.name = "study"
    for grains, refused in ((7, False), (5, True)):
        rows.selectExpr.return_value.first.return_value = {"whole": 7, "grains": grains}
        if not refused:
            project.check(rows, TABLES["welfare_eligibility"], mine)
            continue
        told = expect_raised(
            lambda: project.check(rows, TABLES["welfare_eligibility"], mine), code="PROJECT-PID", exit_code=25
        )
        assert told.message.startswith("2 rows of welfare_eligibility")
        assert "project study" in told.remedy


def test_a_volume_that_did_not_hold_names_all_of_it() -> None:
    volume.judge({"wrong": []})
    says = "It did not hold: counts differ; it was sent twice."
    expect_raised(
        lambda: volume.judge({"wrong": ["counts differ", "it was sent twice"]}), code="VOLUME", exit_code=25, says=says
    )


def test_an_extract_whose_canaries_the_registry_lacks_is_not_taken_unproved(monkeypatch: pytest.MonkeyPatch) -> None:
    """New contracts came to the pool, and nobody published their canaries: nothing would show a wrong key."""
    monkeypatch.setattr(land.registry, "epochs", lambda _: {"e01": MagicMock()})
    monkeypatch.setattr(land.registry, "canaries", lambda *_: {"vehicles": {"vehicle_id": ["s1"]}})
    made: Any = {"profile": {"epoch": "e01"}}
    place = lake.Submission("dlt", "vehicles", "2026-01", "0" * 32)
    told = expect_raised(
        lambda: land._content(MagicMock(), place, made, TABLES["vehicles"]), code="CANARY-UNKNOWN", exit_code=10
    )
    assert "vehicles: pid" in str(told)
    assert "keys publish" in told.remedy
