"""The loader refuses what is wrong and names file, column and key."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from khlang.authoring.cli import contract
from khlang.contracts import from_dict, load, loader, profile_contracts, rules
from khlang.contracts.loader import build
from khlang.errors import ContractError

ROOT = Path(__file__).parents[3]
CONTRACTS = load(ROOT / "contracts")
PATH = "welfare/vehicles.yaml"


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    source = copy.deepcopy(dict(CONTRACTS.source))
    change(source)
    return source


def schema(source: dict[str, Any]) -> dict[str, Any]:
    table: dict[str, Any] = source["contracts"][PATH]["schema"][0]
    return table


def column(source: dict[str, Any], name: str = "province_code") -> dict[str, Any]:
    return next(each for each in schema(source)["properties"] if each["name"] == name)


def twin_alias(source: dict[str, Any]) -> None:
    column(source)["customProperties"][0]["value"].append(" plate ")


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "missing type": (lambda s: column(s).pop("physicalType"), "column province_code: physicalType is missing"),
    "retyped": (lambda s: column(s).update(physicalType="BIGINT"), "column province_code: type is BIGINT here"),
    "reclassified": (lambda s: column(s).update(classification="none"), "column province_code: personal is none"),
    "unclassified": (lambda s: column(s).pop("classification"), "column province_code: classification is missing"),
    "unknown field": (lambda s: s["fields"].pop("vehicle_id"), "column vehicle_id is not in the field dictionary"),
    "unknown list": (lambda s: s["codes"].pop("vehicle_type"), "there is no code list vehicle_type"),
    "nameless column": (lambda s: column(s).pop("name"), "a column has no name"),
    "column twice": (lambda s: schema(s)["properties"].append(column(s)), "column province_code stands there twice"),
    "no layer": (lambda s: s["contracts"][PATH].update(customProperties=[]), "layer is missing"),
    "no owner": (lambda s: s["contracts"][PATH]["team"].pop("name"), "name is missing"),
    "no roles": (lambda s: s["contracts"][PATH].pop("roles"), "roles is missing"),
    "bad version": (lambda s: s["contracts"][PATH].update(version="x"), "version is no number"),
    "two tables": (lambda s: s["contracts"][PATH]["schema"].append({}), "schema must list exactly one table"),
    "two headers": (twin_alias, "the header of column province_code is also one of column vehicle_id"),
    "unknown rule": (lambda s: schema(s)["quality"][0].update(name="GATE-X"), "rule GATE-X: not in the vocabulary"),
    "no reason": (lambda s: schema(s)["quality"][0].pop("description"), "rule GATE-DUPLICATE gives no reason"),
    "no limit": (lambda s: schema(s)["quality"][0].update(implementation={}), "arguments do not fit"),
    "odd argument": (
        lambda s: schema(s)["quality"][0].update(implementation={"limit": 0.1, "limt": 1}), "arguments do not fit",
    ),
    "rule twice": (lambda s: schema(s)["quality"].append(schema(s)["quality"][0]), "is declared twice"),
    "rule of no column": (
        lambda s: schema(s)["quality"].append({**schema(s)["quality"][0], "name": "GATE-NULL"}), "needs a column",
    ),
    "expectation alone": (lambda s: s["expectations"].update({"welfare/x.yaml": {}}), "expectations/welfare/x.yaml"),
    "input gone": (lambda s: s["contracts"].pop(PATH) and s["expectations"].pop(PATH), "input vehicles has no"),
    "table twice": (lambda s: s["contracts"].update({"welfare/z.yaml": s["contracts"][PATH]}), "declared twice"),
    "two people or not": (
        lambda s: s["contracts"][PATH]["customProperties"].append({"property": "twoPeople", "value": "no"}),
        "customProperties.twoPeople is neither true nor false",
    ),
    "wrong dedupe": (
        lambda s: s["contracts"][PATH]["customProperties"].append({"property": "dedupeBy", "value": "nope"}),
        "dedupeBy names a column nope",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named(name: str) -> None:
    change, message = FAULTS[name]
    with pytest.raises(ContractError) as caught:
        build(changed(change))
    assert message in caught.value.message
    assert caught.value.remedy
    assert caught.value.exit_code == 23


def test_every_required_key_of_a_column_is_missed_by_name() -> None:
    for name in ("name", "physicalType", "classification"):
        for each in CONTRACTS["vehicles"].columns:
            source = changed(lambda s, each=each, name=name: column(s, each.name).pop(name))
            with pytest.raises(ContractError) as caught:
                build(source)
            assert PATH in caught.value.message


def test_broken_yaml_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "contracts" / "d").mkdir(parents=True)
    (tmp_path / "contracts" / "fields.yaml").write_text("a: {}\n")
    (tmp_path / "contracts" / "d" / "t.yaml").write_text("a: 1\nb: [\n")
    with pytest.raises(ContractError, match=r"contracts/d/t.yaml, line 3"):
        load(tmp_path / "contracts")


def test_code_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "contracts" / "codes").mkdir(parents=True)
    (tmp_path / "contracts" / "fields.yaml").write_text("a: {}\n")
    (tmp_path / "contracts" / "codes" / "c.csv").write_text("# Source: none\ncode,name_th\n1,a\n1,b\n")
    with pytest.raises(ContractError, match=r"codes/c.csv"):
        load(tmp_path / "contracts")


def test_no_folder_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="field dictionary"):
        load(tmp_path)


def test_a_table_without_a_contract_cannot_be_written() -> None:
    with pytest.raises(ContractError) as caught:
        CONTRACTS.require("curated", "nobody_knows")
    assert caught.value.code == "CONTRACT-NONE"
    assert "contracts/<domain>/nobody_knows.yaml" in caught.value.remedy


def test_a_table_is_written_to_its_own_layer() -> None:
    assert CONTRACTS.require("staging", "vehicles").name == "vehicles"
    assert CONTRACTS.require("projects", "welfare_by_amphoe").layer == "marts"
    with pytest.raises(ContractError) as caught:
        CONTRACTS.require("projects", "vehicles")
    assert caught.value.code == "CONTRACT-LAYER"


def test_what_a_bundle_carries_reads_the_same_at_the_agency() -> None:
    carried = json.loads(json.dumps(profile_contracts(CONTRACTS, "sso")))
    there = from_dict(carried)
    assert list(there) == ["insured_persons"]
    ours, theirs = CONTRACTS["insured_persons"], there["insured_persons"]
    assert theirs.columns == ours.columns
    assert theirs.stored == ours.stored
    assert {rule.id for rule in rules(theirs)} < {rule.id for rule in rules(ours)}  # expectations stay in the pool
    assert set(carried["codes"]) == {"province", "insured_section"}


def test_an_agency_without_datasets_and_a_torn_bundle_are_refused() -> None:
    with pytest.raises(ContractError, match="No contract names the agency"):
        profile_contracts(CONTRACTS, "nobody")
    with pytest.raises(ContractError, match="lack codes, contracts"):
        from_dict({"fields": {}})


def test_each_file_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every job loads all contracts, and parsing them is most of what that costs; a second time costs nothing."""
    parsed: list[Path] = []
    plain = loader._document

    def counted(file: Path, folder: Path) -> dict[str, Any]:
        parsed.append(file)
        return plain(file, folder)

    monkeypatch.setattr(loader, "_document", counted)
    loader._read.cache_clear()
    assert load(ROOT / "contracts") is load(ROOT / "contracts")
    files = {*(ROOT / "contracts").glob("*/*.yaml"), *(ROOT / "expectations").glob("*/*.yaml")}
    assert sorted(parsed) == sorted({*files, ROOT / "contracts" / "fields.yaml"})


def test_commands() -> None:
    listed = CliRunner().invoke(contract, ["list"])
    assert listed.exit_code == 0
    assert "house_registry" in listed.output
    assert CliRunner().invoke(contract, ["lint"]).exit_code == 0
    assert CliRunner().invoke(contract, ["docs", "--check"]).exit_code == 0


def test_stale_docs_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "contracts").symlink_to(ROOT / "contracts")
    (tmp_path / "expectations").symlink_to(ROOT / "expectations")
    monkeypatch.setenv("KHLANG_ROOT", str(tmp_path))
    refused = CliRunner().invoke(contract, ["docs", "--check"])
    assert isinstance(refused.exception, ContractError)
    assert refused.exception.code == "DOCS-STALE"
    assert CliRunner().invoke(contract, ["docs"]).exit_code == 0
    assert CliRunner().invoke(contract, ["docs", "--check"]).exit_code == 0


def test_contracts_are_read_again_when_a_file_changed_and_not_before(tmp_path: Path) -> None:
    for name in ("contracts", "expectations"):
        shutil.copytree(ROOT / name, tmp_path / name)
    folder = tmp_path / "contracts"
    before = load(folder)
    assert load(folder) is before
    with (folder / PATH).open("a", encoding="utf-8") as file:
        file.write("# a word more\n")
    again = load(folder)
    assert (again is before, again.tables) == (False, before.tables)
    (folder / PATH).write_text("[]", encoding="utf-8")
    with pytest.raises(ContractError, match="holds no mapping"):
        load(folder)
    lone = folder / "energy" / "outage_hours.yaml"
    (folder / PATH).write_bytes((ROOT / "contracts" / PATH).read_bytes())
    lone.unlink()
    (tmp_path / "expectations" / "energy" / lone.name).unlink(missing_ok=True)
    assert set(before) - set(load(folder)) == {"outage_hours"}
