"""How delta-rs reaches the object store and writes: as one role, and so that two writers of a table cannot both win.

Spark has its own way (``khlang.session``, ``khlang.delta``); this is for what wakes no JVM.
"""

from typing import TYPE_CHECKING

from khlang import lake, store
from khlang.contracts import Table
from khlang.contracts.comments import column_comment
from khlang.errors import ServiceError
from khlang.settings import Settings

if TYPE_CHECKING:
    import polars as pl
    from deltalake import Schema

_TYPES = {"BIGINT": "long", "INT": "integer"}  # the names of Delta's protocol; the others are those of contracts


def options(settings: Settings, role: str) -> dict[str, str]:
    """The storage options of ``DeltaTable`` and ``write_deltalake`` for one role. They hold its key: log them nowhere.

    Raises:
        SetupError: The role's secret file is missing or unreadable.
    """
    pair = store.key_pair(settings, role)
    return {
        "AWS_ENDPOINT_URL": settings.minio_url,
        "AWS_ACCESS_KEY_ID": pair["access_key"],
        "AWS_SECRET_ACCESS_KEY": pair["secret_key"],
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
        "aws_conditional_put": "etag",  # a commit is `If-None-Match: *`: the second writer of a version is refused
    }


def replace_all(
    frame: "pl.DataFrame", location: str, table: Table, *, app: str, version: int, options: dict[str, str] | None = None
) -> None:
    """Replace a table of no periods by the frame's rows in one commit; it is made where there is none.

    Args:
        frame: All rows, with the contract's columns and types.
        location: Where the table is, as delta-rs takes it.
        table: Its contract: columns, comments, what may be null.
        app: Transaction application id.
        version: Transaction version; a table that has this or a higher one is left as it is, as Spark does.
        options: How the store is reached; None for a folder.

    Raises:
        ServiceError: Another writer won the same version of the table.
    """
    from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
    from deltalake.exceptions import CommitFailedError

    if not DeltaTable.is_deltatable(location, options):
        DeltaTable.create(location, _schema(table), configuration=lake.TABLE_PROPERTIES, storage_options=options)
    there: DeltaTable = DeltaTable(location, storage_options=options)
    if (there.transaction_version(app) or 0) >= version:
        return
    once = CommitProperties(app_transactions=[Transaction(app, version)])
    try:
        write_deltalake(there, frame.to_arrow(), mode="overwrite", commit_properties=once)
    except CommitFailedError as error:
        raise ServiceError(f"Another run is writing {table.name}.", "Let it finish, then run again.") from error


def _schema(table: Table) -> "Schema":
    from deltalake import Field, Schema
    from deltalake.schema import PrimitiveType

    return Schema(
        [
            Field(
                column.name,
                PrimitiveType(_TYPES.get(column.type, column.type.lower())),
                nullable=column.nullable,
                metadata={"comment": column_comment(column)},
            )
            for column in table.stored
        ]
    )
