"""A project's own tables: made inside its workspace, read by nobody else, and no more of them than there is room."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.attackkit import DAY, INSIDE, LOGINS, Cell, connect, eventually, outcome

from khlang import lake, store
from khlang.policy import usage
from khlang.projects import scratch
from khlang.serve import client
from khlang.settings import Settings
from khlang.stack import access

MINE, (ME, THEM) = LOGINS[0], INSIDE
HOW_MANY = "SELECT count(*) FROM scratch.poverty.kept"


def said(settings: Settings, account: str, sql: str) -> str:
    return outcome(settings, Cell(account, "", "", sql))


def value(settings: Settings, account: str, sql: str) -> Any:
    with connect(settings, account) as connection:
        return client.ask(connection, sql).rows[0][0]


@pytest.fixture(scope="module")
def kept(projects: Settings) -> Iterator[Settings]:
    """A table that was made inside."""
    made = "CREATE TABLE scratch.poverty.kept AS SELECT pid, debt_baht FROM welfare_eligibility"
    assert said(projects, ME, made) == "rows"
    yield projects
    scratch.clear(projects, "poverty", "kept")


def test_inside_it_is_read_written_and_dropped(kept: Settings) -> None:
    before = value(kept, ME, HOW_MANY)
    assert before > 0
    for sql in (
        "INSERT INTO scratch.poverty.kept SELECT pid, debt_baht FROM lake.poverty.welfare_eligibility",
        "DELETE FROM scratch.poverty.kept WHERE debt_baht > 0",
        "CREATE VIEW scratch.poverty.seen AS SELECT count(*) AS persons FROM scratch.poverty.kept",
        "SELECT * FROM scratch.poverty.seen",
        "DROP VIEW scratch.poverty.seen",
        "CREATE TABLE scratch.poverty.short (n INTEGER)",
        "DROP TABLE scratch.poverty.short",
    ):
        assert said(kept, ME, sql) == "rows", sql


@pytest.mark.attack(
    "another project's own tables, or one's own from outside of the workspace",
    guard="the compiled rules",
    control="test_inside_it_is_read_written_and_dropped",
)
@pytest.mark.parametrize("account", [MINE, THEM, "analyst", "engineer"])
@pytest.mark.parametrize(
    "sql",
    [
        HOW_MANY,
        "DESCRIBE scratch.poverty.kept",
        "SHOW TABLES FROM scratch.poverty",
        "CREATE TABLE scratch.poverty.theirs (n INTEGER)",
        "INSERT INTO scratch.poverty.kept SELECT 1, 1",
        "DROP TABLE scratch.poverty.kept",
        'SELECT * FROM scratch.poverty."kept$history"',
    ],
)
def test_nobody_else_reaches_it(kept: Settings, account: str, sql: str) -> None:
    assert said(kept, account, HOW_MANY) == "denied"
    assert said(kept, account, sql) in ({"denied", "rows"} if sql.startswith("SHOW") else {"denied"})
    if sql.startswith("SHOW"):
        with connect(kept, account) as connection:
            try:
                assert client.ask(connection, sql).rows == ()
            except client.QueryError as refused:
                assert "kept" not in refused.message  # noqa: PT017  # either answer is right


@pytest.mark.attack(
    "schemas, procedures, table functions and the lake's catalog from inside",
    guard="the compiled rules",
    control="test_inside_it_is_read_written_and_dropped",
)
@pytest.mark.parametrize(
    "sql",
    [
        "CREATE SCHEMA scratch.mine",
        "DROP SCHEMA scratch.poverty CASCADE",
        "CREATE TABLE lake.poverty.mine AS SELECT * FROM scratch.poverty.kept",
        "CALL scratch.system.vacuum('poverty', 'kept', '0d')",
        "CALL scratch.system.register_table('poverty', 'stolen', 's3://lake/projects/other/welfare_eligibility_v1')",
        "SELECT * FROM TABLE(scratch.system.table_changes('poverty', 'kept', 0))",
    ],
)
def test_not_even_inside(kept: Settings, sql: str) -> None:
    assert said(kept, ME, sql) == "denied"


@pytest.mark.attack(
    "a table made at the place of another project's data",
    guard="Trino makes none where one is; the catalog's account reaches its own bucket only",
    control="test_inside_it_is_read_written_and_dropped",
)
def test_a_table_at_anothers_place_reads_nothing_of_it(kept: Settings) -> None:
    """Neither of another project's own tables nor of the lake, which the catalog's account cannot reach."""
    with connect(kept, THEM) as connection:
        client.ask(connection, "CREATE TABLE scratch.other.secret AS SELECT 7 AS n")
        path = client.ask(connection, 'SELECT "$path" FROM scratch.other.secret').rows[0][0].rpartition("/")[0]
    for place in (path, "s3://lake/projects/other/welfare_eligibility_v1"):
        stolen = f"CREATE TABLE scratch.poverty.stolen (n INTEGER) WITH (location = '{place}')"
        assert said(kept, ME, stolen) != "rows"
        assert said(kept, ME, "SELECT n FROM scratch.poverty.stolen") == "denied"
    scratch.clear(kept, "other", "secret")


@pytest.mark.attack(
    "own tables where nobody counts them",
    guard="what lies in no project's folder is deleted by the hour",
    control="test_what_lies_beside_the_projects_folders_is_deleted_when_room_is_measured",
)
def test_what_lies_beside_the_projects_folders_is_deleted_when_room_is_measured(kept: Settings) -> None:
    with connect(kept, ME) as connection:
        away = "CREATE TABLE scratch.poverty.away WITH (location = 's3://scratch/nowhere/x') AS SELECT 1 AS n"
        client.ask(connection, away)
    s3 = store.client(kept, scratch.ROLE)
    assert list(store.list_keys(s3, lake.SCRATCH, "nowhere/")), "else it proves nothing"
    measured = scratch.measure(kept)
    assert measured["poverty"] > 0
    assert list(store.list_keys(s3, lake.SCRATCH, "nowhere/")) == []
    scratch.clear(kept, "poverty", "away")


@pytest.mark.attack(
    "more own tables than there is room",
    guard="room is measured, rules are compiled by it",
    control="test_over_its_room_it_is_read_only_until_it_is_cleared",
)
def test_over_its_room_it_is_read_only_until_it_is_cleared(kept: Settings) -> None:
    write = "INSERT INTO scratch.poverty.kept SELECT 1, 1"
    assert said(kept, ME, write) == "rows"
    usage.write(kept, {"poverty": 101 * usage.MEGABYTE})
    access.apply(kept, DAY)
    try:
        eventually(lambda: said(kept, ME, write) == "denied")
        assert said(kept, ME, HOW_MANY) == "rows"
        assert said(kept, ME, "CREATE TABLE scratch.poverty.more AS SELECT 1 AS n") == "denied"
        assert said(kept, THEM, "CREATE TABLE scratch.other.free (n INTEGER)") == "rows"
        scratch.clear(kept, "other", "free")
    finally:
        scratch.measure(kept)
        access.apply(kept, DAY)
        eventually(lambda: said(kept, ME, write) == "rows")


@pytest.mark.attack(
    "own tables of a project that was destroyed",
    guard="they are erased with it",
    control="test_erased_nothing_of_it_is_left",
)
def test_erased_nothing_of_it_is_left(projects: Settings) -> None:
    def keys() -> list[str]:
        s3 = store.client(projects, scratch.ROLE)
        return [key for key in store.list_keys(s3, lake.SCRATCH) if "other" in key]

    assert said(projects, THEM, "CREATE TABLE scratch.other.last AS SELECT 1 AS n") == "rows"
    assert keys()
    assert scratch.erase(projects, "other") > 0
    assert keys() == []
    scratch.make(projects, "other")
