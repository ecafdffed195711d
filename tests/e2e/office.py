"""An office of the demo at its keyboard: seal, send, and wait until the hops are quiet."""

import html
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import DeltaTable
from tests.stackfixture import environment

from khlang import contracts, deltastore, lake, store
from khlang.agency.home import Home
from khlang.demo import watch
from khlang.demo.airflow import Airflow
from khlang.lake import Layer, Submission
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

    def receipt(self, submission: str, lang: str, folder: Path) -> str:
        """What the office reads of a submission, as the page that it prints."""
        file = folder / f"receipt-{lang}.html"
        program = str(self.settings.root / ".venv" / "bin" / "khlang")
        words = ["agency", "receipt", submission, "--lang", lang, "--format", "html", "--output", str(file)]
        home = ["--home", str(self.settings.agency(self.agency))]
        subprocess.run([program, *words, *home], env=environment(self.settings), capture_output=True, check=True)
        return html.unescape(file.read_text(encoding="utf-8"))

    def source_rows(self, submission: str) -> pl.DataFrame:
        """The row map that stays at the office: sealed ``row_number`` → ``source_row`` of its own file."""
        home = Home(self.settings.agency(self.agency))
        return pl.read_parquet(home.rowmap(self.dataset, self.period, submission))

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


def rows(settings: Settings, layer: Layer, dataset: str) -> pl.DataFrame:
    """A whole Delta table as it is now, every column, in the order of all of them."""
    table = contracts.load(settings.contracts)[dataset]
    place = lake.table(layer, dataset, table.version)
    frame = pl.from_arrow(DeltaTable(place, storage_options=deltastore.options(settings, "curate")).to_pyarrow_table())
    assert isinstance(frame, pl.DataFrame)
    return frame.sort(sorted(frame.columns), nulls_last=True)
