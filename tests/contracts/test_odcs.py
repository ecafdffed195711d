"""Every contract is valid by the Open Data Contract Standard's own schema and its PyPI package."""

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "contracts").glob("*/*.yaml"))
SCHEMA = json.loads((resources.files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))


def faults(document: object) -> list[str]:
    validator = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
    return [f"{error.json_path}: {error.message[:120]}" for error in validator.iter_errors(document)]


def test_there_are_contracts() -> None:
    assert len(FILES) >= 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_contract_is_odcs(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert document["apiVersion"] == "v3.1.0"
    assert faults(document) == []
    assert OpenDataContractStandard.from_file(str(path)).id == path.stem


def test_the_check_sees_a_fault() -> None:
    document = yaml.safe_load(FILES[0].read_text(encoding="utf-8"))
    document["schema"][0]["properties"][0]["logicalType"] = "nonsense"
    assert faults(document)


def test_a_contract_uses_nothing_that_came_after_3_1() -> None:
    # The package's schema is that of 3.2; these keys are new in it.
    later = {"synonyms", "enum", "semanticType", "context", "map"}
    for path in FILES:
        schema = yaml.safe_load(path.read_text(encoding="utf-8"))["schema"][0]
        used = set(schema) | {key for column in schema["properties"] for key in column}
        assert not used & later, path.name
