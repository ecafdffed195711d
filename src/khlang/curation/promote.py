"""Staged rows that passed the gate → spine, curated, quarantine: each one atomic commit, each skipped when repeated.

The spine comes first, since curated rows bear the pids it gives. A run that dies between two commits is finished by
the next one: Delta skips what has this transaction version already, and the spine takes no person twice.
"""

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from khlang import delta, lake
from khlang.contracts import Table, ddl
from khlang.curation import spine as persons_of
from khlang.curation.lease import Lease
from khlang.curation.objects import Lake
from khlang.curation.staging import identifiers

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROWS_A_FILE = 4_000_000


@dataclass(frozen=True)
class Commit:
    """What identifies one promotion to Delta: repeated, it is skipped."""

    dataset: str
    period: str
    version: int

    @property
    def app(self) -> str:
        """Transaction application id."""
        return f"{self.dataset}/{self.period}"


def ensure_spine(spark: "SparkSession", place: Lake, spine: Table, alias: Table) -> tuple[str, str]:
    """Locations of the spine and its aliases, created where they are not there yet."""
    where = tuple(place.at(_at(table)) for table in (spine, alias))
    for table in (spine, alias):
        _make(spark, place, _at(table), ddl(table), partition=table.partition)
    return where[0], where[1]


def written(place: Lake, alias: Table) -> bool:
    """Whether anything was ever written to the aliases: most lakes have none, and need not ask Spark for them."""
    return place.version(_at(alias)) > 0


def _at(table: Table) -> str:
    return lake.table("spine", table.name, table.version)


def extend_spine(
    staged: "DataFrame", table: Table, *, locations: tuple[str, str], aliased: bool, commit: Commit, lease: Lease
) -> tuple[dict[str, dict[str, int]], bool]:
    """Take this submission's new persons into the spine.

    Args:
        staged: The staged frame.
        table: The dataset's contract.
        locations: From :func:`ensure_spine`.
        aliased: From :func:`written`: whether aliases are to be looked at.
        commit: What makes a repetition harmless.
        lease: The spine's.

    Returns:
        By identifier type how many ids there are, were known, and are new; and whether any stands in the spine under
        another pid than its own first digits (then :func:`curated_rows` must look it up).
    """
    if not table.identifiers:
        return {}, False  # nobody is in it
    spark = staged.sparkSession
    spine = spark.read.format("delta").load(locations[0])
    whole = found = persons_of.persons(staged, table)
    listed = spark.read.format("delta").load(locations[1])
    if aliased:
        found = whole.join(persons_of.bridged(listed, spine), ["type", "p"], "left_anti")
    counts = persons_of.count(found, spine, period=commit.period)
    collides = any(c.collides for c in counts.values())
    if any(c.fresh or c.clashes for c in counts.values()):
        new = found.join(spine.select("type", "p"), ["type", "p"], "left_anti").selectExpr("type", "p", "pid")
        if collides:
            new = _with_free_pids(new, _resolve(found, spine))
        lease.check()
        _append(new.selectExpr("type", "p", "pid", f"'{commit.period}' AS first_period"), locations[0], commit)
    if any(c.earlier for c in counts.values()):
        lease.check()
        _earlier(found, locations[0], commit.period)
    if collides:
        aliases = persons_of.known_aliases(found, spark.read.format("delta").load(locations[0]))
        lease.check()
        fresh = aliases.join(listed.select("type", "p"), ["type", "p"], "left_anti")
        _append(fresh.select("type", "p", "pid"), locations[1], commit)
    link = {name: {"ids": c.ids, "known": c.known, "new": c.fresh} for name, c in counts.items()}
    if aliased:
        for row in whole.join(found.select("type", "p"), ["type", "p"], "left_anti").groupBy("type").count().collect():
            told = link.setdefault(row["type"], {"ids": 0, "known": 0, "new": 0})
            told["ids"], told["known"] = told["ids"] + row["count"], told["known"] + row["count"]
    return link, collides or aliased


def curated_rows(staged: "DataFrame", table: Table, *, aliases: "DataFrame | None" = None) -> "DataFrame":
    """Accepted rows in the contract's columns; no pseudonym longer than a pid is left in them."""
    rows = staged.where("reason IS NULL")
    for name in identifiers(table) if aliases is not None else ():
        mine = aliases.where(f"type = '{table.column(name).identifier}'")  # type: ignore[union-attr]
        named = mine.selectExpr(f"p AS `{name}_p`", f"pid AS `{name}_alias`")
        rows = rows.join(named, [f"{name}_p"], "left").withColumn(name, _coalesce(f"{name}_alias", name))
    return rows.selectExpr(*(f"CAST(`{column.name}` AS {column.type}) AS `{column.name}`" for column in table.stored))


def quarantine_rows(staged: "DataFrame", table: Table, submission: str) -> "DataFrame":
    """Rejected rows with their reason, without any pseudonym longer than a pid."""
    values = [f"`{column.name}`" for column in table.columns]
    tail = ["row_number", "reason", "reason_column", f"'{submission}' AS submission", "period"]
    return staged.where("reason IS NOT NULL").selectExpr(*values, *tail)


def quarantine_ddl(table: Table) -> str:
    """Columns of a quarantine table: the contract's, nullable, then why each row is there."""
    values = [f"{column.name} {column.type}" for column in table.columns]
    return ", ".join(
        [*values, "row_number BIGINT, reason STRING, reason_column STRING, submission STRING, period STRING"]
    )


def write_curated(rows: "DataFrame", table: Table, *, place: Lake, commit: Commit, count: int) -> None:
    """Replace the period in the curated table; files sorted as :func:`order` says."""
    sort_by = order(table)
    files = max(1, ceil(count / ROWS_A_FILE))
    spread = rows.coalesce(1) if files == 1 else rows.repartitionByRange(files, *sort_by)
    location = lake.table("curated", table.name, table.version)
    _replace(spread.sortWithinPartitions(*sort_by), ddl(table), place, location, commit)


def order(table: Table) -> tuple[str, ...]:
    """What the files are sorted by: the first identifier of the grain, or the whole grain where none is in it.

    Most readings are asked for by place and day, most persons by who they are.
    """
    held = [name for name in table.grain if name in identifiers(table)]
    return tuple(held[:1] or (name for name in table.grain if name != table.partition))


def write_quarantine(rows: "DataFrame", table: Table, *, place: Lake, commit: Commit, count: int) -> None:
    """Replace the period in the quarantine table; a first period without rejects makes no table."""
    location = lake.table("quarantine", table.name, table.version)
    if count or place.exists(location):
        _replace(rows.coalesce(1).sortWithinPartitions("row_number"), quarantine_ddl(table), place, location, commit)


def keep_back(rows: "DataFrame", table: Table, *, place: Lake, commit: Commit, submission: str) -> None:
    """Put a refused extract's bad rows into quarantine, beside what the month in use keeps there.

    The next promotion of the period replaces them with its own.
    """
    location = lake.table("quarantine", table.name, table.version)
    _make(rows.sparkSession, place, location, quarantine_ddl(table), partition="period")
    whole = rows.coalesce(1).sortWithinPartitions("row_number")
    at = place.at(location)
    delta.replace_submission(
        whole, at, period=commit.period, submission=submission, app=commit.app, version=commit.version
    )


def take_out(spark: "SparkSession", table: Table, *, place: Lake, commit: Commit) -> None:
    """Replace a period by nothing, in the curated and the quarantine table, where there is one."""
    places = (("curated", ddl(table)), ("quarantine", quarantine_ddl(table)))
    for layer, columns in places:
        location = lake.table(layer, table.name, table.version)  # type: ignore[arg-type]
        if place.exists(location):
            _replace(spark.createDataFrame([], columns), columns, place, location, commit)


def _replace(rows: "DataFrame", columns: str, place: Lake, location: str, commit: Commit) -> None:
    _make(rows.sparkSession, place, location, columns, partition="period")
    delta.replace_period(rows, place.at(location), period=commit.period, app=commit.app, version=commit.version)


def _make(spark: "SparkSession", place: Lake, location: str, columns: str, *, partition: str | None) -> None:
    """Create a table that has no commit yet; the caller holds its lease.

    What a run killed in the middle of this left in a file system's log folder would make Delta take it for a table.
    """
    if not place.exists(location):
        place.objects.delete_folder(f"{place.key(location)}_delta_log/")
        delta.ensure(spark, place.at(location), columns, partition=partition)


def _append(rows: "DataFrame", location: str, commit: Commit) -> None:
    sorted_rows = rows.sortWithinPartitions("pid")
    writer = sorted_rows.write.format("delta").mode("append")
    writer.option("txnAppId", commit.app).option("txnVersion", commit.version).save(location)


def _earlier(found: "DataFrame", location: str, period: str) -> None:
    """A month that comes late moves the first period of its persons back; repeated, it changes nothing."""
    spark = found.sparkSession
    found.select("type", "p").createOrReplaceTempView("khlang_found")
    spark.sql(
        f"MERGE INTO delta.`{location}` s USING khlang_found f ON s.type = f.type AND s.p = f.p"
        f" WHEN MATCHED AND s.first_period > '{period}' THEN UPDATE SET first_period = '{period}'"
    )


def _resolve(found: "DataFrame", spine: "DataFrame") -> dict[persons_of.Key, int]:
    keys = [(row["type"], row["p"]) for row in persons_of.clashing(found, spine).collect()]
    return persons_of.resolve(keys, held(spine, keys)) if keys else {}


def held(persons: "DataFrame", keys: "list[persons_of.Key]") -> dict[tuple[str, int], str]:
    """``(type, pid)`` → ``p`` of those persons, not in keys, whose pid one of the keys could take."""
    wanted = {(type_, int(p[-32:][window], 16)) for type_, p in keys for window in persons_of.WINDOWS}
    asked = persons.sparkSession.createDataFrame(sorted(wanted), "type STRING, pid BIGINT")
    found = persons.join(asked, ["type", "pid"], "left_semi").select("type", "pid", "p").collect()
    return {(row["type"], row["pid"]): row["p"] for row in found if (row["type"], row["p"]) not in set(keys)}


def _with_free_pids(new: "DataFrame", given: dict[persons_of.Key, int]) -> "DataFrame":
    if not given:
        return new
    rows: list[Any] = [(type_, p, pid) for (type_, p), pid in sorted(given.items())]
    free = new.sparkSession.createDataFrame(rows, "type STRING, p STRING, free_pid BIGINT")
    joined = new.join(free, ["type", "p"], "left")
    return joined.selectExpr("type", "p", "coalesce(free_pid, pid) AS pid")


def _coalesce(first: str, second: str) -> "Any":
    from pyspark.sql import functions as f

    return f.coalesce(f.col(first), f.col(second))
