"""Writes Delta tables: one period replaced whole, once per transaction version.

Deletion vectors stay off (Trino 476 reads them wrongly in open cases). A commit with the transaction version of
an earlier one is skipped by Delta, which makes every rerun harmless; a lower version is skipped as well,
silently, so callers only ever raise it.
"""

from collections.abc import Collection

from pyspark.sql import DataFrame, SparkSession

from khlang.errors import ContractError
from khlang.lake import TABLE_PROPERTIES

#: What Spark's tables have beside that (delta-rs knows no such property, and reads them): sorted keys stand in the
#: files as differences, 3.8 bytes a pid instead of 7.0 (docs/decisions/259-key-in-the-files.md).
PROPERTIES = TABLE_PROPERTIES | {"delta.parquet.format.version": "2.12.0"}


def ensure(spark: SparkSession, location: str, columns: str, *, partition: str | None = "period") -> None:
    """Create the table when it is not there yet; an existing one is left as it is.

    Args:
        spark: The session.
        location: ``s3://lake/…`` from :mod:`khlang.lake`.
        columns: The contract's DDL, partition column included.
        partition: The partition column, or None.
    """
    properties = ", ".join(f"'{name}' = '{value}'" for name, value in PROPERTIES.items())
    by = f"PARTITIONED BY ({partition})" if partition else ""
    table = f"delta.`{location}` ({columns}) USING delta {by} TBLPROPERTIES ({properties})"
    spark.sql(f"CREATE TABLE IF NOT EXISTS {table}")


def replace_period(
    frame: DataFrame, location: str, *, period: str, app: str, version: int, sort_by: str | None = None
) -> None:
    """Replace one period of a table by the frame's rows, in one atomic commit.

    Args:
        frame: All rows of that period, and no other; its columns are the table's, in the table's order.
        location: The table, made by :func:`ensure`.
        period: ``YYYY-MM``.
        app: Transaction application id, ``<dataset>/<period>``.
        version: Transaction version; a commit of this ``app`` with this or a higher version makes it a no-op.
        sort_by: The column that each file is sorted by.

    Raises:
        ContractError: The frame's columns are not the table's.
    """
    replace_periods(frame, location, periods=[period], app=app, version=version, sort_by=sort_by)


def replace_periods(
    frame: DataFrame, location: str, *, periods: Collection[str], app: str, version: int, sort_by: str | None = None
) -> None:
    """Replace several periods by the frame's rows in one atomic commit; otherwise as :func:`replace_period`.

    Raises:
        ContractError: The frame's columns are not the table's.
    """
    table = frame.sparkSession.read.format("delta").load(location)
    check_columns(frame.columns, table.columns, location)
    if sort_by:
        # Hash partitions, which adaptive execution joins into few files, each sorted; a range sort computes twice.
        frame = frame.repartition(sort_by).sortWithinPartitions(sort_by)
    listed = ", ".join(f"'{period}'" for period in sorted(periods))
    _replace_where(frame, location, f"period IN ({listed})", app=app, version=version)


def replace_pairs(
    frame: DataFrame,
    location: str,
    *,
    pairs: Collection[tuple[str, str]],
    app: str,
    version: int,
    key: str = "dataset",
) -> None:
    """Replace the rows of these pairs of a key and a period by the frame's; otherwise as :func:`replace_period`.

    Raises:
        ContractError: The frame's columns are not the table's.
    """
    check_columns(frame.columns, frame.sparkSession.read.format("delta").load(location).columns, location)
    each = (f"({key} = '{name}' AND period = '{period}')" for name, period in sorted(pairs))
    _replace_where(frame, location, " OR ".join(each), app=app, version=version)


def replace_all(frame: DataFrame, location: str, *, app: str, version: int) -> None:
    """Replace a table of no periods by the frame's rows; otherwise as :func:`replace_period`.

    Raises:
        ContractError: The frame's columns are not the table's.
    """
    check_columns(frame.columns, frame.sparkSession.read.format("delta").load(location).columns, location)
    writer = frame.write.format("delta").mode("overwrite")
    writer.option("txnAppId", app).option("txnVersion", version).save(location)


def append(frame: DataFrame, location: str, *, app: str, version: int, sort_by: str | None = None) -> None:
    """Add rows to a table, whose files stay as they are; otherwise as :func:`replace_period`.

    Raises:
        ContractError: The frame's columns are not the table's.
    """
    check_columns(frame.columns, frame.sparkSession.read.format("delta").load(location).columns, location)
    rows = frame.repartition(sort_by).sortWithinPartitions(sort_by) if sort_by else frame
    writer = rows.write.format("delta").mode("append")
    writer.option("txnAppId", app).option("txnVersion", version).save(location)


def replace_submission(
    frame: DataFrame, location: str, *, period: str, submission: str, app: str, version: int
) -> None:
    """Replace the rows of one submission in a quarantine table; otherwise as :func:`replace_period`.

    Raises:
        ContractError: The frame's columns are not the table's.
    """
    check_columns(frame.columns, frame.sparkSession.read.format("delta").load(location).columns, location)
    where = f"period = '{period}' AND submission = '{submission}'"
    _replace_where(frame, location, where, app=app, version=version)


def _replace_where(frame: DataFrame, location: str, where: str, *, app: str, version: int) -> None:
    writer = frame.write.format("delta").mode("overwrite").option("replaceWhere", where)
    writer.option("txnAppId", app).option("txnVersion", version).save(location)


def check_columns(given: list[str], wanted: list[str], location: str) -> None:
    """Refuse a frame that is not exactly the table: a missing column would be written as nulls.

    Raises:
        ContractError: Names what is missing and what is too much.
    """
    if given == wanted:
        return
    missing, extra = sorted(set(wanted) - set(given)), sorted(set(given) - set(wanted))
    detail = f"missing {missing}, not declared {extra}" if missing or extra else "the order differs"
    raise ContractError(
        f"The rows for {location} do not have the table's columns: {detail}.",
        "End the transform in the contract's select, or raise the contract's major version.",
        code="CONTRACT-COLUMNS",
    )
