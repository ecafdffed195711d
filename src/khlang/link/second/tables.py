"""The tables of a linkage job: it reads row numbers and pids, writes links and counts of them; by delta-rs.

No JVM is woken for it. The table has one writer at a time, its lease's holder, whichever engine that is.
"""

import json
from dataclasses import asdict, dataclass, field

import polars as pl
from deltalake import DeltaTable, write_deltalake

from khlang import deltastore, lake, store
from khlang.contracts import Table
from khlang.curation import rotation
from khlang.curation.lease import hold
from khlang.curation.objects import BucketObjects, Lake
from khlang.errors import ServiceError
from khlang.settings import Settings

ROLE = "linkage"


@dataclass(frozen=True)
class Made:
    """What links of a dataset and period were made of.

    ``submission``: the dataset's; ``rows``: how many of its rows have keys; ``linked_dataset``: the register;
    ``register``: its submission.
    """

    submission: str = ""
    linked_dataset: str = ""
    register: str = ""
    rows: int = 0


@dataclass(frozen=True)
class Tables:
    """The lake as the linkage job sees it: curated tables to read, its own to write."""

    place: Lake
    options: dict[str, str] = field(default_factory=dict, repr=False)

    def persons(self, register: Table, period: str) -> pl.DataFrame:
        """``row_number, pid`` of a promoted register's period: one row a person it could identify."""
        return self._month(register, period, "row_number").drop_nulls()

    def known(self, table: Table, period: str) -> int:
        """How many distinct persons of a promoted dataset's period have a pid of their own."""
        return self._month(table, period).drop_nulls()["pid"].n_unique()

    def note(self, made: Made, *, dataset: str, period: str) -> None:
        """Say of what the links of a dataset and period are made; before they are written."""
        self.place.objects.put(_note(dataset, period), json.dumps(asdict(made)).encode())

    def made_of(self, table: Table) -> dict[tuple[str, str], Made]:
        """``(dataset, period)`` that a table holds links of → what was noted of them; of nothing where nothing was."""
        location = lake.table(table.layer, table.name, table.version)
        if not self.place.exists(location):
            return {}
        rows = self._delta(location).to_pyarrow_table(columns=["dataset", "period"])
        pairs = pl.DataFrame(pl.from_arrow(rows)).unique().sort("dataset", "period").rows()
        noted = {pair: self.place.objects.get(_note(*pair)) for pair in pairs}
        return {pair: Made(**json.loads(data)) if data else Made() for pair, data in noted.items()}

    def links(self, table: Table, *, dataset: str, period: str) -> pl.DataFrame:
        """What a table of links holds of one dataset and period."""
        kept = [("dataset", "=", dataset), ("period", "=", period)]
        delta = self._delta(lake.table(table.layer, table.name, table.version))
        return pl.DataFrame(pl.from_arrow(delta.to_pyarrow_table(filters=kept)))

    def turn(self) -> int:
        """How often everybody got another pid: links of an earlier turn name nobody.

        Raises:
            ServiceError: A rotation is under way, or was cut off.
        """
        rotation.require_rest(self.place.objects)
        return rotation.generation(self.place.objects)

    def replace(self, found: pl.DataFrame, table: Table, *, dataset: str, period: str, turn: int) -> None:
        """Replace what a table holds of one dataset and period, in one commit.

        Raises:
            ServiceError: Since ``turn`` everybody got another pid; nothing was written.
        """
        location = lake.table(table.layer, table.name, table.version)
        rows = found.with_columns(pl.lit(dataset).alias("dataset"), pl.lit(period).alias("period"))
        ordered = rows.select(column.name for column in table.stored).sort(table.grain)
        with hold(self.place.objects, f"{table.layer}.{table.versioned}") as lease:
            lease.check()
            if self.turn() != turn:  # a rotation holds this lease, too: what was read before it is of other pids
                raise ServiceError("Pids were changed while rows were linked.", "Run the linkage job again.")
            there = self.place.exists(location)
            write_deltalake(
                self.place.at(location),
                ordered.to_arrow(),
                mode="overwrite",
                predicate=_only(dataset, period) if there else None,
                partition_by=["period"],
                storage_options=self.options,
            )

    def forget(self, table: Table, *, dataset: str, period: str) -> None:
        """Take out what a table holds of one dataset and period; the files go with the next vacuum."""
        location = lake.table(table.layer, table.name, table.version)
        if not self.place.exists(location):
            return
        with hold(self.place.objects, f"{table.layer}.{table.versioned}") as lease:
            lease.check()
            self._delta(location).delete(_only(dataset, period))

    def _month(self, table: Table, period: str, *columns: str) -> pl.DataFrame:
        """Columns of a curated table's period, its person as ``pid`` the last; null where there is none."""
        name, delta = table.person.name, self._delta(lake.table("curated", table.name, table.version))
        rows = delta.to_pyarrow_table(columns=[*columns, name], filters=[("period", "=", period)])
        return pl.DataFrame(pl.from_arrow(rows)).rename({name: "pid"})

    def _delta(self, location: str) -> DeltaTable:
        return DeltaTable(self.place.at(location), storage_options=self.options)


def _note(dataset: str, period: str) -> str:
    return f"links/_of/{dataset}/{period}"


def _only(dataset: str, period: str) -> str:
    return f"dataset = '{dataset}' AND period = '{period}'"


def bucket(settings: Settings) -> Tables:
    """The pool's own lake, as the role ``linkage``."""
    return Tables(Lake(BucketObjects(store.client(settings, ROLE))), deltastore.options(settings, ROLE))
