"""Passes for canaries come from outside the fence by a socket: theirs only, and in no file."""

import base64
import json
import stat
from pathlib import Path

import pytest
from tests import policykit

from khlang import settings as settings_
from khlang.policy import book
from khlang.projects import enter
from khlang.settings import Settings
from khlang.stack import canarypass, passes, secrets


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    made = settings_.load({"KHLANG_VAR": str(tmp_path / ("a-long-name" * 9))})
    secrets.ensure(made)
    passes.ensure(made)
    for name, until in (("poverty", "activate"), ("debts", "approve")):
        for one in policykit.events(until, asked=policykit.request(name=name)):  # type: ignore[arg-type]
            book.add(made, name, lambda _, one=one: one)  # type: ignore[misc]
    return made


def test_a_canary_of_each_active_project_gets_one_and_nobody_else(here: Settings) -> None:
    canarypass.serve(here)
    given = canarypass.ask(here)
    assert list(given) == ["canary.poverty@workspace"]
    claims = json.loads(base64.urlsafe_b64decode(given["canary.poverty@workspace"].split(".")[1] + "=="))
    assert claims["sub"] == "canary.poverty@workspace"
    assert claims["exp"] - claims["iat"] <= 900


def test_no_pass_is_written_and_a_workspace_does_not_see_the_socket(here: Settings) -> None:
    canarypass.serve(here)
    (given,) = canarypass.ask(here).values()
    held = [path for path in here.var.rglob("*") if path.is_file() and given.encode() in path.read_bytes()]
    assert held == []
    socket = here.secrets / canarypass.NAME
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert here.secrets.relative_to(here.var).parts[0] in enter.HIDDEN


def test_a_watcher_that_starts_again_takes_the_place_of_the_one_before(here: Settings) -> None:
    canarypass.serve(here)
    canarypass.serve(here)
    assert canarypass.ask(here)


def test_where_nobody_gives_any_there_is_none(here: Settings) -> None:
    assert canarypass.ask(here) == {}
    canarypass.serve(here)
    passes.key_file(here).unlink()
    assert canarypass.ask(here) == {}
