"""The manifest's page and the copy of its schema are what agency and pool judge by; every field is explained."""

import re

import jsonschema
import pytest
from infra.reference import manifest as page_

from khlang import manifest

SCHEMA = manifest.schema()
FOUND = page_.fields(SCHEMA)


@pytest.mark.parametrize("name", page_.made())
def test_page_and_schema_are_fresh(name: str) -> None:
    assert (page_.FOLDER / name).read_text(encoding="utf-8") == page_.made()[name], "run: make docs"


def test_the_schema_is_one_and_its_example_is_a_manifest() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    shown = page_.example()
    assert manifest.check(dict(shown)) == shown


def test_every_field_of_the_type_and_of_the_schema_stands_there_and_is_explained() -> None:
    paths = [one.path for one in FOUND]
    assert len(set(paths)) == len(paths)
    inner = {f"parts[].{name}" for name in manifest.Part.__annotations__}
    inner |= {f"link.{name}" for name in manifest.Link.__annotations__} | {
        f"link.parts[].{name}" for name in manifest.Part.__annotations__
    }
    assert inner | set(manifest.Manifest.__annotations__) <= set(paths)
    unexplained = [one.path for one in FOUND if not one.meaning or not re.search("[ก-๙]", one.thai) or not one.form]
    assert unexplained == []


def test_a_form_is_told_in_words() -> None:
    assert page_.form({"type": "integer", "minimum": 1}) == "integer, 1 or more"
    assert page_.form({"type": "string", "minLength": 1, "maxLength": 64}) == "string, 1 to 64 letters"
    assert page_.form({"type": "array", "maxItems": 9, "items": {"type": "object"}}) == "list of object, 0 to 9 of them"
    assert page_.form({"const": "1"}) == '`"1"`'
    told = {one.path: one.form for one in FOUND}
    assert told["supersedes"] == "string, `^[0-9a-f]{32}$`, or `null`"
    assert told["link"].startswith("may be absent; object")
    assert told["pid_reasons.<column>.<reason>"].endswith("`class_not_allowed`")
