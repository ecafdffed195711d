"""A province's officer tries to see a masked debt or another province's counts; unguarded, each way shows it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

import pytest
from deltalake import DeltaTable
from tests import canaries, policykit
from tests.attackkit import Cell, outcome
from tests.attacks.test_generated import without
from tests.canaries import DIGITS

from khlang import deltastore
from khlang.serve import client, register
from khlang.settings import Settings

ACCOUNT = "province10.officer"
#: What is hidden: name → the guard that hides it, the view, its column.
HIDDEN: Mapping[str, tuple[str, str, str]] = {
    "filtered rows": ("filter", "lake.demo.welfare_by_amphoe", "registrants"),
    "masked cells": ("columns", "lake.demo.welfare_eligibility", "debt_baht"),
}
#: A hidden number as it is written, as a double or in an estimate; or an error that only it can cause.
SHOWN = re.compile(rf"{DIGITS}|7[.]0717|Division by zero", re.IGNORECASE)
#: Way → statement; {v} the view, {t} its table, {c} the column, {n} the table's newest version.
WAYS: Mapping[str, str] = {
    "view": "SELECT * FROM {v}",
    "table behind the view": "SELECT * FROM {t}",
    "union": "SELECT {c} FROM {v} UNION SELECT 1",
    "except": "SELECT {c} FROM {v} EXCEPT SELECT 1",
    "case": "SELECT CASE WHEN {c} > 100 THEN {c} END FROM {v}",
    "coalesce": "SELECT coalesce(max({c}), 0) FROM {v}",
    "regexp": "SELECT regexp_extract(CAST({c} AS VARCHAR), '^7.*') FROM {v}",
    "window": "SELECT max({c}) OVER () FROM {v}",
    "lambda": "SELECT transform(array_agg({c}), x -> x) FROM {v}",
    "json": "SELECT json_format(CAST(array_agg({c}) AS JSON)) FROM {v}",
    "row": "SELECT CAST(ROW({c}) AS JSON) FROM {v}",
    "subquery": "SELECT (SELECT max({c}) FROM {v})",
    "lateral": "SELECT x.v FROM {v} t CROSS JOIN UNNEST(ARRAY[t.{c}]) AS x(v)",
    "join": "SELECT u.{c} FROM {v} t JOIN {t} u ON t.period = u.period",
    "order": "SELECT {c} FROM {v} ORDER BY {c} DESC LIMIT 3",
    "sample": "SELECT {c} FROM {t} TABLESAMPLE BERNOULLI (100)",
    "pattern": "SELECT * FROM {v} MATCH_RECOGNIZE "
    "(ORDER BY {c} MEASURES max(a.{c}) AS m PATTERN (a+) DEFINE a AS true)",
    "table function": "SELECT * FROM TABLE(exclude_columns(input => TABLE({t}), columns => DESCRIPTOR(period)))",
    "inline function": "WITH FUNCTION f(x BIGINT) RETURNS BIGINT RETURN x SELECT f(CAST({c} AS BIGINT)) FROM {v}",
    "prepared": "EXECUTE IMMEDIATE 'SELECT {c} FROM {v} WHERE {c} > ?' USING 100",
    "newest version": "SELECT {c} FROM {t} FOR VERSION AS OF {n}",
    "error of a cast": "SELECT CAST(concat('x', CAST({c} AS VARCHAR)) AS BIGINT) FROM {v} WHERE {c} > 100",
    "error of a division": "SELECT count(*) FROM {v} WHERE {c} > 100 AND 1 / ({c} - {c}) = 0",
    "statistics": "SHOW STATS FOR {t}",
    "statistics of a query": "SHOW STATS FOR (SELECT {c} FROM {t} WHERE period > '2026')",
}


@pytest.fixture(scope="module")
def world(projects: Settings) -> Iterator[Settings]:
    canaries.settle(projects, 0)
    yield projects
    canaries.settle(projects, None)


def answer(settings: Settings, way: str, hidden: str) -> str:
    """All that is told: columns and rows, or the error."""
    _, view, column = HIDDEN[hidden]
    name = view.removeprefix("lake.")
    every = register.served(policykit.CONTRACTS)
    item = next(one for one in every if f"{one.schema}.{one.table.name}" == name)
    newest = DeltaTable(item.location, storage_options=deltastore.options(settings, "curate")).version()
    sql = WAYS[way].format(v=view, t=f"{view}_v{item.table.version}", c=column, n=newest)
    with client.connect(settings, ACCOUNT) as connection:
        with suppress(client.QueryError):  # statistics are off; whoever may set this has them all the same
            client.ask(connection, "SET SESSION lake.statistics_enabled = true")
        try:
            return repr(client.ask(connection, sql).rows)
        except client.QueryError as error:
            return error.message


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.attack(
    "a masked debt, or another province's counts, by 25 ways: view, UNION, CASE, regexp, window, lambda, JSON, "
    "pattern, table function, inline function, prepared statement, newest version, error of a cast or division, "
    "SHOW STATS",
    guard="row filters and masks of the table and each view; no statistics, no session properties",
    control="test_without_the_guard_each_way_shows_it",
)
def test_a_way_around_shows_nothing(world: Settings, way: str, hidden: str) -> None:
    told = answer(world, way, hidden)
    assert not SHOWN.search(told), "what is hidden is shown"
    assert "mismatched input" not in told, "the way is no SQL"


@pytest.mark.parametrize("hidden", HIDDEN)
def test_without_the_guard_each_way_shows_it(world: Settings, hidden: str) -> None:
    with without(world, HIDDEN[hidden][0]):
        blind = [way for way in WAYS if not SHOWN.search(answer(world, way, hidden))]
    assert blind == []


WRITES = (
    "CREATE TABLE lake.demo.mine AS SELECT * FROM lake.demo.welfare_eligibility",
    "CREATE VIEW lake.demo.mine SECURITY DEFINER AS SELECT * FROM lake.demo.welfare_eligibility",
    "CREATE MATERIALIZED VIEW lake.demo.mine AS SELECT * FROM lake.demo.welfare_eligibility",
    "CREATE FUNCTION lake.demo.f(x BIGINT) RETURNS BIGINT RETURN x",
    'ALTER VIEW lake.demo.welfare_eligibility SET AUTHORIZATION "province10.officer"',
)


@pytest.mark.parametrize("sql", WRITES)
@pytest.mark.attack(
    "a table, view or function made of what is hidden, to be read later",
    guard="the catalog is read-only, views are the loader's",
    control="tests/attacks/test_reach.py::test_with_the_guard_off_nearly_every_try_succeeds",
)
def test_nothing_is_left_to_be_read_later(world: Settings, sql: str) -> None:
    assert outcome(world, Cell(ACCOUNT, "", "", sql)) == "denied"
