"""To kill a server while it curates, and to hold what is left against what was there before."""

import os
import signal
import time
from itertools import zip_longest
from typing import Any

from tests.e2e.office import Office, rows

from khlang import contracts, lake, store
from khlang.serve import client
from khlang.settings import Settings
from khlang.stack.services import find, healthy
from khlang.stack.supervisor import Supervisor

Content = dict[str, list[Any]]
MARTS = ("welfare_eligibility", "welfare_by_amphoe")


def asked(settings: Settings, table: str) -> list[Any]:
    """Every row of a table as the analyst sees it, in the order of all its columns."""
    with client.connect(settings, "analyst") as connection:
        names = client.ask(connection, f"SELECT * FROM {table} LIMIT 0").columns
        order = ", ".join(str(place) for place in range(1, len(names) + 1))
        return list(client.ask(connection, f"SELECT * FROM {table} ORDER BY {order}").rows)


def content(office: Office) -> Content:
    """What the analyst can ask, and the contract's columns of the curated table under it: row for row.

    What is stored beside them is the row's place in its submission, and the month is sent anew, shuffled anew.
    """
    settings, dataset = office.settings, office.dataset
    names = [column.name for column in contracts.load(settings.contracts)[dataset].columns]
    curated = rows(settings, "curated", dataset).select(names).sort(names, nulls_last=True).rows()
    found = {**{table: asked(settings, table) for table in MARTS}, dataset: curated}
    assert min(map(len, found.values())) > 10
    return found


def changed(before: Content, now: Content) -> dict[str, int]:
    """Of each table in which rows differ, how many."""
    differ = {table: sum(was != is_ for was, is_ in zip_longest(before[table], now[table])) for table in before}
    return {table: count for table, count in differ.items() if count}


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
