"""Whoever enters a workspace leaves nothing there, however the command that stands outside is ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import policykit

from khlang import settings as settings_
from khlang.policy import book
from khlang.projects import enter
from khlang.settings import Settings
from khlang.stack import passes

PATIENCE_SECONDS = 60.0
#: A command that ends when it is told to, and one that does not listen.
LISTENS, IS_DEAF = "", "trap '' TERM HUP; "


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    made = settings_.load({"KHLANG_VAR": str(tmp_path / "var")})
    for one in policykit.events():
        book.add(made, "poverty", lambda _, one=one: one)  # type: ignore[misc]
    passes.ensure(made)
    return made


def until(seen: Callable[[], object]) -> None:
    last = time.monotonic() + PATIENCE_SECONDS
    while not seen():
        assert time.monotonic() < last, "it never came"
        time.sleep(0.05)


@pytest.mark.parametrize(("how", "first"), [(signal.SIGTERM, IS_DEAF), (signal.SIGHUP, LISTENS)])
def test_told_to_end_it_ends_its_command_and_takes_the_pass_away(
    here: Settings, how: signal.Signals, first: str
) -> None:
    entered, mark = here.var / "entered", enter.files(here, "poverty") / "mark"
    command = ["sh", "-c", f"{first}echo $$ > mark; while :; do sleep 0.1; done"]
    run = [sys.executable, "-m", "khlang", "project", "enter", "poverty", "--person", "analyst-a", "--", *command]
    outside = subprocess.Popen(run, env=os.environ | {"KHLANG_VAR": str(here.var)}, start_new_session=True)
    try:
        until(lambda: mark.exists() and mark.read_text())
        assert len(list(entered.glob("*/pass"))) == 1, "else it proves nothing"
        outside.send_signal(how)
        outside.send_signal(signal.SIGHUP)  # a closed terminal says so twice
        assert outside.wait(PATIENCE_SECONDS) in {128 + how, 128 + signal.SIGHUP}
        assert list(entered.iterdir()) == []
        assert not Path(f"/proc/{mark.read_text().strip()}").exists(), "nothing goes on without a pass"
    finally:
        outside.kill()
        outside.wait()
