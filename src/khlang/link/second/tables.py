"""The tables of a linkage job: it reads a register's row numbers and pids, and writes ``second_links``; by delta-rs.

No JVM is woken for it. The table has one writer at a time, its lease's holder, whichever engine that is.
"""

from dataclasses import dataclass, field

import polars as pl
from deltalake import DeltaTable, write_deltalake

from khlang import deltastore, lake, store
from khlang.contracts import Table
from khlang.curation.lease import hold
from khlang.curation.objects import BucketObjects, Lake
from khlang.settings import Settings

ROLE = "linkage"


@dataclass(frozen=True)
class Tables:
    """The lake as the linkage job sees it: curated tables to read, its own to write."""

    place: Lake
    options: dict[str, str] = field(default_factory=dict, repr=False)

    def persons(self, register: Table, period: str) -> pl.DataFrame:
        """``row_number, pid`` of a promoted register's period: one row a person it could identify."""
        location = self.place.at(lake.table("curated", register.name, register.version))
        table = DeltaTable(location, storage_options=self.options)
        where = [("period", "=", period)]
        name = register.person.name
        rows = pl.DataFrame(pl.from_arrow(table.to_pyarrow_table(columns=["row_number", name], filters=where)))
        return rows.select("row_number", pl.col(name).alias("pid")).drop_nulls()

    def replace(self, found: pl.DataFrame, table: Table, *, dataset: str, period: str) -> None:
        """Replace the links of one dataset and period, in one commit."""
        location = lake.table("links", table.name, table.version)
        rows = found.with_columns(pl.lit(dataset).alias("dataset"), pl.lit(period).alias("period"))
        ordered = rows.select(column.name for column in table.stored).sort("row_number", "place")
        with hold(self.place.objects, f"links.{table.versioned}") as lease:
            lease.check()
            there = self.place.exists(location)
            write_deltalake(
                self.place.at(location),
                ordered.to_arrow(),
                mode="overwrite",
                predicate=f"dataset = '{dataset}' AND period = '{period}'" if there else None,
                partition_by=["period"],
                storage_options=self.options,
            )


def bucket(settings: Settings) -> Tables:
    """The pool's own lake, as the role ``linkage``."""
    return Tables(Lake(BucketObjects(store.client(settings, ROLE))), deltastore.options(settings, ROLE))
