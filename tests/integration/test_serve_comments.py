"""Every served view says what it and each column means, in Thai and English, and no user reads where it lies."""

import contextlib
import datetime as dt
import re
from collections.abc import Iterator

import pytest

from khlang import contracts
from khlang.contracts import facts
from khlang.serve import client, describing, register
from khlang.settings import Settings

SERVED = register.served(contracts.load())
TODAY = dt.date(2026, 4, 1)
#: One of each kind, against the server; what the others would be told is read without it.
KINDS = ("welfare_by_amphoe", "provinces", "link_rates", "linkage", "person_job", "linked_records")
SOME = [item for item in SERVED if item.table.name in KINDS]
COMMENTS = "SELECT catalog_name, schema_name, table_name, comment FROM system.metadata.table_comments"
THAI, ENGLISH = re.compile("[ก-๙]"), re.compile("[A-Za-z]{2}")


def user_of(item: register.Served) -> str:
    return "engineer" if item.schema == "ops" else "analyst"


@pytest.fixture(scope="module")
def told(served: Settings) -> list[str]:
    """What was described; each view by itself, as it is asked for."""
    turns: list[bool] = []

    @contextlib.contextmanager
    def alone() -> Iterator[None]:
        assert turns.count(True) == turns.count(False), "two at once"
        turns.append(True)
        yield
        turns.append(False)

    made = describing.describe(served, SOME, alone=alone, today=TODAY)
    assert turns.count(False) == len(made)
    return made


def test_every_view_is_described_once(served: Settings, told: list[str]) -> None:
    assert told == [f"{item.schema}.{view.name}" for item in SOME for view in register.views(item)]
    assert describing.describe(served, SOME, today=TODAY) == []


@pytest.mark.parametrize("item", SERVED, ids=lambda item: item.table.name)
def test_what_is_told_is_thai_and_english(item: register.Served) -> None:
    shown = {item.schema: {view.name: dict.fromkeys(["", *view.columns], "") for view in register.views(item)}}
    found = dict(describing.missing([item], shown, TODAY))
    assert {name: len(each) for name, each in found.items()} == {
        f"{item.schema}.{view.name}": 1 + len(view.columns) for view in register.views(item)
    }
    assert not [one for each in found.values() for one in each if not (THAI.search(one) and ENGLISH.search(one))]
    assert list(describing.missing([item], {item.schema: {}}, TODAY)) == [], "a view that is not shown yet"


@pytest.mark.parametrize("item", SOME, ids=lambda item: item.table.name)
@pytest.mark.usefixtures("told")
def test_describe_reads_well_and_nothing_tells_a_path(served: Settings, item: register.Served) -> None:
    with client.connect(served, user_of(item), schema=item.schema) as connection:
        said = {row[0]: row[3] for row in client.ask(connection, f"DESCRIBE {item.table.name}").rows}
        for kind, name in (("VIEW", item.table.name), ("TABLE", item.table.versioned), ("SCHEMA", item.schema)):
            with pytest.raises(client.QueryError) as refusal:
                client.ask(connection, f"SHOW CREATE {kind} {name}")
            assert "PERMISSION_DENIED" in refusal.value.message
            assert "s3:" not in str(refusal.value)
    assert said == {column.name: contracts.column_comment(column) for column in item.table.stored}


def test_a_user_reads_the_meaning_of_the_own_tables_only(served: Settings) -> None:
    for user in ("analyst", "engineer"):
        mine = [item for item in SERVED if user in {role.role for role in item.table.roles} or item.schema == "common"]
        with client.connect(served, user) as connection:
            rows = client.ask(connection, f"{COMMENTS} WHERE catalog_name <> 'system'").rows
        said = {(schema, name): comment for _, schema, name, comment in rows if schema != "information_schema"}
        assert {catalog for catalog, *_ in rows} == {"lake"}
        tables = [item.table for item in mine]
        assert {name for _, name in said} == {n for t in tables for n in (t.name, t.versioned, *facts.views(t))}
        for item in mine:
            assert said[item.schema, item.table.name] == contracts.table_comment(item.table)


def test_a_meaning_that_changed_is_told_anew_and_nothing_else() -> None:
    item = next(item for item in SERVED if item.table.name == "provinces")
    (view,) = register.views(item)
    said = {"": contracts.table_comment(item.table)}
    said |= {column.name: contracts.column_comment(column) for column in item.table.stored}
    assert describing.comments("common", view, said) == []
    said["name_en"] = "it's old"
    assert describing.comments("common", view, said) == [
        f"COMMENT ON COLUMN loader.common.provinces.name_en IS '{said_in_sql(item, 'name_en')}'"
    ]
    whole, *_ = describing.comments("common", view, said | {"": ""})
    assert whole.startswith("COMMENT ON VIEW loader.common.provinces IS 'จังหวัด")


def said_in_sql(item: register.Served, name: str) -> str:
    return contracts.column_comment(item.table.column(name)).replace("'", "''")
