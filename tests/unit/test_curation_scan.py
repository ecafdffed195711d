import polars as pl
import pytest
from tests.curatekit import sealed

from khlang import raw
from khlang.curation import scan

CID = "9123456789010"  # class 9: never issued


@pytest.mark.parametrize(
    "text",
    [
        CID,
        "9-1234-56789-01-0",
        "9 1234 56789 01 0",
        "๙๑๒๓๔๕๖๗๘๙๐๑๐",
        "๙-๑๒๓๔-๕๖๗๘๙-๐๑-๐",
        "9\u00a01234\u200b56789\u200d01\ufeff0",
        "9\u20111234\u201356789\u201401\u22120",
        "9.1234.56789.01.0",
        "９１２３４５６７８９０１０",
        f"โทร 02 123 4567 บัตร {CID}",
        f"12 {CID}",
        f"({CID})",
        f"{CID}/2569",
    ],
)
def test_a_raw_number_is_found_however_it_is_written(text: str) -> None:
    assert scan.hits(pl.Series([text, "10"]), sealed=False).to_list() == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "9123456789011",  # false check digit
        "912345678901",  # twelve digits
        "91234567890101234",  # a longer number
        "2026-01-05 10:30:00",
        "1,234,567,890,123.00",
        "กรุงเทพมหานคร",
        "",
    ],
)
def test_what_is_no_identifier_is_let_through(text: str) -> None:
    assert scan.hits(pl.Series([text, None]), sealed=False).to_list() == [False, False]


@pytest.mark.parametrize("level", ["s1.e01.", "p1.e01.", "j1.demo.", "s1v.e01."])
def test_a_pseudonym_in_a_plain_column_is_found(level: str) -> None:
    assert scan.hits(pl.Series([f"x {level}{'0f' * 16}"]), sealed=False).to_list() == [True]


def test_an_identifier_column_holds_source_pseudonyms_and_nothing_else() -> None:
    column = pl.Series([sealed("somchai"), None, CID, f"p1.e01.{'0f' * 16}", "", sealed("x").upper()])
    assert scan.hits(column, sealed=True).to_list() == [False, False, True, True, True, True]


def test_the_check_digit_is_the_one_of_the_vectors() -> None:
    good = ["9123456789010", "9000000000012", "9999999999994"]
    assert all(raw.spans(number) for number in good)
    assert not any(raw.spans(number[:12] + str((int(number[12]) + 1) % 10)) for number in good)
