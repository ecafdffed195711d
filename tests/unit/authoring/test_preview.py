"""Every inference is proposed with its reason; nothing of a personal column is told."""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authoringkit import citizen

from khlang.authoring import show
from khlang.authoring.dictionary import Dictionary
from khlang.authoring.evidence import Evidence, look
from khlang.authoring.guess import guess
from khlang.authoring.preview import Preview, preview
from khlang.authoring.proposal import Guess
from khlang.contracts import load
from khlang.errors import InputError
from khlang.identifiers import check_digit

TABLES = load()
KNOWN = Dictionary(TABLES)
CODES = TABLES.source["codes"]
NAMES = ("สมชาย ใจดี", "สมหญิง รักไทย", "วิชัย มั่นคง", "อรุณี แสงทอง")


def seen(values: Sequence[str | None]) -> Evidence:
    return look(pl.Series(values, dtype=pl.String), CODES)


def proposed(header: str, values: Sequence[str | None], *, people: bool = False) -> Guess:
    return guess(header, seen(values), KNOWN, about_people=people)


def days(count: int, form: str, *, era: int = 0, first: date = date(2026, 1, 1), step: int = 1) -> list[str | None]:
    made = [first + timedelta(days=step * n) for n in range(count)]
    return [day.strftime(form.replace("%Y", str(day.year + era))) for day in made]


CITIZENS: list[str | None] = [citizen(n) for n in range(1, 40)]
JURISTIC: list[str | None] = [t + str(check_digit(t)) for t in (f"01055{n * 7919 % 10**7:07d}" for n in range(1, 40))]


def test_a_citizen_id_is_known_by_its_check_digit_whatever_its_header() -> None:
    made = proposed("รหัสผู้ใช้", CITIZENS)
    assert (made.name, made.identifier, made.personal) == ("pid", "th-cid", "direct")
    assert "100%" in " ".join(made.why)
    assert made.decide
    wrong = [str(text)[:12] + str((int(str(text)[12]) + 1) % 10) for text in CITIZENS]
    assert proposed("รหัสผู้ใช้", list(wrong)).identifier is None


def test_an_employers_number_needs_a_word_in_the_header() -> None:
    assert proposed("เลขทะเบียนนายจ้าง", JURISTIC).identifier == "th-juristic"


@pytest.mark.parametrize(
    ("form", "era", "told"),
    [
        ("%d/%m/%Y", 543, "วว/ดด/ปปปป พ.ศ. 100%"),
        ("%Y-%m-%d", 0, "ปปปป-ดด-วว ค.ศ. 100%"),
        ("%Y%m%d", 543, "ปปปปดดวว พ.ศ. 100%"),
    ],
)
def test_dates_are_told_with_their_form_and_era(form: str, era: int, told: str) -> None:
    made = proposed("วันที่ยืมหนังสือ", days(30, form, era=era))
    assert (made.type, made.standard, made.name) == ("DATE", "date", "borrowed_book_on")
    assert told in " ".join(made.why)
    assert not made.known


def test_dates_over_forty_years_are_taken_for_births_and_only_the_year_leaves() -> None:
    made = proposed("D1", days(60, "%d/%m/%Y", era=543, first=date(1940, 1, 1), step=400))
    assert (made.name, made.generalise, made.personal) == ("birth_year", "year", "quasi")
    assert any("quasi-identifier" in why for why in made.why)


def test_codes_of_a_list_are_proposed_with_the_list() -> None:
    provinces = [row["code"] for row in CODES["province"]][:20] * 3
    made = proposed("จังหวัด", list(provinces))
    assert (made.name, made.codes, made.known) == ("province_code", "province", True)


def test_small_numbers_without_a_word_are_no_code() -> None:
    assert proposed("กลุ่มที่ 7", ["1", "2", "1", "2"] * 9).codes is None


def test_names_in_place_of_codes_are_asked_about() -> None:
    made = proposed("ประเภทบุคคล", ["ชาย", "หญิง"] * 20)
    assert made.codes is None
    assert "sex" in " ".join(made.why)
    assert any("send the code" in ask for ask in made.decide)


def test_a_field_whose_header_fits_and_whose_values_do_not_is_no_match() -> None:
    made = proposed("เพศ", ["ก", "ข"] * 20)
    assert not made.known
    assert any("not sex_code" in why for why in made.why)


def test_postcode_is_a_quasi_identifier() -> None:
    made = proposed("รหัสไปรษณีย์", ["10110", "50200", "90110", "40000"] * 6)
    assert (made.name, made.personal, made.type) == ("postcode", "quasi", "STRING")


@pytest.mark.parametrize("header", ["ชื่อ-สกุล", "ชื่อ", "สกุล", "ที่อยู่ปัจจุบัน", "โทรศัพท์มือถือ", "email"])
def test_what_names_a_person_is_proposed_to_stay(header: str) -> None:
    made = proposed(header, list(NAMES) * 5)
    assert (made.carried, made.personal) == (False, "direct")


def test_sentences_are_proposed_to_stay() -> None:
    text = "ผู้รับบริการแจ้งว่าไม่สะดวกเดินทางมาด้วยตนเองในเดือนนี้ จึงขอเลื่อนนัด"
    assert not proposed("ข้อสังเกต", [f"{text} {n}" for n in range(20)]).carried


def test_a_remark_stays_though_it_is_short_and_a_date_of_recording_does_not() -> None:
    assert not proposed("หมายเหตุ", ["มาสาย", None, "ฝนตก"] * 5).carried
    assert proposed("วันที่บันทึก", days(20, "%d/%m/%Y", era=543)).carried


def test_the_files_own_running_number_stays_and_is_no_grain() -> None:
    assert not proposed("ลำดับ", [str(n) for n in range(1, 30)]).carried
    assert not proposed("ลำดับ", [*(str(n) for n in range(1, 30)), "7"]).carried, "a corrected row keeps its number"
    assert proposed("ลำดับ", ["1", "2"] * 9).carried


def test_a_new_field_gets_no_name_that_the_dictionary_has(tmp_path: Path) -> None:
    assert "type" in TABLES.source["fields"], "what the spine calls its identifiers' types"
    path = tmp_path / "accounts.csv"
    path.write_text("เลขที่บัญชี,ประเภทบัญชี\n" + "".join(f"{n},S{n % 3}\n" for n in range(30)), encoding="utf-8")
    (made,) = [one for one in preview(path, TABLES).guesses if one.header == "ประเภทบัญชี"]
    assert (made.name, made.known) == ("type_2", False)
    assert any("is taken" in asked for asked in made.decide)


def test_a_code_list_without_a_field_is_proposed_for_a_new_one() -> None:
    listed = {row["codes"] for row in TABLES.source["fields"].values() if row.get("codes")}
    assert "tambon" not in listed, "a field takes its codes from tambon now: try another list"
    made = proposed("รหัสตำบล", ["100101", "100102", "100103"] * 9, people=True)
    assert (made.name, made.codes, made.known, made.personal) == ("tambon_code", "tambon", False, "quasi")


@pytest.mark.parametrize(
    ("header", "values", "type_", "class_"),
    [
        ("จำนวนเล่ม", ["1", "2", "1,003"] * 9, "BIGINT", "quasi"),
        ("ค่าปรับ (บาท)", ["12.50", "3", "0.25"] * 9, "DECIMAL(14,2)", "quasi"),
        ("รายได้ต่อปีของครอบครัว", ["12000", "9000", "100"] * 9, "BIGINT", "sensitive"),
        ("เลขที่ใบเสร็จ", ["100", "200", "300"] * 9, "STRING", "quasi"),
        ("รหัสสาขาห้องสมุด", ["007", "012", "100"] * 9, "STRING", "quasi"),
    ],
)
def test_types_and_classes_beside_a_person(header: str, values: list[str], type_: str, class_: str) -> None:
    made = proposed(header, list(values), people=True)
    assert (made.type, made.personal) == (type_, class_)
    assert made.decide


def test_without_a_person_nothing_is_classed_but_asked() -> None:
    made = proposed("จำนวนเล่ม", ["1", "2", "3"] * 9)
    assert made.personal == "none"
    assert any("personal" in ask for ask in made.decide)


def test_an_empty_column_is_left_out() -> None:
    made = proposed("สำรอง", [None] * 9)
    assert not made.carried


HEADERS = ["เลขประจำตัวประชาชน", "ชื่อ-สกุล", "วันเกิด", "วันที่ยืม", "รหัสสาขา", "วันที่บันทึก"]


def book(folder: Path, *, encoding: str = "cp874", title: bool = True) -> Path:
    path = folder / "loans.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        if title:
            writer.writerow(["รายงานการยืมหนังสือ ประจำเดือนมกราคม 2569"])
        writer.writerow(HEADERS)
        for n, cid in enumerate(CITIZENS):
            for k in range(2):
                writer.writerow(
                    [
                        cid,
                        NAMES[n % 4],
                        f"{n % 28 + 1:02d}/03/{2490 + n}",
                        f"{k + 1:02d}/01/2569",
                        f"B{n % 3}",
                        "31/01/2569",
                    ]
                )
    return path


@pytest.mark.parametrize("encoding", ["cp874", "utf-8-sig"])
def test_a_file_is_read_below_its_title_and_a_grain_is_proposed(tmp_path: Path, encoding: str) -> None:
    told = preview(book(tmp_path, encoding=encoding), TABLES)
    names = {one.header: one.name for one in told.guesses}
    assert (names["เลขประจำตัวประชาชน"], names["วันเกิด"]) == ("pid", "birth_year")
    assert told.grain == ("pid", "borrowed_on")
    assert told.latest is not None
    assert told.rows == 78


def test_a_workbook_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "loans.xlsx"
    frame = pl.read_csv(book(tmp_path, encoding="utf-8", title=False), infer_schema=False)
    frame.write_excel(path)
    assert [one.name for one in preview(path, TABLES).carried][:2] == ["pid", "birth_year"]


def test_a_header_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("ก,ข,ก\n1,2,3\n", encoding="utf-8")
    with pytest.raises(InputError) as told:
        preview(path, TABLES)
    assert told.value.code == "PREVIEW-HEADER"
    assert "3" in told.value.message


def test_a_file_without_a_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n\n\n", encoding="utf-8")
    with pytest.raises(InputError):
        preview(path, TABLES)


def cells(path: Path) -> set[str]:
    rows = list(csv.reader(path.read_text(encoding="cp874").splitlines()))[2:]
    return {cell for row in rows for cell in row if len(cell) > 2}


def shown(told: Preview) -> str:
    return show.table(told)


def test_no_value_is_shown(tmp_path: Path) -> None:
    path = book(tmp_path)
    text = shown(preview(path, TABLES))
    assert [cell for cell in cells(path) if cell in text] == []
    assert "เลขประจำตัวประชาชน" in text  # the positive control: headers are


@given(st.lists(st.one_of(st.none(), st.text(alphabet="ก0123456789/-. ๑A", max_size=16)), min_size=1, max_size=30))
def test_any_column_gets_a_proposal_with_a_reason_and_shares_are_shares(values: list[str | None]) -> None:
    made = seen(values)
    assert all(0 <= share <= 1 for share in (made.date, made.month, made.integer, made.number, *made.codes.values()))
    told = guess("คอลัมน์", made, KNOWN, about_people=True)
    assert told.decide
    assert told.personal in {"direct", "quasi", "sensitive", "none"}
    assert told.carried is False or told.personal != "none" or told.known
