"""A project's own tables: their schema, the room they take, and their end."""

from typing import TYPE_CHECKING

from khlang import lake, store
from khlang.contracts.trino import SCRATCH
from khlang.errors import UsageError
from khlang.policy import book, usage
from khlang.serve import client
from khlang.serve.register import LOADER
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

ROLE, METASTORE = "trino-scratch", "_metastore"


def make(settings: Settings, project: str) -> None:
    """Give a project its schema; raises as :func:`khlang.serve.client.ask`."""
    with client.connect(settings, LOADER, catalog=SCRATCH) as connection:
        client.ask(
            connection,
            f"CREATE SCHEMA IF NOT EXISTS {SCRATCH}.{project} WITH (location = '{lake.scratch(project)}')",
        )


def measure(settings: Settings) -> dict[str, int]:
    """Note how many bytes each project's own tables take, and delete what lies in no project's folder.

    A table can be made at a place of its maker's choosing; beside the projects' folders nobody would count it.

    Raises:
        ServiceError: The object store does not answer.
    """
    s3, known = store.client(settings, ROLE), set(book.names(settings))
    sizes = store.sizes(s3, lake.SCRATCH)
    for stray in sorted(set(sizes) - known - {METASTORE}):
        store.delete_prefix(s3, lake.SCRATCH, f"{stray}/")
    measured = {name: size for name, size in sizes.items() if name in known}
    usage.write(settings, measured)
    return measured


def clear(settings: Settings, project: str, table: str) -> None:
    """Drop one of a project's own tables: who is over the limit cannot do it alone.

    Raises:
        UsageError: There is no such table.
    """
    with client.connect(settings, LOADER, catalog=SCRATCH) as connection:
        there = _tables(connection, project)
        if table not in there:
            raise UsageError(
                f"Project {project} has no table of its own called {table}.",
                f"There are: {', '.join(sorted(there)) or 'none'}.",
                code="SCRATCH-TABLE",
            )
        _drop(connection, project, table, there[table])


def erase(settings: Settings, project: str) -> int:
    """Drop a project's own tables and delete every file of them; gives how many files there were."""
    s3 = store.client(settings, ROLE)
    count = sum(1 for _ in store.list_keys(s3, lake.SCRATCH, f"{project}/"))
    with client.connect(settings, LOADER, catalog=SCRATCH) as connection:
        if (project,) in client.ask(connection, f"SHOW SCHEMAS FROM {SCRATCH}").rows:
            for name, kind in _tables(connection, project).items():
                _drop(connection, project, name, kind)
            client.ask(connection, f"DROP SCHEMA {SCRATCH}.{project}")
    store.delete_prefix(s3, lake.SCRATCH, f"{project}/")
    store.delete_prefix(s3, lake.SCRATCH, f"{METASTORE}/{project}/")
    measure(settings)
    return count


def _tables(connection: "Connection", project: str) -> dict[str, str]:
    asked = f"SELECT table_name, table_type FROM {SCRATCH}.information_schema.tables WHERE table_schema = ?"  # noqa: S608  # a constant
    return {str(name): str(kind) for name, kind in client.ask(connection, asked, [project]).rows}


def _drop(connection: "Connection", project: str, table: str, kind: str) -> None:
    what = "VIEW" if kind == "VIEW" else "TABLE"
    name = table.replace('"', '""')
    client.ask(connection, f'DROP {what} {SCRATCH}.{project}."{name}"')
