"""Lists that must agree: contracts, field dictionary, code lists, expectations, reference pages, areas."""

from pathlib import Path
from typing import Any

import geothai
import pytest

from khlang.contracts import Contracts, Table, load, record_rules, rules, suite
from khlang.contracts.cli import stale_pages
from khlang.contracts.loader import read_codes
from khlang.contracts.reference import NOTE, pages
from khlang.contracts.vocabulary import TERMS

ROOT = Path(__file__).parents[2]
CONTRACTS: Contracts = load(ROOT / "contracts")
DATASETS = CONTRACTS.datasets
ARCHITECTURE = {
    "welfare_registrants": ("period", "pid"),
    "insured_persons": ("period", "pid", "employer_id", "wage_month"),
    "house_registry": ("period", "pid"),
    "vehicles": ("period", "vehicle_id"),
}
CATALOGUE = {
    "data_type", "title", "owner_org", "maintainer", "maintainer_email", "tag_string", "notes", "objective",
    "update_frequency_unit", "update_frequency_interval", "geo_coverage", "data_source", "data_format", "data_category",
    "license_id",
}  # fmt: skip


def columns_of(tables: tuple[Table, ...]) -> set[str]:
    return {column.name for table in tables for column in table.stored}


def test_field_dictionary_and_contracts_hold_the_same_names() -> None:
    fields, used = set(CONTRACTS.source["fields"]), columns_of(CONTRACTS.tables)
    assert fields - used == set(), "in contracts/fields.yaml, but in no contract"
    assert used - fields == set(), "in a contract, but not in contracts/fields.yaml"


def test_a_name_has_one_type_and_one_class() -> None:
    for name in columns_of(CONTRACTS.tables):
        alike = {
            (column.type, column.personal, column.identifier, column.codes)
            for table in CONTRACTS.tables
            for column in table.stored
            if column.name == name
        }
        assert len(alike) == 1, name


def test_every_code_list_is_used_or_a_calendar() -> None:
    used = {column.codes for table in CONTRACTS.tables for column in table.stored if column.codes}
    loaded = {Path(table.source).stem for table in CONTRACTS.common}
    grouped = {"age_band"}  # groups of the tables of linkage, which hold codes of several lists in one column
    assert set(CONTRACTS.source["codes"]) - used - loaded - grouped == set()


@pytest.mark.parametrize("name", ["province", "amphoe", "tambon"])
def test_areas_are_those_of_geothai(name: str) -> None:
    ours = {row["code"]: row["name_th"] for row in read_codes(ROOT / "contracts" / "codes" / f"{name}.csv")}
    provinces = geothai.provinces()
    amphoe = [area for province in provinces for area in geothai.districts(province.code)]
    areas: dict[str, list[Any]] = {"province": provinces, "amphoe": amphoe}
    areas["tambon"] = [area for one in amphoe for area in geothai.subdistricts(one.code)]
    theirs = {area.code: area.name_th for area in areas[name]}
    assert {code: name for code, name in theirs.items() if ours.get(code) != name} == {}, "missing or renamed here"
    assert len(ours) == {"province": 77, "amphoe": 928, "tambon": 7436}[name]


def test_an_amphoe_lies_in_its_province() -> None:
    for row in CONTRACTS.source["codes"]["amphoe"]:
        assert row["code"][:2] == row["province_code"]
    for row in CONTRACTS.source["codes"]["tambon"]:
        assert row["code"][:4] == row["amphoe_code"]


def test_codes_have_a_source() -> None:
    for path in (ROOT / "contracts" / "codes").glob("*.csv"):
        assert path.read_text(encoding="utf-8").startswith("# Source: "), path.name


def test_every_dataset_has_expectations_and_no_expectation_is_alone() -> None:
    there = {path.relative_to(ROOT / "expectations").as_posix() for path in (ROOT / "expectations").glob("*/*.yaml")}
    assert there == {table.path for table in DATASETS}


@pytest.mark.parametrize("table", DATASETS, ids=lambda table: table.name)
def test_a_dataset_is_declared_whole(table: Table) -> None:
    assert table.grain == ARCHITECTURE.get(table.name, table.grain)
    assert [column.name for column in table.tail] == ["row_number", "period"]
    assert set(table.catalogue) == CATALOGUE
    assert table.schedule is not None
    for key in ("legal_basis", "agreement", "letter", "retention_days", "licence", "roles", "owner_th"):
        assert getattr(table, key), key
    for column in table.columns:
        assert len(column.aliases) >= 3, column.name
        assert column.meaning_en
        assert any("\u0e00" <= letter <= "\u0e7f" for letter in column.meaning_th), column.name
    assert {name for name in table.grain if name != "period"} <= {c.name for c in table.columns if not c.nullable}


@pytest.mark.parametrize("table", DATASETS, ids=lambda table: table.name)
def test_every_typed_and_coded_column_has_its_rule(table: Table) -> None:
    codes = {(rule.code, rule.column) for rule in rules(table)}
    for column in table.columns:
        if column.identifier:
            assert ("GATE-PID", column.name) in codes
        elif column.codes:
            assert ("GATE-CODE", column.name) in codes
        elif column.type != "STRING" or column.standard == "month":
            assert ("GATE-TYPE", column.name) in codes


@pytest.mark.parametrize("table", DATASETS, ids=lambda table: table.name)
def test_as_many_expectations_as_rules(table: Table) -> None:
    made, declared = suite(table), rules(table)
    assert [each["meta"]["rule_id"] for each in made["expectations"]] == [rule.id for rule in declared]
    layer = sum(term.layer for term in TERMS.values())
    assert len(declared) == layer + len(table.quality)
    for rule in declared:
        named = [rule.kwargs.get("column"), rule.kwargs.get("column_A")]
        assert rule.metric in named
        assert bool(rule.metric_sql) == (rule.computed != "curation")
        assert all((rule.reason, rule.message_th, rule.message_en))
    one_sql: dict[str, str] = {}
    for rule in declared:
        assert one_sql.setdefault(rule.metric, rule.metric_sql) == rule.metric_sql, "one metric, two meanings"


def test_the_vocabulary_is_used_whole() -> None:
    used = {rule.code for table in DATASETS for rule in rules(table)} | {
        rule.code for table in DATASETS for rule in record_rules(table)
    }
    unused = set(TERMS) - used - {"GATE-TREND"}  # its bands are learned where months are, and committed there
    assert unused == set(), "published, but no contract uses it"


def test_pages_are_not_stale() -> None:
    assert stale_pages(ROOT / "docs" / "reference", pages(CONTRACTS)) == []


def test_a_stale_missing_or_orphan_page_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("old")
    (tmp_path / "orphan.md").write_text(f"{NOTE}x")
    (tmp_path / "others.md").write_text("made by another command")
    assert stale_pages(tmp_path, {"a.md": "new", "b.md": "b"}) == ["a.md", "b.md", "orphan.md"]


def test_mart_inputs_are_datasets() -> None:
    for mart in CONTRACTS.marts:
        assert "curated" in {CONTRACTS[name].layer for name in mart.inputs} <= {"curated", "common"}
        assert mart.project == "demo"
