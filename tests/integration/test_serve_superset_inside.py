"""Superset as a process of a project's workspace: the pilot's has ended before, for there is one port."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from tests.stackfixture import environment
from tests.supersetkit import Caller, listed

from khlang.settings import Settings
from khlang.stack import seats, superset
from khlang.stack.services import healthy

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.soak


@pytest.mark.timeout(1800)
def test_in_a_workspace_it_asks_as_who_entered_and_reads_rows_about_persons(projects: Settings) -> None:
    """Superset as a process of a project's workspace: no chart, but SQL Lab and the project's own tables."""
    subprocess.run([sys.executable, str(ROOT / "infra/native/bootstrap.py"), "--with=superset"], check=True)
    khlang = str(ROOT / ".venv" / "bin" / "khlang")
    command = [khlang, "project", "enter", "poverty", "--person", "analyst-a", "--", "khlang", "superset"]
    base = projects.var / "workspaces" / "poverty" / "superset" / "analyst-a"
    inside = seats.Seat("analyst-a.poverty@workspace", "poverty", base, base / "passwords", base)
    with (
        (projects.var / "log" / "inside.log").open("wb") as log,
        subprocess.Popen(command, env=environment(projects), stdout=log, stderr=log, start_new_session=True) as child,
    ):
        try:
            told = until_it_answers(projects, child)
            caller = Caller(projects, "analyst", inside)
            try:
                (database,) = [each["id"] for each in listed(caller, "database")]
                sets = {(each["schema"], each["table_name"]) for each in listed(caller, "dataset")}
                assert sets == {("poverty", "welfare_eligibility"), ("poverty", "welfare_by_amphoe")}, told

                def ask(sql: str) -> requests.Response:
                    asked = {"database_id": database, "sql": sql, "schema": "poverty", "runAsync": False}
                    return caller.post("sqllab/execute/", asked)

                me = ask("SELECT current_user AS me")
                assert [list(row.values()) for row in me.json()["data"]] == [["analyst-a.poverty@workspace"]], me.text
                rows = ask("SELECT count(*) AS n FROM welfare_eligibility WHERE pid > 0")
                assert rows.json()["data"][0]["n"] > 0
                for refused in (
                    "SELECT count(*) FROM lake.other.welfare_eligibility",
                    "SELECT count(*) FROM lake.demo.welfare_eligibility",
                    "SELECT debt_baht, cars FROM welfare_eligibility",
                ):
                    assert ask(refused).status_code >= 400, refused
            finally:
                caller.session.close()
        finally:
            os.killpg(child.pid, signal.SIGINT)
    assert not list((projects.var / "entered").iterdir()), "its pass is gone"


def until_it_answers(settings: Settings, child: "subprocess.Popen[bytes]") -> str:
    """What the command said by the time that its page answers."""
    log = settings.var / "log" / "inside.log"
    deadline = time.monotonic() + 600
    while not healthy(superset.SERVICE, settings):
        assert child.poll() is None, log.read_text(encoding="utf-8")[-2000:]
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")[-2000:]
        time.sleep(0.5)
    return log.read_text(encoding="utf-8")
