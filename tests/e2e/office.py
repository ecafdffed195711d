"""An office of the demo at its keyboard: seal, send, and wait until the hops are quiet."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.stackfixture import environment

from khlang import lake, store
from khlang.demo import watch
from khlang.demo.airflow import Airflow
from khlang.lake import Submission
from khlang.settings import Settings


@dataclass(frozen=True)
class Sent:
    """What became of one submission: Airflow's runs after its landing, and what the office is told."""

    submission: str
    runs: list[dict[str, Any]]
    red: list[str]
    events: int
    line: dict[str, Any]


@dataclass(frozen=True)
class Office:
    """One agency's desk and one of its datasets in one month."""

    settings: Settings
    agency: str
    dataset: str
    period: str

    def types(self, *words: str) -> Any:
        """One command of ``khlang agency``; what it prints for a program."""
        program = str(self.settings.root / ".venv" / "bin" / "khlang")
        command = [program, "agency", *words, "--home", str(self.settings.agency(self.agency)), "--json"]
        done = subprocess.run(command, env=environment(self.settings), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    def extract(self) -> Path:
        """The office's own file of the month."""
        (file,) = (self.settings.agency(self.agency) / "extracts" / self.dataset / self.period).iterdir()
        return file

    def with_a_row_twice(self, folder: Path) -> Path:
        """Another content that gives the same rows once duplicates are out."""
        lines = self.extract().read_bytes().splitlines(keepends=True)
        file = folder / self.extract().name
        file.write_bytes(b"".join([*lines, lines[1]]))
        return file

    def sends(self, file: Path, meanwhile: Callable[[], None] = lambda: None) -> Sent:
        """Seal, send, and wait until no DAG runs."""
        sealed = self.types("seal", str(file), "--dataset", self.dataset, "--period", self.period)
        if sealed["pending"]:
            self.types("approve", str(sealed["submission"]), "--name", "ข", "--role", "ผู้อำนวยการกอง", "--yes")
        self.types("send", str(sealed["folder"]))
        name, since = str(sealed["submission"]), datetime.now(UTC)
        board = watch.Board(self.settings, [Submission(self.agency, self.dataset, self.period, name)])
        with Airflow(self.settings) as airflow:
            airflow.trigger("land")
            meanwhile()
            watch.wait(airflow, board, refresh=lambda: None, running=[], since=since)
            runs = [run for run in airflow.runs(since) if run["dag_id"] != "land"]
            red = [task["task_id"] for run in runs for task in airflow.tasks(run) if task["state"] == "failed"]
            events = sum(airflow.announced(run) for run in runs)
        (line,) = [line for line in self.types("status") if line["submission"] == name]
        return Sent(name, runs, red, events, line)


def commits(settings: Settings, *layers: str) -> list[str]:
    """Every commit of the tables of these layers."""
    keys = store.list_keys(store.client(settings, "root"), lake.LAKE)
    commits = (key for key in keys if "/_delta_log/" in key and key.endswith(".json"))
    return sorted(key for key in commits if key.partition("/")[0] in layers)
