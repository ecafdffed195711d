"""``check`` on whole extracts: verdict, free text, what is dropped and why, last month, an identifier on many rows."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from tests import agency_kit as kit
from tests.agency_kit import Kit

from khlang import contracts
from khlang.agency import checking, submission
from khlang.agency.checking import Preview, telling
from khlang.agency.sentences import Sentences
from khlang.contracts import Table
from khlang.errors import InputError

TABLE = contracts.load(kit.CONTRACTS)["welfare_registrants"]
Rows = list[dict[str, str | None]]


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return kit.make(tmp_path_factory.mktemp("checking"))


def preview(agency: Kit, path: Path, period: str = "2569-01") -> Preview:
    return checking.check(agency.home, [path], dataset="welfare_registrants", period=period, tell=lambda *_: None)


def failed(one: Preview) -> list[str]:
    return [judged.rule.id.partition("/")[2] for judged in one.judged if judged.state == "refused"]


def test_a_good_extract_would_be_accepted(agency: Kit, tmp_path: Path) -> None:
    found = preview(agency, kit.write_csv(tmp_path / "x.csv", kit.registrants(200)))
    assert found.accepted
    assert (found.rows, failed(found), found.texts) == (200, [], ())
    assert telling.document(found)["verdict"] == "would-be-accepted"


def test_faults_are_told_by_rule_and_row(agency: Kit, tmp_path: Path) -> None:
    rows = kit.registrants(200)
    for i in range(5):
        rows[i]["province_code"] = "XX"
    for i in range(100, 112):
        rows[i]["pid"] = "123"
    found = preview(agency, kit.write_csv(tmp_path / "x.csv", rows))
    assert not found.accepted
    assert failed(found) == ["GATE-PID/pid", "GATE-CODE/province_code"]
    code = next(one for one in found.judged if one.rule.code == "GATE-CODE" and one.rule.column == "province_code")
    assert (code.observed, [row for _, row in code.counted.first]) == (0.025, [2, 3, 4, 5, 6])
    assert found.reasons["pid"]["bad_format"].count == 12


def test_one_person_on_many_rows(agency: Kit, tmp_path: Path) -> None:
    rows = kit.registrants(200)
    for i in (3, 40, 41, 150, 199):
        rows[i] |= {"pid": rows[3]["pid"]}
    found = preview(agency, kit.write_csv(tmp_path / "x.csv", rows))
    heavy = next(one for one in found.judged if one.rule.code == "GATE-HEAVY")
    assert (heavy.state, heavy.observed, heavy.counted.first) == ("refused", 2.0, [(0, 5)])


def test_dropped_columns_are_named_by_what_stands_in_them(agency: Kit, tmp_path: Path) -> None:
    rows = kit.registrants(50)
    long = "เอกสารไม่ครบถ้วน รอสำเนาทะเบียนบ้านจากสำนักงานเขต"
    for row in rows:
        row |= {"ช่อง1": "นายสมชาย ใจดี", "ช่อง2": long, "ช่อง3": "แดง"}
    found = preview(agency, kit.write_csv(tmp_path / "x.csv", rows))
    assert {one.header: one.why for one in found.dropped} == {
        "ชื่อ-สกุล": "direct-identifier",
        "โทรศัพท์": "direct-identifier",
        "ช่อง1": "direct-identifier",
        "ช่อง2": "free-text",
        "ช่อง3": "not-in-contract",
    }


def test_sentences_in_a_column_that_is_no_free_text_are_refused(agency: Kit, tmp_path: Path) -> None:
    rows = kit.registrants(100)
    for i in range(10):
        rows[i]["occupation_code"] = "รับจ้างทั่วไปรายวัน ไม่มีนายจ้างประจำ อาศัยอยู่กับญาติ"
    found = preview(agency, kit.write_csv(tmp_path / "x.csv", rows))
    assert not found.accepted
    assert [(one.column, one.kind, one.counted.count) for one in found.texts] == [("occupation_code", "undeclared", 10)]
    with pytest.raises(InputError) as refused:
        submission.seal(agency.home, tmp_path / "x.csv", dataset="welfare_registrants", period="2569-01")
    assert refused.value.code == "SEAL-FREE-TEXT"
    assert "x.csv แถว 2:" in refused.value.message


def with_remark(does: str | None) -> Table:
    remark = dataclasses.replace(TABLE.columns[2], name="remark", type="STRING", standard="text", free_text=does)
    return dataclasses.replace(TABLE, columns=(*TABLE.columns, remark))


def remarks(values: Sequence[str]) -> pl.DataFrame:
    columns = {column.name: ["1"] * len(values) for column in TABLE.columns} | {"remark": list(values)}
    places = {"source_file": pl.UInt16, "source_row": pl.Int64}
    frame = pl.DataFrame(columns | {"source_file": [0] * len(values), "source_row": list(range(2, 2 + len(values)))})
    return frame.cast(places)  # type: ignore[arg-type]


@pytest.mark.parametrize("does", ["refuse", "mask"])
def test_declared_free_text_is_scanned(does: str) -> None:
    looked = Sentences(with_remark(does))
    looked.add(remarks(["ไม่มีอะไร", "โทร 0812345678", f"เลข {kit.cid(5)}", "นายสมชาย ใจดี มาแล้ว"]))
    told = {one.kind: (one.does, one.counted.first) for one in looked.findings()}
    assert told == {"phone": (does, [(0, 3)]), "cid": (does, [(0, 4)]), "name": (does, [(0, 5)])}


def test_rows_are_held_against_last_month(agency: Kit, tmp_path: Path) -> None:
    path = kit.write_csv(tmp_path / "jan.csv", kit.registrants(150))
    submission.seal(agency.home, path, dataset="welfare_registrants", period="2569-01")
    found = preview(agency, kit.write_csv(tmp_path / "feb.csv", kit.registrants(300, seed=8)), "2569-02")
    assert (found.last_rows, found.far_from_last, found.accepted) == (150, True, True)
