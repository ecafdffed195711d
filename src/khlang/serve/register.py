"""Makes what the contracts serve visible in Trino: schemas, tables, views without the version, earlier versions.

What each view and column means is told by ``khlang.serve.describing``, later: nobody's answer waits for it.

Runs as the user ``loader``, in the loader's catalog; analysts read the same tables in theirs. A view names its table
in the analysts' catalog and is SECURITY INVOKER: it gives nobody a right that the table does not. Nothing is done
that is there already, and the metastore can be made again from the contracts at any time.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from khlang import lake
from khlang.contracts import Contracts, Table, column_comment, facts, table_comment
from khlang.serve import client, earlier
from khlang.serve.statements import literal
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

LOADER = "loader"
LEASE = "serve.register"  # of what Trino shows: domains are served at the same time, and Trino is one
AT_ONCE = 4  # Trino waits for the object store most of its time
#: Schema → table or view → column → its comment.
Shown = dict[str, dict[str, dict[str, str]]]


@dataclass(frozen=True)
class Served:
    """One table as Trino shows it."""

    schema: str
    table: Table
    location: str

    @classmethod
    def of_project(cls, project: str, table: Table) -> "Served":
        """A project's copy of a table."""
        return cls(project, table, lake.table("projects", table.name, table.version, project=project))

    @property
    def columns(self) -> list[str]:
        """The contract's stored columns."""
        return [column.name for column in self.table.stored]


@dataclass(frozen=True)
class View:
    """A view of a table: what it and each of its columns mean, and its query with ``{table}`` for the table's name."""

    name: str
    means: str
    columns: Mapping[str, str]
    query: str


def views(item: Served) -> list[View]:
    """A table's views: the one without a version, and of a history "as valid" and "as known" too."""
    table, means = item.table, table_comment(item.table)
    columns = {column.name: column_comment(column) for column in table.stored} | {facts.KNOWN_TO: facts.KNOWN_TO_MEANS}
    whole = f"SELECT {', '.join(item.columns)} FROM {{table}}"  # noqa: S608  # every name is a contract's
    found = {table.name: ("", tuple(item.columns), whole), **facts.views(table)}
    return [
        View(name, " · ".join(filter(None, (means, kind))), {one: columns[one] for one in names}, query)
        for name, (kind, names, query) in found.items()
    ]


def served(contracts: Contracts) -> list[Served]:
    """What is served: marts, histories and links in their project's schema, ops and common data in those."""
    return [
        Served.of_project(schema, table)
        if table.project == schema
        else Served(schema, table, lake.table(table.layer, table.name, table.version))
        for schema, table in contracts.served
    ]


def register(
    settings: Settings, contracts: Contracts, *, exists: Callable[[str], bool], today: dt.date | None = None
) -> list[str]:
    """Show all that the contracts serve; otherwise as :func:`show`."""
    return show(settings, served(contracts), exists=exists, today=today)


def show(
    settings: Settings, items: Iterable[Served], *, exists: Callable[[str], bool], today: dt.date | None = None
) -> list[str]:
    """Register what is written and not yet shown, and drop earlier versions whose last day has passed.

    Args:
        settings: Where Trino is.
        items: What is to be seen there.
        exists: Whether a Delta table is at a location.
        today: By which earlier versions are served still; the day by the clock unless given.

    Returns:
        ``schema.name`` of each table or view that was made or dropped.

    Raises:
        QueryError: Trino refused a statement.
        ServiceError: Trino does not answer.
    """
    wanted = [item for item in items if exists(item.location)]
    day = today or dt.datetime.now(dt.UTC).date()
    with client.connect(settings, LOADER, catalog=LOADER) as connection:
        shown = seen(connection, {item.schema for item in wanted})
        for schema in sorted({item.schema for item in wanted} - set(shown)):
            folder = next(item.location for item in wanted if item.schema == schema).rpartition("/")[0]
            client.ask(connection, f"CREATE SCHEMA IF NOT EXISTS {LOADER}.{schema} WITH (location = '{folder}')")
    with ThreadPoolExecutor(AT_ONCE) as beside:
        jobs = [beside.submit(_make, settings, item, shown.get(item.schema, {}), day) for item in wanted]
        return [name for job in jobs for name in job.result()]


def statements(item: Served) -> tuple[str, dict[str, str]]:
    """The statement that makes a table visible, and those of its views by name."""
    name, schema = item.table.versioned, item.schema
    table = f"CALL {LOADER}.system.register_table('{schema}', '{name}', '{item.location}')"
    source = f"{client.CATALOG}.{schema}.{name}"
    return table, {
        view.name: f"CREATE OR REPLACE VIEW {LOADER}.{schema}.{view.name} COMMENT {literal(view.means)} "
        f"SECURITY INVOKER AS {view.query.format(table=source)}"
        for view in views(item)
    }


def _make(settings: Settings, item: Served, shown: dict[str, dict[str, str]], today: dt.date) -> list[str]:
    """Show one table and its views, over a connection of its own; gives what was made or dropped."""
    fresh = item.table.versioned not in shown
    # A new version with the same columns is another table.
    stale = [view.name for view in views(item) if fresh or list(shown.get(view.name, {})) != list(view.columns)]
    if not fresh and not stale and not item.table.previous:
        return []
    table, made_by = statements(item)
    with client.connect(settings, LOADER, catalog=LOADER) as connection:
        for statement in ([table] if fresh else []) + [made_by[name] for name in stale]:
            client.ask(connection, statement)
        dropped = earlier.show(connection, item.schema, item.table, shown, today=today)
    return [f"{item.schema}.{name}" for name in ([item.table.versioned] if fresh else []) + stale] + dropped


def seen(connection: "Connection", schemas: set[str]) -> Shown:
    """What Trino shows, columns in order with their comments; schemas that are not there are left out."""
    known = {row[0] for row in client.ask(connection, f"SHOW SCHEMAS FROM {LOADER}").rows}
    shown: Shown = {schema: {} for schema in schemas & known}
    for schema, tables in shown.items():
        for name, column, comment in client.ask(
            connection,
            f"SELECT table_name, column_name, comment FROM {LOADER}.information_schema.columns "  # noqa: S608  # contracts' names
            f"WHERE table_schema = '{schema}' ORDER BY table_name, ordinal_position",
        ).rows:
            tables.setdefault(name, {})[column] = comment or ""
    return shown
