"""A project's workspace: its own frozen copies of the marts it was given, and what becomes of them at the end.

Made once, at activation, from the marts as they were then: which Delta version of each is noted in the project's book.
A table of the layer ``projects`` is no copy: it is made for the project, by a query of the inputs that its contract
names.
Only the columns asked for are in the files, with the project's own pids; a sample takes the same persons in every
table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from khlang import frames, lake
from khlang.contracts import Table, ddl
from khlang.curation.lease import hold
from khlang.errors import UsageError
from khlang.link.build import Workshop
from khlang.link.common import WHOLE
from khlang.link.records import Records
from khlang.serve import client, describing, earlier, population, register
from khlang.serve.project import Project, check, rekey
from khlang.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: Table of the layer ``projects`` → its query, of the names of its inputs.
MADE: Mapping[str, Callable[[Mapping[str, str]], str]] = {"population_months": population.query}
SHARES = 1_000_000  # a sample takes the pids whose remainder by this is below its share of it


@dataclass(frozen=True)
class Copy:
    """One table of a workspace: the mart's Delta version that it was made from, and how many rows it has.

    ``inputs``: of what was made for the project, the version of each input; the first is ``mart_version``, and -1 is
    one that is not there.
    """

    table: str
    mart_version: int
    rows: int
    inputs: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As plain values, for the book."""
        told = {"table": self.table, "mart_version": self.mart_version, "rows": self.rows}
        return told | ({"inputs": dict(self.inputs)} if self.inputs else {})


def freeze(shop: Workshop, project: Project, tables: tuple[Table, ...], *, sample: float = 1.0) -> list[Copy]:
    """Make a project's tables.

    Args:
        shop: The lake and a session.
        project: Its name and key.
        tables: The marts, and what is made for projects, narrowed to the columns asked for.
        sample: The share of persons that it gets.

    Raises:
        UsageError: A mart was not built yet, or what a table is made of was not promoted.
        IntegrityError: Two persons share a pid of the project: it needs another key.
    """
    return [_freeze(shop, project, table, sample) for table in tables]


def _freeze(shop: Workshop, project: Project, table: Table, sample: float) -> Copy:
    sources = {name: shop.place.version(_location(shop, name)) for name in _sources(table)}
    source, first = next(iter(sources.items()))
    if first < 0:
        missing = "" if source == table.name else f", of which {table.name} is made,"
        told = f"The table {source}{missing} was not built yet."
        raise UsageError(told, "Activate the project when it is.", code="PROJECT-MART")
    made = {} if table.layer == "marts" else sources
    columns = [column.name for column in table.stored]
    state = {"mart_version": first, "columns": columns, "sample": sample} | ({"inputs": made} if made else {})
    records = Records(shop.receipts, f"_projects/{project.name}/{table.versioned}")
    number = records.begin({WHOLE: state})  # the same again after a crash is the same commit, and no second one
    read = _made(shop, project, table, sources) if made else _at(shop, table.name, first)
    rows = read.select(*columns)
    if table.identifiers:
        rows = sampled(rekey(rows, shop.read("spine"), table, project), table, sample).cache()
        check(rows, table, project)
    try:
        count = rows.count()
        shop.replace(rows, table, register.Served.of_project(project.name, table).location, version=number)
    finally:
        rows.unpersist()
    records.finish(number)
    return Copy(table.name, first, count, made)


def _sources(table: Table) -> tuple[str, ...]:
    return (table.name,) if table.layer == "marts" else table.inputs


def _location(shop: Workshop, name: str) -> str:
    table = shop.contracts[name]
    return lake.table(table.layer, table.name, table.version)


def _at(shop: Workshop, name: str, version: int) -> "DataFrame":
    """A table as it was at a version; without rows where there is none."""
    if version < 0:
        return shop.session().createDataFrame([], ddl(shop.contracts[name]))
    read = shop.session().read.format("delta").option("versionAsOf", version)
    return read.load(shop.place.at(_location(shop, name)))


def _made(shop: Workshop, project: Project, table: Table, sources: Mapping[str, int]) -> "DataFrame":
    """What is made for a project, of its inputs as they are now; the column types are the contract's."""
    views = {name: f"{project.name}_{table.name}_{name}" for name in sources}
    for name, view in views.items():
        _at(shop, name, sources[name]).createOrReplaceTempView(view)
    whole = shop.contracts[table.name]
    return frames.conform(shop.session().sql(MADE[table.name](views)), whole)


def sampled(rows: "DataFrame", table: Table, share: float) -> "DataFrame":
    """The share of a table's persons whose project pid has a small remainder: the same persons in every table."""
    if share >= 1:
        return rows
    return rows.where(f"`{table.identifiers[0].name}` % {SHARES} < {round(share * SHARES)}")


def show(settings: Settings, shop: Workshop, project: str, tables: tuple[Table, ...]) -> list[str]:
    """Make a project's tables visible in Trino; raises as :func:`khlang.serve.register.register`."""
    items = [register.Served.of_project(project, table) for table in tables]
    with hold(shop.place.objects, register.LEASE):
        made = register.show(settings, items, exists=shop.place.exists)
        describing.describe(settings, items)
        return made


def hide(settings: Settings, project: str) -> list[str]:
    """Take every table and view of a project out of Trino; the files stay.

    Raises:
        ServiceError: Trino does not answer.
    """
    with client.connect(settings, register.LOADER, catalog=register.LOADER) as connection:
        if (project,) not in client.ask(connection, f"SHOW SCHEMAS FROM {register.LOADER}").rows:
            return []
        tables = f"SELECT table_name FROM {register.LOADER}.information_schema.tables WHERE table_schema = '{project}'"  # noqa: S608  # a checked name
        names = sorted(str(row[0]) for row in client.ask(connection, tables).rows)
        for name in names:
            earlier.take_away(connection, project, name)
        client.ask(connection, f"DROP SCHEMA {register.LOADER}.{project}")
    return names


def erase(shop: Workshop, project: str) -> int:
    """Delete every file of a project's tables; gives how many there were."""
    folder = shop.place.key(f"s3://{lake.LAKE}/projects/{project}")
    count = sum(1 for _ in shop.place.objects.keys(folder))
    shop.place.objects.delete_folder(folder)
    return count
