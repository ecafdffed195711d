"""Says in Trino what each view and each of its columns means, in Thai and English: the contract's words.

After a table is served, and apart from it: a comment is a statement of its own (Trino knows no shorter way for a
view), there are some 12 a table, and nobody's answer waits for them. Only what is missing or changed is told.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from khlang.contracts import earlier_comments
from khlang.contracts.versions import serving
from khlang.serve import client
from khlang.serve.register import LOADER, Served, Shown, View, seen, views
from khlang.serve.statements import literal
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection


def describe(
    settings: Settings,
    items: Iterable[Served],
    *,
    alone: Callable[[], AbstractContextManager[object]] = nullcontext,
    today: dt.date | None = None,
) -> list[str]:
    """Comment the views of these tables, as far as Trino shows them.

    Args:
        settings: Where Trino is.
        items: Whose views.
        alone: Entered for each view. A comment reads a view and writes it back whole, so nobody may make it anew
            meanwhile; not needed where that is so already.
        today: By which earlier versions are served still; the day by the clock unless given.

    Returns:
        ``schema.name`` of each view of which there was something to say.

    Raises:
        QueryError: Trino refused a statement: a view was made anew since it was looked at, and is next time.
        ServiceError: Trino does not answer.
    """
    wanted, told = list(items), []
    with client.connect(settings, LOADER, catalog=LOADER) as connection:
        shown = _said(connection, {item.schema for item in wanted})
        for name, statements in missing(wanted, shown, today or dt.datetime.now(dt.UTC).date()):
            with alone():
                for statement in statements:
                    client.ask(connection, statement)
            told.append(name)
    return told


def _said(connection: "Connection", schemas: set[str]) -> Shown:
    """What Trino shows and says; of a view itself under the empty name."""
    shown = seen(connection, schemas)
    for schema, views_ in shown.items():
        of_schema = f"catalog_name = '{LOADER}' AND schema_name = '{schema}'"
        query = f"SELECT table_name, comment FROM system.metadata.table_comments WHERE {of_schema}"  # noqa: S608
        for name, comment in client.ask(connection, query).rows:
            views_[name] = {"": comment or ""} | views_.get(name, {})
    return shown


def missing(items: Iterable[Served], shown: Shown, today: dt.date) -> Iterator[tuple[str, list[str]]]:
    """Each view that does not say yet what it means, as ``schema.name``, with the statements after which it does."""
    for item in items:
        known = shown.get(item.schema, {})
        for view in (*views(item), *earlier_views(item, today)):
            if view.name in known and (statements := comments(item.schema, view, known[view.name])):
                yield f"{item.schema}.{view.name}", statements


def comments(schema: str, view: View, told: Mapping[str, str]) -> list[str]:
    """The statements after which a view says what it means, where it does not yet.

    Args:
        schema: Where it is.
        view: The view.
        told: The comments that it has, by column; its own under the empty name.
    """
    name = f"{LOADER}.{schema}.{view.name}"
    found = [f"COMMENT ON VIEW {name} IS {literal(view.means)}"] if told.get("") != view.means else []
    return found + [
        f"COMMENT ON COLUMN {name}.{column} IS {literal(text)}"
        for column, text in view.columns.items()
        if told.get(column) != text
    ]


def earlier_views(item: Served, today: dt.date) -> list[View]:
    """What the views of versions that are served still mean; ``khlang.serve.earlier`` makes them."""
    found = []
    for previous in serving(item.table.previous, today):
        columns = earlier_comments(item.table, previous)
        means = columns.pop("")
        found.append(View(f"{item.table.name}_v{previous.version}", means, columns, query=""))
    return found
