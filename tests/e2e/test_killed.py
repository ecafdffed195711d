"""A server killed in the middle of curating, on the whole stack: the rerun finishes, and nothing is twice."""

import os
import signal
import time
from pathlib import Path

import pytest
from tests.demofixture import Demo
from tests.e2e.office import Office, commits

from khlang import lake, store
from khlang.serve import client
from khlang.stack.services import find, healthy
from khlang.stack.supervisor import Supervisor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
ANSWER = "SELECT count(*), count(DISTINCT pid), sum(debt_baht) FROM welfare_eligibility"


def kill_while_it_stages(office: Office, service: str) -> None:
    """Wait for the first staged file of the dataset, then kill -9; what was staged is gone once a run has ended."""
    root = store.client(office.settings, "root")
    until = time.monotonic() + 600
    while not any(office.dataset in key for key in store.list_keys(root, lake.LAKE, "staging/")):
        assert time.monotonic() < until, "nothing was staged"
        time.sleep(0.1)
    killed = int(Supervisor(office.settings).processes()[service]["pid"])
    os.kill(killed, signal.SIGKILL)
    while Supervisor(office.settings).processes()[service]["pid"] in {0, killed} or not healthy(
        find(service), office.settings
    ):
        assert time.monotonic() < until, f"{service} does not come back"
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("service", "agency", "dataset"),
    [("spark-connect", "mof", "welfare_registrants"), ("minio", "sso", "insured_persons")],
)
def test_a_server_killed_in_the_middle(demo: Demo, tmp_path: Path, service: str, agency: str, dataset: str) -> None:
    office = Office(demo.settings, agency, dataset, "2026-02")
    with client.connect(office.settings, "analyst") as connection:
        answer = client.ask(connection, ANSWER).rows
    mine = [key for key in commits(office.settings, "curated") if dataset in key]
    sent = office.sends(office.with_a_row_twice(tmp_path), meanwhile=lambda: kill_while_it_stages(office, service))
    assert sent.line["state"] == "promoted"
    after = [key for key in commits(office.settings, "curated") if dataset in key]
    assert len(after) == len(mine) + 1
    with client.connect(office.settings, "analyst") as connection:
        assert client.ask(connection, ANSWER).rows == answer
