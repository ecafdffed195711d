"""Common data goes into the lake without a Spark session: whole, typed, once a change."""

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from deltalake.schema import PrimitiveType

from khlang import contracts, deltastore, lake
from khlang.contracts import Table
from khlang.contracts.comments import column_comment
from khlang.curation.objects import FolderObjects, Lake
from khlang.errors import ContractError, ServiceError
from khlang.link import common
from khlang.link.build import Workshop

CONTRACTS = Path(__file__).parents[2] / "contracts"
KNOWN = contracts.load()
NAMES = sorted(table.name for table in KNOWN.common)


def no_session() -> None:
    raise AssertionError("common data asked for Spark")


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    place = Lake(FolderObjects(tmp_path / "lake"), str(tmp_path / "lake"))
    return Workshop(place, FolderObjects(tmp_path / "receipts"), KNOWN, no_session)  # type: ignore[arg-type]


def written(shop: Workshop, table: Table) -> DeltaTable:
    return DeltaTable(shop.place.at(lake.table("common", table.name, table.version)))


def test_every_table_is_written_typed_and_described(shop: Workshop) -> None:
    assert sorted(common.load(shop, CONTRACTS)) == NAMES
    for table in KNOWN.common:
        delta = written(shop, table)
        assert delta.to_pyarrow_table().num_rows == len(common.rows(CONTRACTS, table))
        fields = {field.name: field for field in delta.schema().fields}
        assert list(fields) == [column.name for column in table.stored]
        for column in table.stored:
            assert fields[column.name].nullable == column.nullable
            assert fields[column.name].metadata["comment"] == column_comment(column)
        assert delta.metadata().configuration == lake.TABLE_PROPERTIES
    kinds = {field.name: field.type for field in written(shop, KNOWN["population"]).schema().fields}
    assert kinds["persons"] == PrimitiveType("long")


def test_what_did_not_change_is_not_written_again(shop: Workshop, tmp_path: Path) -> None:
    folder = Path(copytree(CONTRACTS, tmp_path / "contracts"))
    common.load(shop, folder)
    assert common.load(shop, folder) == []
    source = folder / KNOWN["provinces"].source
    source.write_text(source.read_text(encoding="utf-8").rsplit("\n", 2)[0] + "\n", encoding="utf-8")
    changed = common.load(shop, folder)
    assert "provinces" in changed
    assert set(changed) < set(NAMES)
    assert written(shop, KNOWN["provinces"]).to_pyarrow_table().num_rows == 76
    assert written(shop, KNOWN["population"]).version() == 1


def test_a_run_cut_off_after_its_commit_commits_nothing_again(shop: Workshop) -> None:
    table = KNOWN["provinces"]
    at = shop.place.at(lake.table("common", table.name, table.version))
    content = common.frame(CONTRACTS, table)
    for version, expected in ((1, 1), (1, 1), (2, 2), (1, 2)):
        deltastore.replace_all(content, at, table, app="common.provinces_v1", version=version)
        assert DeltaTable(at).version() == expected


def test_a_value_of_another_type_is_refused_without_being_told(tmp_path: Path) -> None:
    table = KNOWN["population"]
    header = ",".join(column.headers[0] for column in table.columns)
    (tmp_path / "p.csv").write_text(f"# Source: x\n{header}\n10,M,0-4,eleven\n", encoding="utf-8")
    with pytest.raises(ContractError, match="not of its column's type in population") as told:
        common.frame(tmp_path, replace(table, source="p.csv"))
    assert "eleven" not in str(told.value)


def test_of_two_writers_of_one_version_one_is_refused(tmp_path: Path) -> None:
    """The other commits between our look at the table and our own commit."""
    table, at = KNOWN["provinces"], str(tmp_path / "provinces")
    content = common.frame(CONTRACTS, table)
    deltastore.replace_all(content, at, table, app="first", version=1)

    class Late(pl.DataFrame):
        def to_arrow(self, **_: object) -> pa.Table:  # type: ignore[override]
            """Asked for when the table was looked at already."""
            deltastore.replace_all(content, at, table, app="other", version=1)
            return super().to_arrow()

    with pytest.raises(ServiceError, match="Another run is writing provinces") as caught:
        deltastore.replace_all(Late(content), at, table, app="ours", version=1)
    assert caught.value.exit_code == 12
    assert DeltaTable(at).version() == 2, "made, the first and the other; ours is not there"
