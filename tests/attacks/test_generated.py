"""Whatever valid SQL staff ask, what they are told does not depend on what is hidden from them.

Each generated statement is asked in two worlds that differ in hidden rows and masked cells only; an answer, an error or
a plan that differs is a leak. With filters and masks off the same statements find many.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from tests import canaries, sqlgen

from khlang.serve import client
from khlang.settings import Settings
from khlang.stack import access, secrets

QUICK, CONTROL, MANY = 40, 40, 10_000
SEED = 7
#: Askers an account: Trino runs two at a time, and the others wait in its queue, so that it waits for nobody.
ASKERS = 4
#: The long run changes worlds after so many statements: one that is broken off has said how far it came.
MOST, PART = 12_400, 1_300
Asked = tuple[str, str]  # account, statement
#: Refusals that say that a statement is none: what the grammar writes should hardly ever meet them.
INVALID = ("SYNTAX_ERROR", "COLUMN_NOT_FOUND", "TYPE_MISMATCH", "FUNCTION_NOT_FOUND", "NOT_SUPPORTED", "AMBIGUOUS_",
           "TABLE_NOT_FOUND", "MISSING_", "EXPRESSION_", "PERMISSION_DENIED")  # fmt: skip


def statements(count: int, seed: int = SEED) -> list[Asked]:
    """As many statements of each account as its share is."""
    share = count // len(canaries.TABLES)
    writers = {account: sqlgen.Writer({name: canaries.table(name) for name in names}, seed)
               for account, names in canaries.TABLES.items()}  # fmt: skip
    return [(account, writer.statement()) for _ in range(share) for account, writer in writers.items()]


def answers(settings: Settings, asked: list[Asked], world: int) -> dict[Asked, str]:
    """What each statement gives in one world."""
    canaries.settle(settings, world)
    slices = [[one for one in asked if one[0] == account][nth::ASKERS]
              for account in canaries.TABLES for nth in range(ASKERS)]  # fmt: skip
    with ThreadPoolExecutor(len(slices)) as pool:
        return {one: said for found in pool.map(lambda part: _ask(settings, part), slices) for one, said in found}


def _ask(settings: Settings, asked: list[Asked]) -> list[tuple[Asked, str]]:
    if not asked:
        return []
    with client.connect(settings, asked[0][0]) as connection:
        return [(one, _said(connection, one[1])) for one in asked]


def _said(connection: Any, sql: str) -> str:
    try:
        return repr(sorted(map(_plain, client.ask(connection, sql).rows)))
    except client.QueryError as error:
        return error.message


def _plain(value: Any) -> str:
    """Sums of doubles depend on the order of adding."""
    if isinstance(value, float):
        return f"{value:.9g}"
    return repr([_plain(one) for one in value]) if isinstance(value, tuple | list) else repr(value)


def leaks(settings: Settings, asked: list[Asked]) -> tuple[list[Asked], int]:
    """The statements whose answer depends on what is hidden, and how many were valid."""
    one, two = (answers(settings, asked, world) for world in (0, 1))
    valid = sum(not said.startswith(INVALID) for said in one.values())
    differ = [each for each in asked if one[each] != two[each]]
    again = answers(settings, differ, 0) if differ else {}
    return [each for each in differ if again[each] == one[each]], valid


@pytest.fixture(scope="module")
def worlds(projects: Settings) -> Iterator[Settings]:
    yield projects
    canaries.settle(projects, None)


@contextmanager
def without(settings: Settings, *guards: str) -> Iterator[None]:
    """Rules without filters or masks, and with session properties for all, until the end."""
    path = access.rules_file(settings)
    before = path.read_text(encoding="utf-8")
    document = json.loads(before)
    rules = [{key: value for key, value in rule.items() if key not in guards} for rule in document["tables"]]
    opened = {"tables": rules, "catalog_session_properties": [{"allow": True}]}
    secrets.write_private(path, json.dumps(document | opened))
    time.sleep(2.5)  # two looks of Trino
    try:
        yield
    finally:
        secrets.write_private(path, before)
        time.sleep(2.5)


def tell(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with capsys.disabled():
        print(f" [{text}] ", end="")


@pytest.mark.attack(
    "generated SQL, each statement asked in two worlds that differ only in what is hidden",
    guard="row filters and masks",
    control="test_with_a_guard_off_the_same_statements_find_leaks",
)
def test_forty_statements_tell_nothing_that_is_hidden(worlds: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    asked = statements(QUICK)
    found, valid = leaks(worlds, asked)
    tell(capsys, f"{valid} of {len(asked)} valid")
    assert [sql for _, sql in found] == []
    assert valid > 0.9 * len(asked)


@pytest.mark.parametrize(
    "guards",
    [("filter", "columns"), *(pytest.param((guard,), marks=pytest.mark.soak) for guard in ("filter", "columns"))],
    ids=" and ".join,
)
def test_with_a_guard_off_the_same_statements_find_leaks(
    worlds: Settings, guards: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with without(worlds, *guards):
        found, _ = leaks(worlds, statements(CONTROL))
    tell(capsys, f"{len(found)} leaks")
    assert len(found) > CONTROL // 20


@pytest.mark.soak
@pytest.mark.timeout(14_400)  # two queries a statement, three or four a second on two cores
@pytest.mark.attack(
    "10,000 valid generated statements in two worlds",
    guard="row filters and masks",
    control="test_with_a_guard_off_the_same_statements_find_leaks",
)
def test_ten_thousand_statements_tell_nothing_that_is_hidden(
    worlds: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, begun = list(dict.fromkeys(statements(MOST, seed=SEED + 1))), time.monotonic()  # each counts once
    found, valid, done = list[Asked](), 0, 0
    while valid < MANY and done < len(asked):
        part = asked[done : done + PART]
        some, right = leaks(worlds, part)
        found, valid, done = found + some, valid + right, done + len(part)
        tell(capsys, f"{valid} of {done} valid, {len(found)} leaks, {time.monotonic() - begun:.0f} s")
    assert [sql for _, sql in found] == []
    assert valid >= MANY
