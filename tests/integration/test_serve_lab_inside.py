"""JupyterLab as a process of a project's workspace: its notebook asks as who entered, and reads rows about persons."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.test_serve_lab import answers, call, run, text
from tests.stackfixture import environment

from khlang.settings import Settings

ROOT = Path(__file__).parents[2]
SECONDS = 600
CELLS = (
    "%sql SELECT current_user AS me",
    "%sql --pandas -o rows SELECT pid FROM welfare_eligibility",
    "print(len(rows) > 0, rows['pid'].min() > 0)",
    "%sql SELECT count(*) FROM lake.other.welfare_eligibility",
    "%sql SELECT count(*) FROM lake.demo.welfare_eligibility",
)
pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]


@pytest.fixture
def lab(projects: Settings) -> Iterator[str]:
    """The token of the page that runs inside of the workspace, until the person leaves it."""
    subprocess.run([sys.executable, str(ROOT / "infra/native/bootstrap.py"), "--with=lab"], check=True)
    khlang, log = str(ROOT / ".venv" / "bin" / "khlang"), projects.var / "log" / "lab-inside.log"
    command = [khlang, "project", "enter", "poverty", "--person", "analyst-a", "--", khlang, "lab"]
    with (
        log.open("wb") as said,
        subprocess.Popen(command, env=environment(projects), stdout=said, stderr=said, start_new_session=True) as child,
    ):
        try:
            deadline = time.monotonic() + SECONDS
            while not (token := shown(log)) or not answers(projects, token):
                assert child.poll() is None, log.read_text(encoding="utf-8")[-2000:]
                assert time.monotonic() < deadline, log.read_text(encoding="utf-8")[-2000:]
                time.sleep(0.5)
            yield token
        finally:
            os.killpg(child.pid, signal.SIGTERM)
    assert not list((projects.var / "entered").iterdir()), "its pass and its token are gone"


def shown(log: Path) -> str:
    """The token, once the command has said where it lies."""
    told = re.search(r"token in (\S+)", log.read_text(encoding="utf-8"))
    return Path(told[1]).read_text(encoding="utf-8").strip() if told else ""


def test_in_a_workspace_a_notebook_asks_as_who_entered(projects: Settings, lab: str) -> None:
    kernel = call(projects, "kernels", lab, b'{"name": "khlang"}')["id"]
    me, _, rows, other, pilot = (text(said) for said in asyncio.run(run(projects, lab, kernel, CELLS)))
    assert "analyst-a.poverty@workspace" in me
    assert "True True" in rows
    assert "PERMISSION_DENIED" in other
    assert "PERMISSION_DENIED" in pilot
