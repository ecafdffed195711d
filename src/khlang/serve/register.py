"""Makes what the contracts serve visible in Trino: schemas, tables, views without the version, earlier versions.

Every view and each of its columns says what it means, in Thai and English (the contract's words).

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
from khlang.contracts import Contracts, Table, column_comment, earlier_comments, facts, table_comment
from khlang.contracts.versions import serving
from khlang.serve import client, earlier
from khlang.serve.statements import literal
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

LOADER = "loader"
#: Schema → table or view → column → its comment; and under the empty name the comment of the view itself.
Shown = dict[str, dict[str, dict[str, str]]]
AT_ONCE = 4  # a comment is one statement, and Trino waits for the object store most of its time


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


def earlier_views(item: Served, today: dt.date) -> list[View]:
    """What the views of versions that are served still mean; ``khlang.serve.earlier`` makes them."""
    found = []
    for previous in serving(item.table.previous, today):
        columns = earlier_comments(item.table, previous)
        means = columns.pop("")
        found.append(View(f"{item.table.name}_v{previous.version}", means, columns, query=""))
    return found


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
    made: list[str] = []
    day = today or dt.datetime.now(dt.UTC).date()
    with client.connect(settings, LOADER, catalog=LOADER) as connection:
        shown = _shown(connection, {item.schema for item in wanted})
        for schema in sorted({item.schema for item in wanted} - set(shown)):
            folder = next(item.location for item in wanted if item.schema == schema).rpartition("/")[0]
            client.ask(connection, f"CREATE SCHEMA IF NOT EXISTS {LOADER}.{schema} WITH (location = '{folder}')")
        for item in wanted:
            made += _make(connection, item, shown.get(item.schema, {}))
            made += earlier.show(connection, item.schema, item.table, shown.get(item.schema, {}), today=day)
    with ThreadPoolExecutor(AT_ONCE) as beside:
        each = [(item, view) for item in wanted for view in (*views(item), *earlier_views(item, day))]
        jobs = [beside.submit(_describe, settings, *one, shown.get(one[0].schema, {}), made) for one in each]
        described = [job.result() for job in jobs]
    return made + [name for name in described if name and name not in made]


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


def comments(item: Served, told: Mapping[str, str], view: View | None = None) -> list[str]:
    """The statements after which a view says what it means, where it does not yet.

    Args:
        item: The table.
        told: The comments that its view has, by column; its own under the empty name.
        view: Which view of it; without it the one that every table has.
    """
    one = view or views(item)[0]
    name = f"{LOADER}.{item.schema}.{one.name}"
    found = [f"COMMENT ON VIEW {name} IS {literal(one.means)}"] if told.get("") != one.means else []
    return found + [
        f"COMMENT ON COLUMN {name}.{column} IS {literal(text)}"
        for column, text in one.columns.items()
        if told.get(column) != text
    ]


def _describe(
    settings: Settings, item: Served, view: View, shown: dict[str, dict[str, str]], made: list[str]
) -> str | None:
    """Comment one view over a connection of its own; gives its name when there was something to say."""
    name = f"{item.schema}.{view.name}"
    told = {"": view.means} if name in made else shown.get(view.name, {})
    statements = comments(item, told, view)
    if not statements:
        return None
    with client.connect(settings, LOADER, catalog=LOADER) as connection:
        for statement in statements:
            client.ask(connection, statement)
    return name


def _make(connection: "Connection", item: Served, shown: dict[str, dict[str, str]]) -> list[str]:
    table, made_by = statements(item)
    made = []
    fresh = item.table.versioned not in shown
    if fresh:
        client.ask(connection, table)
        made.append(f"{item.schema}.{item.table.versioned}")
    for view in views(item):
        # A new version with the same columns is another table.
        if fresh or [name for name in shown.get(view.name, {}) if name] != list(view.columns):
            client.ask(connection, made_by[view.name])
            made.append(f"{item.schema}.{view.name}")
    return made


def _shown(connection: "Connection", schemas: set[str]) -> Shown:
    """What Trino shows, columns in order; schemas that are not there are left out."""
    known = {row[0] for row in client.ask(connection, f"SHOW SCHEMAS FROM {LOADER}").rows}
    shown: Shown = {schema: {} for schema in schemas & known}
    for schema, tables in shown.items():
        for name, comment in client.ask(
            connection,
            "SELECT table_name, comment FROM system.metadata.table_comments "  # noqa: S608  # names are contracts'
            f"WHERE catalog_name = '{LOADER}' AND schema_name = '{schema}'",
        ).rows:
            tables[name] = {"": comment or ""}
        for name, column, comment in client.ask(
            connection,
            f"SELECT table_name, column_name, comment FROM {LOADER}.information_schema.columns "  # noqa: S608  # as above
            f"WHERE table_schema = '{schema}' ORDER BY table_name, ordinal_position",
        ).rows:
            tables.setdefault(name, {})[column] = comment or ""
    return shown
