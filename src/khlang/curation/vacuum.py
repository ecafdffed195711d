"""Deletes the files of old table versions: until then they hold rows that were withdrawn, corrected or re-keyed.

Delta refuses less than its week of grace, for a reader or writer of an older version would fail. For less, nothing may
run meanwhile: the leases of all tables that curation writes are held, and analysts' queries of that moment may fail.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from khlang.contracts import Contracts
from khlang.curation.lease import hold
from khlang.curation.objects import Lake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WEEK_HOURS = 168
LAYERS = ("curated", "quarantine", "spine", "links", "marts", "history", "projects")
_CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"
#: On by default: Delta then takes the table's own week whatever it is told, but for zero hours; only its log says so.
_IGNORED = "spark.databricks.delta.vacuum.retentionWindowIgnore.enabled"


def vacuum(spark: "SparkSession", place: Lake, tables: Contracts, *, hours: int = WEEK_HOURS) -> dict[str, int]:
    """Delete what no version younger than some hours needs.

    Args:
        spark: The session.
        place: The lake.
        tables: All contracts.
        hours: How old a version must be for its files to go.

    Returns:
        Folder of each table → how many files went.
    """
    found = sorted({key.partition("/_delta_log/")[0] for layer in LAYERS for key in place.objects.keys(f"{layer}/")
                    if "/_delta_log/" in key})  # fmt: skip
    gone: dict[str, int] = {}
    with ExitStack() as held:
        for table in tables.datasets:
            held.enter_context(hold(place.objects, f"curated.{table.versioned}"))
        for table in (one for one in tables.tables if one.layer == "links"):
            held.enter_context(hold(place.objects, f"links.{table.versioned}"))
        for table in tables.histories:
            held.enter_context(hold(place.objects, f"history.{table.versioned}"))
        held.enter_context(hold(place.objects, "spine.spine_v1"))
        held.enter_context(_set(spark, {_CHECK: hours >= WEEK_HOURS, _IGNORED: False}))
        for folder in found:
            there = _files(place, folder)
            spark.sql(f"VACUUM delta.`{place.root}/{folder}` RETAIN {hours} HOURS").collect()
            gone[folder] = there - _files(place, folder)
    return gone


@contextmanager
def _set(spark: "SparkSession", switches: Mapping[str, bool]) -> Iterator[None]:
    """Switches of this session alone, and as they were afterwards."""
    before = {name: str(spark.conf.get(name, "true")) for name in switches}
    try:
        for name, value in switches.items():
            spark.conf.set(name, str(value).lower())
        yield
    finally:
        for name, was in before.items():
            spark.conf.set(name, was)


def _files(place: Lake, folder: str) -> int:
    return sum(1 for key in place.objects.keys(f"{folder}/") if key.endswith(".parquet") and "/_delta_log/" not in key)
