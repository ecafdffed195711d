"""One demo for all tests that look at what a whole run leaves behind: small, on the session's own stack."""

import json
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest
from tests.stackfixture import environment

from khlang.settings import Settings

PEOPLE, MONTHS = 2000, 2


@dataclass(frozen=True)
class Demo:
    """A finished demo: its installation, its report and what it printed."""

    settings: Settings
    report: dict[str, Any]
    printed: str


def run_demo(settings: Settings, *more: str, people: int = PEOPLE) -> Demo:
    """Run the command as a person does; ``more``: further options."""
    command = [str(settings.root / ".venv" / "bin" / "khlang"), "demo", f"--people={people}", f"--months={MONTHS}"]
    done = subprocess.run(
        [*command, *more], env=environment(settings), cwd=settings.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    report = json.loads((settings.var / "demo" / "report.json").read_text(encoding="utf-8"))
    return Demo(settings, report, done.stdout)


@pytest.fixture(scope="session")
def demo(stack: Settings) -> Demo:
    """The demo, run once."""
    return run_demo(stack)
