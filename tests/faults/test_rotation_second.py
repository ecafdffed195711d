"""Links of the second route when everybody gets another pid, and when old files are deleted."""

import secrets
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from tests.curatekit import accept, filler, inner

from khlang import contracts, lake
from khlang.curation import objects, rewrite, rotation
from khlang.curation.rekey import Pool
from khlang.curation.run import Curator
from khlang.curation.vacuum import vacuum
from khlang.errors import ServiceError
from khlang.link.second.tables import Tables

KNOWN = contracts.load()
CARS, LINKS = KNOWN["vehicles"], KNOWN["second_links"]
CAR = {"vehicle_id": "plate", "pid": "somchai", "vehicle_type_code": "RY1", "first_registered_on": "05/03/2560"}
PERIOD = "2026-01"


@pytest.fixture
def linked(curator: Curator) -> dict[int, int]:
    """A month of cars, and links to their owners as a linkage job writes them: row number → pid."""
    taken = accept(curator.place, inner(CARS, filler(CAR, 110, CARS)), table=CARS)
    assert curator.one(taken, CARS).verdict == "promoted"
    write(curator.place, owners(curator))
    return links(curator.place)


def owners(curator: Curator) -> pl.DataFrame:
    at = curator.place.at(lake.table("curated", "vehicles", 1))
    return pl.DataFrame(pl.from_arrow(DeltaTable(at).to_pyarrow_table(columns=["row_number", "pid"])))


def write(place: objects.Lake, pairs: pl.DataFrame, *, turn: int = 0) -> None:
    found = pairs.with_columns(route=pl.lit("second"), weight=pl.lit(0.95), linked_by=pl.lit("model"),
                               keys_agreed=pl.lit(3, pl.Int64), place=pl.lit(1, pl.Int64))  # fmt: skip
    Tables(place).replace(found, LINKS, dataset="vehicles", period=PERIOD, turn=turn)


def table(place: objects.Lake) -> DeltaTable:
    return DeltaTable(place.at(lake.table("links", LINKS.name, 1)))


def links(place: objects.Lake) -> dict[int, int]:
    return dict(pl.DataFrame(pl.from_arrow(table(place).to_pyarrow_table())).select("row_number", "pid").rows())


@pytest.mark.soak
def test_links_get_the_new_pids_of_the_same_persons(curator: Curator, linked: dict[int, int], tmp_path: Path) -> None:
    key = tmp_path / "pool-p02.key"
    key.write_text(secrets.token_hex(32))
    fresh = Pool(str(key), "p02")
    now = rotation.begin(curator.place.objects, "pool", "p02")
    with pytest.raises(ServiceError, match="under way"):
        write(curator.place, owners(curator))
    work = rotation.Work(curator.spark, curator.place, curator.tables, curator.pool, fresh)
    rewrite.run(work, now, settle=lambda: None, say=lambda _: None)
    assert links(curator.place) == dict(owners(curator).rows())
    assert not set(links(curator.place).values()) & set(linked.values())
    # A job that read its pids before the rotation has waited for the lease, and must not write them now.
    with pytest.raises(ServiceError, match="Pids were changed"):
        write(curator.place, owners(curator), turn=0)
    write(curator.place, owners(curator), turn=now.number)


@pytest.mark.soak
def test_links_that_were_taken_out_are_in_no_file_after_a_vacuum(curator: Curator, linked: dict[int, int]) -> None:
    Tables(curator.place).forget(LINKS, dataset="vehicles", period=PERIOD)
    assert links(curator.place) == {}
    folder = Path(curator.place.at(lake.table("links", LINKS.name, 1)))
    assert rows(folder) == len(linked), "they are still on the disk"
    told = vacuum(curator.spark, curator.place, curator.tables, hours=0)
    assert told["links/second_links_v1"] == 1
    assert rows(folder) == 0


def rows(folder: Path) -> int:
    """Rows in all data files of a table, whatever version they belong to."""
    files = [path for path in folder.rglob("*.parquet") if "_delta_log" not in path.parts]
    return sum(pl.scan_parquet(path, hive_partitioning=False).select(pl.len()).collect().item() for path in files)
