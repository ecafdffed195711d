"""What the scan finds in sentences: measured on a labelled set for names, exactly for numbers and addresses."""

import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import agency_kit as kit

from khlang import raw
from khlang.agency import scan
from khlang.agency.scan import names, text

LABELLED = Path(__file__).with_name("labelled.txt")


def measured() -> tuple[float, float]:
    """Precision and recall over the labelled set; a name counts as found where any of it is."""
    found = missed = wrong = 0
    for line in LABELLED.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        pieces = re.split(r"\[\[(.*?)\]\]", line)
        at, wanted = 0, []
        for i, piece in enumerate(pieces):
            wanted += [(at, at + len(piece))] * (i % 2)
            at += len(piece)
        got = names.spans("".join(pieces))
        hits = [one for one in wanted if any(start < one[1] and end > one[0] for start, end in got)]
        found, missed = found + len(hits), missed + len(wanted) - len(hits)
        wrong += sum(not any(start < one[1] and end > one[0] for one in wanted) for start, end in got)
    return found / (found + wrong), found / (found + missed)


def test_names_are_found_as_well_as_the_decision_says() -> None:
    precision, recall = measured()
    assert precision >= 0.98
    assert recall >= 0.87


CID = kit.cid(12345678901)
PRINTED = f"{CID[0]}-{CID[1:5]}-{CID[5:10]}-{CID[10:12]}-{CID[12]}"


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        (f"เลข {CID} ครับ", "cid"),
        (f"เลข {PRINTED} ครับ", "cid"),
        (f"เลข {' '.join(CID)}", "cid"),
        (f"เลข {CID.translate(kit.THAI)}", "cid"),
        (f"12 {CID}", "cid"),
        ("โทร 081-234-5678 ค่ะ", "phone"),
        ("โทร ๐๘๑ ๒๓๔ ๕๖๗๘", "phone"),
        ("โทร 02 123 4567", "phone"),
        ("โทร +66 81 234 5678", "phone"),
        ("ส่งที่ somchai.j@example.go.th ค่ะ", "email"),
        ("ผู้ร้อง นายสมชาย ใจดี มาติดต่อ", "name"),
    ],
)
def test_found_and_masked(sentence: str, kind: str) -> None:
    column = pl.Series([None, "ไม่มีอะไร", sentence])
    found = scan.found(column)
    assert {name: hit.to_list() for name, hit in found.items() if hit.any()} == {kind: [False, False, True]}
    masked = scan.mask(column).to_list()
    assert masked[:2] == [None, "ไม่มีอะไร"]
    assert scan.KINDS[kind] in masked[2]
    assert not any(hit.any() for hit in scan.found(pl.Series(masked)).values())


@pytest.mark.parametrize(
    "sentence", ["รายได้ 200,000 บาท", "ปี 2567 งวดที่ 3", "เลขที่ 12/2567", "โฉนด 0812345678901234", "1234567890123"]
)
def test_other_numbers_are_left_alone(sentence: str) -> None:
    assert text.masked(sentence) == sentence


@given(st.lists(st.sampled_from([CID, CID[:7], CID[7:], " ", "-", "\u200b", "๑", "9", "ก", "."]), max_size=8))
def test_a_column_and_a_text_are_judged_alike(pieces: list[str]) -> None:
    written = "".join(pieces)
    assert raw.holds(pl.Series([None, written])).to_list() == [False, bool(raw.spans(written))]


@given(st.text(max_size=60))
def test_masking_leaves_nothing_to_find(written: str) -> None:
    once = text.masked(f"{written} {CID} 0812345678 {written}")
    assert CID not in once
    assert not raw.spans(once)


def test_kind_of_a_column_by_its_first_values() -> None:
    assert scan.kind(["นายสมชาย ใจดี", "", "น.ส.วิภา แสงจันทร์"]) == "direct-identifier"
    assert scan.kind(["0812345678", "089-1234567"]) == "direct-identifier"
    assert scan.kind(["เอกสารไม่ครบถ้วน รอสำเนาทะเบียนบ้านจากสำนักงานเขต"] * 2) == "free-text"
    assert scan.kind(["แดง", "ดำ"]) is None
    assert scan.kind([]) is None
