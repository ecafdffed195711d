"""Common data: every table is read whole from its file, with the contract's columns."""

from dataclasses import replace
from pathlib import Path

import pytest

from khlang import contracts
from khlang.errors import ContractError
from khlang.link import common
from khlang.simulate import calibration

KNOWN = contracts.load()
FOLDER = Path(__file__).parents[2] / "contracts"
ROWS = {"provinces": 77, "amphoe": 928, "tambon": 7436, "fiscal_periods": 12, "population": 2772}


@pytest.mark.parametrize("table", KNOWN.common, ids=lambda table: table.name)
def test_every_table_is_read_whole_and_once_a_grain(table: contracts.Table) -> None:
    read = common.rows(FOLDER, table)
    assert len(read) == ROWS.get(table.name, len(read)) > 0
    names = [column.name for column in table.columns]
    keys = [tuple(row[names.index(name)] for name in table.grain) for row in read]
    assert len(set(keys)) == len(keys)
    assert all(value is not None for row in read for value in row)
    for column in table.columns:
        if column.values:
            assert {row[names.index(column.name)] for row in read} <= set(column.values), column.name
    for file in common.files(FOLDER, table):
        assert file.read_text(encoding="utf-8").startswith("# Source: ")


def test_the_population_is_the_simulators() -> None:
    read = common.rows(FOLDER, KNOWN["population"])
    by_province: dict[str, int] = {}
    for province, _, _, persons in read:
        by_province[str(province)] = by_province.get(str(province), 0) + int(str(persons))
    assert by_province == dict(calibration.load().provinces.select("province_code", "population").iter_rows())


def test_a_fiscal_year_begins_in_october() -> None:
    months = {row[0]: row[3:] for row in common.rows(FOLDER, KNOWN["fiscal_periods"])}
    assert (months["01"], months["12"]) == (("10", "Q1", "-1"), ("09", "Q4", "0"))


def test_a_missing_source_or_column_is_told(tmp_path: Path) -> None:
    table = KNOWN["provinces"]
    with pytest.raises(ContractError, match=r"codes/province\.csv of provinces is missing"):
        common.rows(tmp_path, table)
    (tmp_path / "p.csv").write_text("# Source: x\ncode,name_th\n10,x\n", encoding="utf-8")
    with pytest.raises(ContractError, match="no column name_en of provinces"):
        common.rows(tmp_path, replace(table, source="p.csv"))
