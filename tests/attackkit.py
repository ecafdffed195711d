"""Two projects beside the pilot, on the ``served`` installation; and what an account gets when it asks."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests import policykit, servekit

from khlang import contracts, inside
from khlang.curation.objects import bucket
from khlang.errors import AccessError
from khlang.policy import accounts, book
from khlang.policy.request import narrowed
from khlang.projects import scratch
from khlang.serve import client, register
from khlang.settings import Settings
from khlang.stack import access, passes

if TYPE_CHECKING:
    from trino.dbapi import Connection

NAMES = ("poverty", "other")
DAY, EXPIRED = dt.date(2026, 12, 2), dt.date(2027, 7, 1)
LOGINS = ("analyst-a.poverty", "analyst-a.other")
INSIDE = tuple(inside.identity(login) for login in LOGINS)
STAFF = ("dopa.officer", "province10.officer")
ACCOUNTS = ("analyst", "engineer", *LOGINS, *INSIDE, *STAFF)
#: Ten thousand times so many pairs of numbers: a statement over them takes its time and needs no table.
PAIRS = "FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN UNNEST(sequence(1, {})) b(y)"
#: A second of processor time.
LONG = f"SELECT count(*) {PAIRS.format(3_000)} WHERE x * y % 7 = 1"


@dataclass(frozen=True)
class Cell:
    """One statement of one account on one table."""

    account: str
    verb: str
    table: str
    sql: str


@pytest.fixture(scope="session")
def projects(served: Settings) -> Settings:
    """``served``, with two active projects whose tables were written as the job writes them, and two of staff.

    Nothing is taken away afterwards: the installation ends with its group, before the fixtures of the session do.
    """
    known = contracts.load()
    for name in NAMES:
        asked = policykit.request(name=name)
        for one in policykit.events(asked=asked):
            book.add(served, name, lambda _, one=one: one)  # type: ignore[misc]
        items = [register.Served.of_project(name, table) for table in narrowed(asked, known)]
        for item in items:
            servekit.write(served, item.location, item.table)
        register.show(served, items, exists=bucket(served).exists)
    for login in STAFF:
        accounts.write(served, "open", login, by="keeper", why="for a test", at=policykit.START)
    access.apply(served, DAY)
    eventually(lambda: _in_force(served))
    for name in NAMES:
        scratch.make(served, name)
    return served


@contextmanager
def on_day(settings: Settings, day: dt.date) -> Iterator[None]:
    """Rights as of another day. Those of :data:`DAY` are in force again when it ends: the next test has them."""
    access.apply(settings, day)
    try:
        yield
    finally:
        access.apply(settings, DAY)
        eventually(lambda: _in_force(settings))


def _in_force(settings: Settings) -> bool:
    """Whether Trino has both: everybody's password, and the rules of both projects."""
    readable = [Cell(login, "", "", "SELECT count(*) FROM welfare_by_amphoe") for login in LOGINS]
    try:
        return all(outcome(settings, cell) == "rows" for cell in [*readable, Cell(STAFF[-1], "", "", "SELECT 1")])
    except AccessError:  # the login is not known yet
        return False


def eventually(holds: Callable[[], bool], otherwise: str = "Trino did not take it up") -> None:
    """Trino looks at its rules every second, at its passwords every five."""
    for _ in range(80):
        if holds():
            return
        time.sleep(0.25)
    pytest.fail(otherwise)


def connect(settings: Settings, account: str) -> AbstractContextManager["Connection"]:
    """As an account by its password; inside a workspace by a pass."""
    if not account.endswith(inside.SUFFIX):
        return client.connect(settings, account)
    return client.connect(settings, account, bearer=lambda: _pass(settings, account))


_PASSES: dict[tuple[str, str], tuple[float, str]] = {}


def _pass(settings: Settings, account: str) -> str:
    """A pass that is good for minutes still: signing one a request takes longer than the request."""
    key = (str(settings.var), account)
    if key not in _PASSES or time.monotonic() - _PASSES[key][0] > 300:
        _PASSES[key] = (time.monotonic(), passes.issue(settings, account, dt.datetime.now(dt.UTC)))
    return _PASSES[key][1]


def outcome(settings: Settings, cell: Cell) -> str:
    """What one account gets for one statement."""
    with connect(settings, cell.account) as connection:
        return said(connection, cell.sql)


def said(connection: "Connection", sql: str) -> str:
    """``rows`` where the statement gave an answer, ``denied`` where it was refused for want of a right, else why."""
    try:
        client.ask(connection, sql)
    except client.QueryError as error:
        words = ("Access Denied", "does not exist", "not supported", "not registered")
        return "denied" if any(word in error.message for word in words) else error.message
    return "rows"
