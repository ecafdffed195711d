"""An extract that breaks a rule, on the whole stack: a red run, nothing promoted, a receipt to mend it by; then mended.

The mended file is the office's own with its first row twice: another content, and after deduplication the same rows,
so that what other tests of this stack hold against the truth stays true.
"""

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.demofixture import Demo
from tests.stackfixture import environment

from khlang import lake, store
from khlang.agency.home import Home
from khlang.demo import watch
from khlang.demo.airflow import Airflow
from khlang.lake import Submission
from khlang.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

AGENCY, DATASET, PERIOD = "dlt", "vehicles", "2026-02"


@dataclass(frozen=True)
class Sent:
    """What became of one submission: Airflow's runs of the dataset, and what the office is told."""

    submission: str
    runs: list[dict[str, Any]]
    red: list[str]
    events: int
    line: dict[str, Any]


def office(settings: Settings, *words: str) -> Any:
    """One command of ``khlang agency``, as the office types it."""
    program = str(settings.root / ".venv" / "bin" / "khlang")
    home = str(settings.agency(AGENCY))
    command = [program, "agency", words[0], *words[1:], "--home", home, "--json"]
    done = subprocess.run(command, env=environment(settings), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def send(settings: Settings, file: Path) -> Sent:
    """Seal, send, and wait until the hops are quiet."""
    sealed = office(settings, "seal", str(file), "--dataset", DATASET, "--period", PERIOD)
    office(settings, "send", str(sealed["folder"]))
    name = str(sealed["submission"])
    board = watch.Board(settings, [Submission(AGENCY, DATASET, PERIOD, name)])
    since = datetime.now(UTC)
    with Airflow(settings) as airflow:
        airflow.trigger("land")
        watch.wait(airflow, board, refresh=lambda: None, running=[], since=since)
        runs = [run for run in airflow.runs(since) if run["dag_id"] != "land"]
        red = [task["task_id"] for run in runs for task in airflow.tasks(run) if task["state"] == "failed"]
        events = sum(airflow.announced(run) for run in runs)
    (line,) = [line for line in office(settings, "status") if line["submission"] == name]
    return Sent(name, runs, red, events, line)


def extract(settings: Settings) -> Path:
    """The office's own file of the month."""
    (file,) = (settings.agency(AGENCY) / "extracts" / DATASET / PERIOD).iterdir()
    return file


def commits(settings: Settings, *layers: str) -> list[str]:
    """Every commit of the tables of these layers."""
    keys = store.list_keys(store.client(settings, "root"), lake.LAKE)
    return sorted(key for key in keys if "/_delta_log/" in key and key.partition("/")[0] in layers)


@pytest.fixture(scope="module")
def tables_before(demo: Demo) -> list[str]:
    return commits(demo.settings, "curated", "spine", "marts", "projects")


@pytest.fixture(scope="module")
def refused(demo: Demo, tables_before: list[str], tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Every third vehicle has a type that no code list knows."""
    del tables_before
    lines = extract(demo.settings).read_text(encoding="utf-8").splitlines()
    where = lines[0].split("\t").index("ประเภทรถ")
    for number in range(1, len(lines), 3):
        cells = lines[number].split("\t")
        cells[where] = "RY99"
        lines[number] = "\t".join(cells)
    file = tmp_path_factory.mktemp("spoilt") / "vehicles.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return send(demo.settings, file)


def test_the_run_is_red_and_announces_nothing(refused: Sent) -> None:
    assert [(run["dag_id"], run["state"]) for run in refused.runs] == [(f"curate_{DATASET}", "failed")]
    assert refused.red == ["verdict"]
    assert refused.events == 0


def test_nothing_of_it_is_promoted(demo: Demo, refused: Sent, tables_before: list[str]) -> None:
    del refused
    assert commits(demo.settings, "curated", "spine", "marts", "projects") == tables_before


def test_the_receipt_names_column_rule_count_and_the_offices_own_rows(refused: Sent) -> None:
    assert refused.line["state"] == "refused"
    last = refused.line["receipt"]["steps"][-1]
    (finding,) = [one for one in last["findings"] if one.get("code") == "GATE-CODE"]
    assert finding["column"] == "vehicle_type_code"
    assert finding["count"] > 100
    assert "RY99" not in json.dumps(refused.line, ensure_ascii=False)


def test_the_mended_extract_of_the_same_month_goes_through(
    demo: Demo, refused: Sent, tables_before: list[str], tmp_path: Path
) -> None:
    lines = extract(demo.settings).read_text(encoding="utf-8").splitlines()
    file = tmp_path / "vehicles.txt"
    file.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    mended = send(demo.settings, file)
    assert mended.submission != refused.submission
    assert mended.line["state"] == "promoted"
    assert f"curate_{DATASET}" in {run["dag_id"] for run in mended.runs if run["state"] == "success"}
    assert mended.events > 0
    assert len(commits(demo.settings, "curated")) > len([c for c in tables_before if c.startswith("curated/")])
    told = {line["submission"]: line["state"] for line in office(demo.settings, "status")}
    assert told[refused.submission] == "refused"
    assert Home(demo.settings.agency(AGENCY)).submissions()
