"""Every fault that lint knows is found where it stands, with a remedy; a sound project has none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authoringkit import BIRTHS, REGISTRY, changed, findings, small, with_file

from khlang.authoring import across, marks
from khlang.authoring.finding import KINDS, Finding
from khlang.authoring.texts import FIELDS, Texts

AGE = "      - name: mother_age\n"
CASES: dict[str, tuple[str, str, str, str, str]] = {
    # code and what is tried: file, old text, new text, the line that is named begins with
    "LINT-COLUMN-TWICE column": (BIRTHS, "name: birth_order\n", "name: mother_age\n", BIRTHS, "name: mother_age"),
    "LINT-COLUMN-TWICE field": (FIELDS, "born_on:\n", "pid:\n  type: BIGINT\nborn_on:\n", FIELDS, "pid:"),
    "LINT-KEY-TWICE": (BIRTHS, "status: active\n", "status: active\nstatus: draft\n", BIRTHS, "status: draft"),
    "LINT-HEADER-TWICE": (BIRTHS, "- GRAVIDA", "- MOTHER_AGE", BIRTHS, "property: aliases"),
    "LINT-CODES": (FIELDS, "codes: amphoe\n", "codes: amphurs\n", FIELDS, "amphoe_code:"),
    "LINT-CODES column": (FIELDS, "codes: amphoe\n", "codes: amphurs\n", BIRTHS, "name: amphoe_code"),
    "LINT-OWNER members": (
        BIRTHS,
        "team:\n  name: กระทรวงสาธารณสุข\n",
        "team:\n  name: กระทรวงสาธารณสุข\n  members: [{username: a, role: owner},\n    {username: b, role: owner}]\n",
        BIRTHS,
        "{username: b",
    ),
    "LINT-OWNER twice": (BIRTHS, "roles:\n", "team:\n  name: กรมการแพทย์\nroles:\n", BIRTHS, "team:"),
    "LINT-OWNER catalogue": (
        BIRTHS, "owner_org: กระทรวงสาธารณสุข", "owner_org: กรมการแพทย์", BIRTHS, "owner_org: กรมการแพทย์"
    ),
    "LINT-OWNER agency": (REGISTRY, "tenant: dopa", "tenant: moph", REGISTRY, "name: "),
    "LINT-CLASS missing": (
        BIRTHS, "required: true\n        classification: quasi", "required: true", BIRTHS, "name: amphoe_code"
    ),
    "LINT-CLASS unknown": (BIRTHS, "classification: quasi", "classification: secret", BIRTHS, "name: born_on"),
    "LINT-CLASS person": (BIRTHS, "classification: direct", "classification: none", BIRTHS, "classification: none"),
    "LINT-CLASS field": (FIELDS, "  personal: direct\n", "", FIELDS, "pid:"),
    "LINT-GRAIN none": (
        REGISTRY, "        primaryKey: true\n        primaryKeyPosition: 1\n", "", REGISTRY, "properties:"
    ),
    "LINT-GRAIN place": (BIRTHS, "primaryKeyPosition: 2", "primaryKeyPosition: 1", BIRTHS, "name: born_on"),
    "LINT-FIELD": (BIRTHS, "name: mother_age", "name: mother_years", BIRTHS, "name: mother_years"),
    "LINT-FIELD-DIFFERS": (BIRTHS, "physicalType: INT\n", "physicalType: BIGINT\n", BIRTHS, "physicalType: BIGINT"),
    "LINT-DOMAIN folder": (BIRTHS, "domain: health", "domain: welfare", BIRTHS, "domain: welfare"),
    "LINT-NAME id": (BIRTHS, "id: births", "id: birth", BIRTHS, "id: birth"),
    "LINT-NAME version": (BIRTHS, "version: 1.0.0", "version: 2.0.0", BIRTHS, "physicalName: births_v1"),
    "LINT-NAME date": (
        FIELDS, "born_on:\n", "born_day:\n  type: DATE\n  personal: quasi\nborn_on:\n", FIELDS, "born_day:"
    ),
    "LINT-CATALOGUE missing": (BIRTHS, "      geo_coverage: อำเภอ\n", "", BIRTHS, "value:"),
    "LINT-CATALOGUE unknown": (
        BIRTHS, "      geo_coverage: อำเภอ\n", "      geo_coverage: อำเภอ\n      colour: red\n", BIRTHS, "colour: red"
    ),
    "LINT-HEADERS": (BIRTHS, "              - ครรภ์ที่\n", "", BIRTHS, "property: aliases"),
    "LINT-RULES": (BIRTHS, "name: GATE-CODE", "name: GATE-NULL", BIRTHS, "name: amphoe_code"),
    "LINT-CONTRACT rule": (BIRTHS, "name: GATE-CODE", "name: GATE-COLOUR", BIRTHS, ""),
    "LINT-DECISION mark": (
        BIRTHS,
        "  - {property: layer",
        "  - {property: decide, value: x}\n  - {property: layer", BIRTHS, "{property: decide"
    ),
    "LINT-DECISION open": (BIRTHS, "notes: การเกิดรายครั้ง (ข้อมูลแฝง)", 'notes: "?"', BIRTHS, 'notes: "?"'),
    "LINT-ODCS": (BIRTHS, "logicalType: date", "logicalType: nonsense", BIRTHS, "logicalType: nonsense"),
    "LINT-YAML": (BIRTHS, "kind: DataContract", "kind: [", BIRTHS, ""),
}  # fmt: skip


def at(found: Finding, texts: Texts) -> str:
    return texts.files[found.file].splitlines()[found.line - 1][found.column - 1 :]


def test_a_sound_project_has_no_finding() -> None:
    assert findings(small()) == []


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_found_where_it_stands(name: str) -> None:
    path, old, new, file, begins = CASES[name]
    texts = changed(path, old, new)
    found = [one for one in findings(texts) if one.code == name.split(" ", maxsplit=1)[0] and one.file == file]
    assert found, [one.shown() for one in findings(texts)]
    assert any(at(one, texts).startswith(begins) for one in found), [(one.line, at(one, texts)) for one in found]
    assert all(one.remedy and one.line > 0 and one.column > 0 for one in found)


def test_all_findings_come_at_once() -> None:
    texts = changed(BIRTHS, "classification: direct", "classification: none")
    texts = changed(BIRTHS, "name: birth_order\n", "name: mother_age\n", texts)
    texts = changed(REGISTRY, "domain: welfare", "domain: health", texts)
    codes = {one.code for one in findings(texts)}
    assert codes >= {"LINT-CLASS", "LINT-COLUMN-TWICE", "LINT-DOMAIN"}


def test_a_table_in_two_domains_and_expectations_without_contract() -> None:
    births = small().files[BIRTHS].replace("domain: health", "domain: labour")
    found = findings(with_file("contracts/labour/births.yaml", births))
    assert {"LINT-TABLE-TWICE", "LINT-EXPECTATIONS"} <= {one.code for one in found}
    alone = findings(with_file("expectations/labour/nothing.yaml", "quality: []\n"))
    assert [(one.code, one.file) for one in alone] == [("LINT-EXPECTATIONS", "expectations/labour/nothing.yaml")]


@pytest.mark.parametrize("name", ["Health", "healths", "health2", "helth"])
def test_a_domain_named_like_an_old_one_is_told_at_the_newcomer(name: str) -> None:
    made = small().files[BIRTHS].replace("births", "deaths").replace("domain: health", f"domain: {name}")
    base = small()
    draft = Texts("draft", {f"contracts/{name}/deaths.yaml": made}, folder="drafts/deaths")
    found = [one for one in findings(base.over(draft)) if one.code == "LINT-DOMAIN"]
    assert [(one.file, one.line) for one in found] == [(f"drafts/deaths/contracts/{name}/deaths.yaml", 7)]
    assert "health" in found[0].message


def test_a_draft_cannot_found_a_domain_that_is_there() -> None:
    package = "src/khlang/domains/health/__init__.py"
    made = small().files[BIRTHS].replace("births", "deaths")
    draft = Texts("draft", {"contracts/health/deaths.yaml": made, package: '"""New."""\n'}, folder="d")
    assert "LINT-DOMAIN" in {one.code for one in findings(small().over(draft))}


def test_names_of_domains_that_are_there_are_not_alike() -> None:
    names = ("agriculture", "energy", "health", "labour", "targeting", "transport", "waste", "water", "welfare")
    assert [(a, b) for a in names for b in names if a < b and across.alike(a, b)] == []
    assert across.alike("labor", "labour")


def test_a_finding_in_a_draft_names_the_drafts_own_file_and_line() -> None:
    draft = Texts(
        "d", {FIELDS: 'shoe_size:\n  type: INT\n  personal: quasi\n  standard: integer\n  unit: "?"\n'}, folder="d"
    )
    found = [one for one in findings(small().over(draft)) if one.code == "LINT-DECISION"]
    assert [(one.file, one.line) for one in found] == [(f"d/{FIELDS}", 1)]


def test_every_code_is_tried_or_named_here() -> None:
    elsewhere = {"LINT-GRAIN-SAMPLE", "LINT-VERSION", "LINT-SERVED", "LINT-TABLE-TWICE", "LINT-EXPECTATIONS"}
    assert {name.split(" ")[0] for name in CASES} | elsewhere == set(KINDS)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.integers(0, 9), min_size=1, max_size=6))
def test_every_key_is_found_at_its_own_place(document: dict[str, int]) -> None:
    text = "top:\n" + "".join(f"    {key}: {value}\n" for key, value in document.items())
    marked = marks.read(text)
    lines = text.splitlines()
    for key in document:
        line, column = marked.at(("top", key))
        assert lines[line - 1][column - 1 :].startswith(f"{key}:")
    assert marked.twice == ()
