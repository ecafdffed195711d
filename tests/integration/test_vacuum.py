"""After a withdrawal the rows stand in old files until they are vacuumed; then nowhere."""

import dataclasses
import os
import re
from pathlib import Path

import polars as pl
import pytest
from pyspark.errors import PySparkException
from tests.curatekit import accept, content, copied, filler, inner

from khlang import contracts, lake
from khlang.curation import objects
from khlang.curation.run import Curator
from khlang.curation.vacuum import WEEK_HOURS, vacuum

TABLE = contracts.load()["vehicles"]
CAR = {"vehicle_id": "plate", "pid": "somchai", "vehicle_type_code": "RY1", "first_registered_on": "05/03/2560"}


STAMP = re.compile(r'"deletionTimestamp":(\d+)')


def rows_on_disk(place: objects.Lake, layer: str) -> int:
    """Rows in all data files of a table, whatever version they belong to."""
    folder = Path(place.at(lake.table(layer, "vehicles", 1)))  # type: ignore[arg-type]
    files = [path for path in folder.rglob("*.parquet") if "_delta_log" not in path.parts]
    return sum(pl.scan_parquet(path).select(pl.len()).collect().item() for path in files)


def aged(place: objects.Lake, to: Path, hours: int) -> objects.Lake:
    """A copy of a lake in which all that was ever done was done some hours earlier."""
    old, back = copied(place, to), hours * 3600
    for path in to.rglob("*"):
        if path.suffix == ".json" and path.parent.name == "_delta_log":
            text = path.read_text(encoding="utf-8")
            path.write_text(STAMP.sub(lambda at: f'"deletionTimestamp":{int(at[1]) - back * 1000}', text), "utf-8")
        if path.suffix == ".crc":
            path.unlink()
        elif path.is_file():
            at = path.stat().st_mtime - back
            os.utime(path, (at, at))
    return old


def test_withdrawn_rows_are_in_no_file_after_a_vacuum(
    curator: Curator, folder_lake: objects.Lake, tmp_path: Path
) -> None:
    bad = CAR | {"vehicle_id": ""}
    kept = accept(folder_lake, inner(TABLE, filler(CAR, 110, TABLE)), table=TABLE, period="2026-02")
    gone = accept(folder_lake, inner(TABLE, [*filler(CAR, 120, TABLE), bad]), table=TABLE)
    for work in (kept, gone):
        assert curator.one(work, TABLE).verdict == "promoted"
    curator.one(dataclasses.replace(gone, sequence=2, rows=0, withdrawn=True), TABLE)
    assert rows_on_disk(folder_lake, "curated") == 230, "withdrawn rows are still on the disk"
    assert rows_on_disk(folder_lake, "quarantine") == 1
    week = vacuum(curator.spark, folder_lake, curator.tables, hours=WEEK_HOURS)
    assert (sum(week.values()), rows_on_disk(folder_lake, "curated")) == (0, 230), "nothing is a week old"
    old = aged(folder_lake, tmp_path / "aged", 2)
    told = vacuum(curator.spark, old, curator.tables, hours=1)
    assert (told["curated/vehicles_v1"], rows_on_disk(old, "curated")) == (1, 110), "what is older than told goes"
    told = vacuum(curator.spark, folder_lake, curator.tables, hours=0)
    assert (told["curated/vehicles_v1"], told["quarantine/vehicles_v1"]) == (1, 1)
    assert (rows_on_disk(folder_lake, "curated"), rows_on_disk(folder_lake, "quarantine")) == (110, 0)
    at = folder_lake.at(lake.table("curated", "vehicles", 1))
    assert len(content(curator.spark, at)) == 110
    with pytest.raises(PySparkException):
        curator.spark.sql(f"VACUUM delta.`{at}` RETAIN 0 HOURS").collect()
