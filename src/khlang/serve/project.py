"""Gives one project its own copies of the marts: ``pid`` of the pool becomes ``pid`` of the project.

``pid`` → the spine's 128-bit ``p`` → ``j`` of the project → its first 48 bits. Two projects' tables cannot be joined,
and destroying a project's key makes its ``pid`` mean nothing. The key is read from its file at the worker: it is in
no plan and no closure. Aggregates, which hold no identifier, are copied.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang import lake, private
from khlang.contracts import Table, ddl
from khlang.errors import IntegrityError
from khlang.link.build import Workshop, digest
from khlang.link.records import Records, State
from khlang.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Project:
    """One project: its name, and where its keeper's key lies. Holds no key."""

    name: str
    key_file: str

    @classmethod
    def of(cls, settings: Settings, name: str) -> "Project":
        """The installation's project of this name."""
        return cls(name, str(settings.secrets / f"project-{name}.key"))

    def derived(self) -> str:
        """Read the key and derive the project's.

        Raises:
            SetupError: The file is missing or is no key.
        """
        from khlang import pseudonym

        ikm = private.read_key(Path(self.key_file), f"The key of project {self.name}", "Run `khlang stack up`.")
        return pseudonym.derive_key(ikm, "proj", self.name)


def build(shop: Workshop, project: Project, *, domain: str | None = None) -> list[tuple[str, str]]:
    """Bring the project's tables up to date with the marts, of one domain where one is named.

    Returns:
        ``(table, period)`` of every period that was written, in order.
    """
    marts = [
        table for table in shop.contracts.marts if table.project == project.name and domain in {None, table.domain}
    ]
    return sorted(pair for table in marts for pair in _build_one(shop, table, project))


def _build_one(shop: Workshop, table: Table, project: Project) -> list[tuple[str, str]]:
    built = Records(shop.receipts, f"_marts/{table.versioned}").numbers()
    revision = digest(Path(__file__).read_bytes(), ddl(table).encode())
    wanted: dict[str, State] = {p: {"inputs": {table.name: n}, "code": revision} for p, n in built.items()}
    records = Records(shop.receipts, f"_projects/{project.name}/{table.versioned}")
    stale = records.stale(wanted)
    if not stale:
        return []
    number = records.begin(stale)
    listed = ", ".join(f"'{period}'" for period in sorted(stale))
    rows = shop.read(table.name).where(f"period IN ({listed})")
    if table.identifiers:
        rows = rekey(rows, shop.read("spine"), table, project)
        check(rows, table, project)
    location = lake.table("projects", table.name, table.version, project=project.name)
    shop.write(rows, table, location, periods=sorted(stale), version=number)
    records.finish(number)
    return [(table.name, period) for period in sorted(stale)]


def rekey(rows: "DataFrame", spine: "DataFrame", table: Table, project: Project) -> "DataFrame":
    """The same rows with the project's ``pid`` in every identifier column.

    Args:
        rows: A mart, or some periods of it.
        spine: ``type, p, pid``.
        table: The mart's contract: which columns are identifiers, and of which type.
        project: Whose key.
    """
    names = tuple(column.name for column in table.identifiers)
    for column in table.identifiers:
        known = spine.where(f"type = '{column.identifier}'").selectExpr(
            f"pid AS `{column.name}`", f"p AS `{column.name}_p`"
        )
        rows = rows.join(known, column.name, "left")  # many to exactly one: every pid of a mart stands in the spine
    stored = [column.name for column in table.stored]
    wide = rows.select(*stored, *(f"{name}_p" for name in names))
    # Nullable here: a pid that the spine did not know becomes null, and the table's own NOT NULL refuses it.
    schema = ", ".join(f"`{column.name}` {column.type}" for column in table.stored)
    return wide.mapInArrow(batch_function(table, project), schema)


def batch_function(table: Table, project: Project) -> "Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]":
    """The function that Spark ships to its workers: the path of the key file travels with it, the key does not."""
    return partial(_batches, names=tuple(column.name for column in table.identifiers), project=project)


def _batches(
    batches: "Iterator[pa.RecordBatch]", *, names: tuple[str, ...], project: Project
) -> "Iterator[pa.RecordBatch]":
    import pyarrow as pa

    from khlang import pseudonym

    key = project.derived()
    for batch in batches:
        columns: dict[str, Any] = dict(zip(batch.schema.names, batch.columns, strict=True))
        for name in names:
            pooled = columns.pop(f"{name}_p")
            mine = pseudonym.pid_column(pseudonym.project_column(pooled, key=key, project=project.name))
            columns[name] = pa.array(mine.to_arrow(), type=pa.int64())
        yield pa.RecordBatch.from_pydict(columns)


def check(rows: "DataFrame", table: Table, project: Project) -> None:
    """Refuse rows of a project in which two persons share a pid (about 8 pairs in 66 million persons).

    Raises:
        IntegrityError: There is one; the project then needs a new key.
    """
    grain = [f"`{name}`" for name in table.grain]
    both = rows.selectExpr("count(1) AS whole", f"count(DISTINCT {', '.join(grain)}) AS grains").first()
    if both is not None and both["whole"] != both["grains"]:
        raise IntegrityError(
            f"{both['whole'] - both['grains']} rows of {table.name} share a project pid with another person.",
            f"Give project {project.name} a new key before it is opened to anyone.",
            code="PROJECT-PID",
        )
