"""Earlier versions of a table in Trino: views of the newest one by the declared expressions, until a declared day."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from khlang.contracts import Previous, Table, earlier_comments
from khlang.contracts.versions import serving
from khlang.serve import client
from khlang.serve.statements import literal

if TYPE_CHECKING:
    from trino.dbapi import Connection

LOADER = "loader"


def statement(schema: str, table: Table, previous: Previous) -> str:
    """What makes an earlier version visible: its meaning, and of what each column comes by the contract."""
    columns = ", ".join(f'{expression} AS "{name}"' for name, expression in previous.columns.items())
    view = f"{LOADER}.{schema}.{table.name}_v{previous.version}"
    select = f"SELECT {columns} FROM {client.CATALOG}.{schema}.{table.versioned}"  # noqa: S608  # a reviewed contract's
    means = literal(earlier_comments(table, previous)[""])
    return f"CREATE OR REPLACE VIEW {view} COMMENT {means} SECURITY INVOKER AS {select}"


def show(
    connection: "Connection", schema: str, table: Table, shown: Mapping[str, Mapping[str, str]], *, today: dt.date
) -> list[str]:
    """Make the views of versions that are served still, drop those whose last day has passed.

    What was the table itself makes way for its view; its files stay.

    Args:
        connection: As the loader.
        schema: Where the table is served.
        table: Its newest version, which is shown already.
        shown: Table or view → its columns, as they were before.
        today: The day by which a last day has passed or not.

    Returns:
        ``schema.name`` of each view that was made or dropped.

    Raises:
        QueryError: Trino refused a statement.
    """
    done: list[str] = []
    still = serving(table.previous, today)
    for previous in table.previous:
        name = f"{table.name}_v{previous.version}"
        there = list(shown.get(name, {}))
        wanted = list(previous.columns) if previous in still else []
        if there == wanted and (not wanted or _is_view(connection, schema, name)):
            continue
        if there:
            take_away(connection, schema, name)
        if wanted:
            client.ask(connection, statement(schema, table, previous))
        done.append(f"{schema}.{name}")
    return done


def take_away(connection: "Connection", schema: str, name: str) -> None:
    """A view is dropped; a table is only no longer shown, its files stay."""
    if _is_view(connection, schema, name):
        client.ask(connection, f"DROP VIEW {LOADER}.{schema}.{name}")
    else:
        client.ask(connection, f"CALL {LOADER}.system.unregister_table('{schema}', '{name}')")


def _is_view(connection: "Connection", schema: str, name: str) -> bool:
    found = client.ask(
        connection,
        f"SELECT table_type FROM {LOADER}.information_schema.tables "  # noqa: S608  # every name is a contract's
        f"WHERE table_schema = '{schema}' AND table_name = '{name}'",
    ).rows
    return [row[0] for row in found] == ["VIEW"]
