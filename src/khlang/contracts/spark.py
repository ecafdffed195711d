"""A table as Spark DDL text: no engine is imported to say what a table looks like."""

from khlang.contracts.comments import column_comment
from khlang.contracts.model import Table


def ddl(table: Table) -> str:
    """The stored columns as ``name TYPE [NOT NULL], …`` (for ``StructType.fromDDL`` or ``CREATE TABLE``)."""
    return ", ".join(
        f"{column.name} {column.type}" + ("" if column.nullable else " NOT NULL") for column in table.stored
    )


def described_ddl(table: Table) -> str:
    """As :func:`ddl`, each column with its comment: for making a table that people read, not for comparing."""
    columns = zip(table.stored, ddl(table).split(", "), strict=True)
    return ", ".join(f"{declared} COMMENT {_literal(column_comment(column))}" for column, declared in columns)


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def sealed_columns(table: Table) -> tuple[str, ...]:
    """Columns of a sealed part in order: row_number, then each column, each identifier with its ``_reason``.

    All are text but ``row_number`` (BIGINT).
    """
    names = ["row_number"]
    for column in table.columns:
        names.append(column.name)
        if column.identifier:
            names.append(f"{column.name}_reason")
    return tuple(names)
