"""What changed is told as compatible or breaking, with what it does to marts, access and open data."""

import dataclasses

import pytest
from tests.authoringkit import BIRTHS, ROOT, changed, findings, small

from khlang.authoring import project
from khlang.authoring.compare import between, changes
from khlang.authoring.effects import effects
from khlang.authoring.texts import FIELDS, Texts, of_folder
from khlang.contracts import Contracts, Table, load


def tables(texts: Texts) -> Contracts:
    return project.read(texts, places=False).tables()


CASES = {
    # what is tried: file, old, new, whether it breaks, what is said of it
    "header added": (BIRTHS, "- GRAVIDA", "- GRAVIDA\n              - G", False, "birth_order: headers added"),
    "header removed": (BIRTHS, "              - GRAVIDA\n", "", False, "birth_order: headers removed"),
    "column renamed": (BIRTHS, "name: hospital_code", "name: province_code", True, "hospital_code: removed"),
    "may be empty": (BIRTHS, "required: true\n        classification: none",
                     "required: false\n        classification: none", True, "birth_recorded_on: may be empty"),
    "may not be empty": (BIRTHS, "required: false", "required: true", True, "child_pid: may no longer be empty"),
    "unit": (FIELDS, "unit: year", "unit: month", True, "birth_year: unit"),
    "meaning": (BIRTHS, "businessName: ลำดับที่ของบุตร", "businessName: ลำดับครรภ์", False, "birth_order: described"),
    "rule": (BIRTHS, "{rows: 6}", "{rows: 5}", False, "births: rule GATE-HEAVY pid has other limits"),
    "retention": (BIRTHS, "value: 3650", "value: 365", False, "births: retentionDays changed"),
    "latest": (BIRTHS, "value: birth_recorded_on", "value: born_on", False, "births: dedupeBy changed"),
    "code removed": ("contracts/codes/sex.csv", "2,หญิง,female\n", "", True, "sex_code: codes removed"),
    "code added": ("contracts/codes/sex.csv", "2,หญิง,female\n", "2,หญิง,female\n9,-,not told\n", False,
                   "codes added"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_and_judged(name: str) -> None:
    path, old, new, breaks, said = CASES[name]
    found = changes(tables(small()), tables(changed(path, old, new)))
    assert said in "\n".join(f"{one.column or one.table}: {one.what}" for one in found), found
    assert any(one.breaking for one in found) is breaks


def test_nothing_changed_is_nothing() -> None:
    known = tables(small())
    assert changes(known, known) == []
    assert all(between(table, table) == [] for table in load().tables)


def test_a_table_that_goes_breaks_and_one_that_comes_does_not() -> None:
    known = tables(small())
    fewer = {name: table for name, table in known.items() if name != "births"}
    assert [(one.what, one.breaking) for one in changes(known, fewer)] == [("removed", True)]
    assert [(one.what, one.breaking) for one in changes(fewer, known)] == [("added", False)]


def test_a_breaking_change_without_a_new_version_is_a_finding_at_the_version() -> None:
    texts = changed(BIRTHS, "required: false", "required: true")
    found = [one for one in findings(texts, before=small()) if one.code == "LINT-VERSION"]
    assert [(one.file, one.line) for one in found] == [(BIRTHS, 5)]
    assert "child_pid" in found[0].message
    assert "2.0.0" in found[0].remedy


def test_a_compatible_change_needs_no_new_version() -> None:
    assert findings(changed(BIRTHS, "- GRAVIDA", "- GRAVIDA\n              - G"), before=small()) == []


def newer(previous: str) -> Texts:
    texts = changed(BIRTHS, "required: false", "required: true")
    texts = changed(BIRTHS, "version: 1.0.0", "version: 2.0.0", texts)
    texts = changed(BIRTHS, "births_v1", "births_v2", texts)
    return changed(BIRTHS, "  - {property: layer", f"{previous}  - {{property: layer", texts)


def test_a_new_version_says_until_when_the_earlier_one_is_served() -> None:
    assert {one.code for one in findings(newer(""), before=small())} == {"LINT-SERVED"}
    said = '  - property: previous\n    value: [{version: 1, until: "2027-06-30"}]\n'
    assert findings(newer(said), before=small()) == []
    wrong = said.replace('"2027-06-30"', "soon")
    assert {one.code for one in findings(newer(wrong), before=small())} == {"LINT-CONTRACT"}


def test_a_dataset_says_what_columns_of_an_earlier_version_are_called_now() -> None:
    said = '  - property: previous\n    value: [{version: 1, until: "2027-06-30", columns: {GRAV: mother_age}}]\n'
    assert findings(newer(said), before=small()) == []
    wrong = findings(newer(said.replace("mother_age", "CAST(mother_age AS INT)")), before=small())
    assert [one.code for one in wrong] == ["LINT-SERVED"]


def test_a_version_never_shrinks_and_a_table_does_not_just_go() -> None:
    assert "LINT-VERSION" in {one.code for one in findings(small(), before=newer(""))}
    kept = {path: text for path, text in small().files.items() if "births" not in path}
    gone = [one for one in findings(Texts("fewer", kept), before=small()) if one.code == "LINT-VERSION"]
    assert [one.file for one in gone] == [BIRTHS]


def test_effects_name_marts_access_and_open_data() -> None:
    texts = project.read(project_texts(), places=False)
    known = texts.tables()
    table = known["births"]
    changed_column = [one for one in changes(known, {**known, "births": _without(table, "mother_age")}) if one.column]
    told = effects(changed_column, known, known, texts.texts)
    assert [one.text for one in told] == ["teen_births (health) reads births and breaks; its package names mother_age"]


def _without(table: Table, name: str) -> Table:
    return dataclasses.replace(table, columns=tuple(c for c in table.columns if c.name != name))


def project_texts() -> Texts:
    return of_folder(ROOT)


def test_who_gains_and_loses_columns_and_what_becomes_open() -> None:
    known = load()
    mart = known["teen_births"]
    fewer = _without(mart, "births")
    public = dataclasses.replace(fewer, catalogue={**mart.catalogue, "data_category": "ข้อมูลสาธารณะ"})
    new = Contracts({**known, "teen_births": public}, source=known.source)
    told = {one.text for one in effects([], known, new, Texts("none", {}))}
    assert "analyst loses demo.teen_births_v1: births" in told
    assert "teen_births becomes ข้อมูลสาธารณะ" in told
    assert any("it must not be published so" in text for text in told)  # area codes are quasi
    closed = Contracts({**known, "teen_births": dataclasses.replace(mart, roles=())}, source=known.source)
    assert any(text.startswith("analyst loses demo.teen_births_v1: province_code") for text in
               (one.text for one in effects([], known, closed, Texts("none", {}))))  # fmt: skip
