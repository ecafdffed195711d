"""Every served view says what it and each column means, in Thai and English, and no user reads where it lies."""

import re

import pytest

from khlang import contracts
from khlang.contracts import facts
from khlang.serve import client, register
from khlang.settings import Settings

SERVED = register.served(contracts.load())
COMMENTS = "SELECT catalog_name, schema_name, table_name, comment FROM system.metadata.table_comments"
THAI, ENGLISH = re.compile("[ก-๙]"), re.compile("[A-Za-z]{2}")


def user_of(item: register.Served) -> str:
    return "engineer" if item.schema == "ops" else "analyst"


@pytest.mark.parametrize("item", SERVED, ids=lambda item: item.table.name)
def test_describe_reads_well_and_nothing_tells_a_path(served: Settings, item: register.Served) -> None:
    with client.connect(served, user_of(item), schema=item.schema) as connection:
        told = {row[0]: row[3] for row in client.ask(connection, f"DESCRIBE {item.table.name}").rows}
        for kind, name in (("VIEW", item.table.name), ("TABLE", item.table.versioned), ("SCHEMA", item.schema)):
            with pytest.raises(client.QueryError) as refusal:
                client.ask(connection, f"SHOW CREATE {kind} {name}")
            assert "PERMISSION_DENIED" in refusal.value.message
            assert "s3:" not in str(refusal.value)
    assert told == {column.name: contracts.column_comment(column) for column in item.table.stored}
    assert not [name for name, text in told.items() if not (THAI.search(text) and ENGLISH.search(text))]


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
    said = {"": contracts.table_comment(item.table)}
    said |= {column.name: contracts.column_comment(column) for column in item.table.stored}
    assert register.comments(item, said) == []
    said["name_en"] = "it's old"
    assert register.comments(item, said) == [
        f"COMMENT ON COLUMN loader.common.provinces.name_en IS '{said_in_sql(item, 'name_en')}'"
    ]
    assert register.comments(item, said | {"": ""})[0].startswith("COMMENT ON VIEW loader.common.provinces IS 'จังหวัด")


def said_in_sql(item: register.Served, name: str) -> str:
    return contracts.column_comment(item.table.column(name)).replace("'", "''")
