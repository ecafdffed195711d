"""Two projects beside the pilot, on the ``served`` installation; and what an account gets when it asks."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests import policykit, servekit

from khlang import contracts
from khlang.curation.objects import bucket
from khlang.policy import book
from khlang.policy.request import narrowed
from khlang.serve import client, register
from khlang.settings import Settings
from khlang.stack import access

NAMES = ("poverty", "other")
DAY = dt.date(2026, 12, 2)
LOGINS = ("analyst-a.poverty", "analyst-a.other")
ACCOUNTS = ("analyst", "engineer", *LOGINS)


@dataclass(frozen=True)
class Cell:
    """One statement of one account on one table."""

    account: str
    verb: str
    table: str
    sql: str


@pytest.fixture(scope="session")
def projects(served: Settings) -> Iterator[Settings]:
    """``served``, with two active projects whose tables were written as the job writes them."""
    known = contracts.load()
    for name in NAMES:
        asked = policykit.request(name=name)
        for one in policykit.events(asked=asked):
            book.add(served, name, lambda _, one=one: one)  # type: ignore[misc]
        items = [register.Served.of_project(name, table) for table in narrowed(asked, known)]
        for item in items:
            servekit.write(served, item.location, item.table)
        register.show(served, items, exists=bucket(served).exists)
    access.apply(served, DAY)
    _until(served)
    yield served
    for name in NAMES:
        book.path(served, name).unlink()
    access.apply(served, DAY)


def _until(settings: Settings) -> None:
    """Trino takes passwords up within five seconds."""
    import time

    for _ in range(60):
        try:
            with client.connect(settings, LOGINS[-1]) as connection:
                client.ask(connection, "SELECT 1")
        except client.QueryError:
            raise
        except Exception:  # noqa: BLE001  # whatever the client says of a login that is not known yet
            time.sleep(0.25)
        else:
            return
    pytest.fail("Trino does not know the project's login")


def outcome(settings: Settings, cell: Cell) -> str:
    """``rows`` where the statement gave an answer, ``denied`` where it was refused for want of a right, else why."""
    with client.connect(settings, cell.account) as connection:
        try:
            client.ask(connection, cell.sql)
        except client.QueryError as error:
            words = ("Access Denied", "does not exist", "not supported", "not registered")
            return "denied" if any(word in error.message for word in words) else error.message
    return "rows"
