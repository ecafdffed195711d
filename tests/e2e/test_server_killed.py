"""A server killed in the middle of curating, on the whole stack: the rerun finishes, and nothing is twice."""

import os
import signal
import time
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from tests.demofixture import Demo
from tests.e2e.office import Office, commits, rows

from khlang import contracts, lake, store
from khlang.serve import client
from khlang.settings import Settings
from khlang.stack.services import find, healthy
from khlang.stack.supervisor import Supervisor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def asked(settings: Settings, table: str) -> list[Any]:
    """Every row of a table as the analyst sees it, in the order of all its columns."""
    with client.connect(settings, "analyst") as connection:
        names = client.ask(connection, f"SELECT * FROM {table} LIMIT 0").columns
        order = ", ".join(str(place) for place in range(1, len(names) + 1))
        return list(client.ask(connection, f"SELECT * FROM {table} ORDER BY {order}").rows)


def content(settings: Settings, dataset: str) -> dict[str, list[Any]]:
    """What the analyst can ask, and the contract's columns of the curated table under it: row for row.

    What is stored beside them is the row's place in its submission, and the month is sent anew, shuffled anew.
    """
    names = [column.name for column in contracts.load(settings.contracts)[dataset].columns]
    marts = {table: asked(settings, table) for table in ("welfare_eligibility", "welfare_by_amphoe")}
    return {**marts, dataset: rows(settings, "curated", dataset).select(names).sort(names, nulls_last=True).rows()}


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
    [
        ("spark-connect", "mof", "welfare_registrants"),
        pytest.param("minio", "sso", "insured_persons", marks=pytest.mark.soak),
    ],
)
def test_a_server_killed_in_the_middle(demo: Demo, tmp_path: Path, service: str, agency: str, dataset: str) -> None:
    office = Office(demo.settings, agency, dataset, "2026-02")
    before = content(office.settings, dataset)
    assert min(map(len, before.values())) > 10
    mine = [key for key in commits(office.settings, "curated") if dataset in key]
    sent = office.sends(office.with_a_row_twice(tmp_path), meanwhile=lambda: kill_while_it_stages(office, service))
    assert sent.line["state"] == "promoted"
    after = [key for key in commits(office.settings, "curated") if dataset in key]
    assert len(after) == len(mine) + 1
    now = content(office.settings, dataset)
    for table, lines in before.items():
        changed = [(was, is_) for was, is_ in zip_longest(lines, now[table]) if was != is_]
        assert changed == [], f"{len(changed)} rows of {table} differ"
