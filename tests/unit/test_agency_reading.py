"""What offices save is read as it is meant, or refused with row, column and remedy."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from tests import agency_kit as kit

from khlang import contracts
from khlang.agency.reading import Extract, ReadOptions, open_extract
from khlang.errors import InputError

CONTRACTS = contracts.load(kit.CONTRACTS)
TABLE = CONTRACTS["welfare_registrants"]


def load(path: Path, sheet: str | None = None) -> tuple[Extract, pl.DataFrame]:
    read = open_extract([path], TABLE, CONTRACTS, options=ReadOptions(sheet=sheet))
    return read, pl.concat(read.chunks())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = kit.registrants(20)
    read, frame = load(kit.write_csv(tmp_path / "x.csv", rows, encoding=encoding, separator=separator))
    assert frame["pid"].to_list() == [row["pid"] for row in rows]
    assert frame["source_row"].to_list() == list(range(2, 22))
    assert [(one.header, one.why) for one in read.dropped] == [
        ("ชื่อ-สกุล", "direct-identifier"),
        ("โทรศัพท์", "direct-identifier"),
    ]


def test_titles_blank_rows_and_quoted_newlines(tmp_path: Path) -> None:
    rows = kit.registrants(3)
    rows[0]["ชื่อ-สกุล"] = 'ทดสอบ "ก"\nบรรทัดสอง'
    text = kit.write_csv(tmp_path / "y.csv", rows, encoding="utf-8").read_text(encoding="utf-8")
    head, *body = text.splitlines(keepends=True)
    path = tmp_path / "x.csv"
    path.write_text(f"รายงานประจำเดือน\r\n\r\n{head}{''.join(body)}\r\n,,,,,,,,,,\r\n", encoding="cp874", newline="")
    _, frame = load(path)
    assert frame["pid"].to_list() == [row["pid"] for row in rows]
    assert frame["source_row"][0] == 4


def workbook(path: Path, rows: list[dict[str, str | None]], *, title: int = 2) -> Path:
    with xlsxwriter.Workbook(path) as book:
        cover = book.add_worksheet("ปก")
        cover.write_string(0, 0, "รายงาน")
        sheet = book.add_worksheet("ข้อมูล")
        for row in range(title):
            sheet.write_string(row, 0, "หัวรายงาน")
        date = book.add_format({"num_format": "dd/mm/yyyy"})
        for at, name in enumerate(rows[0]):
            sheet.write_string(title, at, name)
            for i, row in enumerate(rows, start=title + 1):
                value = row[name]
                if name == "registered_on":
                    sheet.write_number(i, at, 45000, date)
                elif name in {"debt_baht", "pid"} and value:
                    sheet.write_number(i, at, float(value))
                elif value:
                    sheet.write_string(i, at, value)
    return path


def test_workbook(tmp_path: Path) -> None:
    rows = kit.registrants(3)
    read, frame = load(workbook(tmp_path / "x.xlsx", rows))
    assert frame["pid"].to_list() == [row["pid"] for row in rows]
    assert frame["registered_on"].to_list() == ["2023-03-15"] * 3
    assert frame["debt_baht"].to_list() == [row["debt_baht"] for row in rows]
    assert frame["source_row"].to_list() == [4, 5, 6]
    assert read.form == "Excel (xlsx), ข้อมูล"


def renamed(old: str, new: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = kit.write_csv(folder / "x.csv", kit.registrants(5), encoding="utf-8")
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
        return path

    return make


def raw(content: bytes, name: str = "x.csv") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def mixed(folder: Path) -> Path:
    path = kit.write_csv(folder / "x.csv", kit.registrants(5), encoding="utf-8")
    path.write_bytes(path.read_bytes() + "9,ทดสอบ".encode("cp874"))
    return path


def no_rows(folder: Path) -> Path:
    path = kit.write_csv(folder / "x.csv", kit.registrants(1), encoding="utf-8")
    path.write_bytes(path.read_bytes().split(b"\r\n")[0] + b"\r\n\r\n,,,,,,,,,,\r\n")
    return path


def short_row(folder: Path) -> Path:
    rows = [{name: (value or "").replace(",", "") for name, value in row.items()} for row in kit.registrants(4)]
    path = kit.write_csv(folder / "x.csv", rows, encoding="utf-8")  # type: ignore[arg-type]
    path.write_bytes(path.read_bytes()[:-13])
    return path


def two_sheets(folder: Path) -> Path:
    with xlsxwriter.Workbook(folder / "x.xlsx") as book:
        for name in ("ม.ค.", "ก.พ."):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, [column.name for column in TABLE.columns])
            sheet.write_row(1, 0, ["1"] * len(TABLE.columns))
    return folder / "x.xlsx"


@pytest.mark.parametrize(
    ("make", "code", "says"),
    [
        (renamed("หนี้สิน", "อื่น"), "SEAL-COLUMN-MISSING", "debt_baht"),
        (renamed("โทรศัพท์", "เลขประจำตัวประชาชน"), "SEAL-HEADER-TWICE", "pid"),
        (renamed("โทรศัพท์", "cid"), "SEAL-HEADER-TWICE", "pid"),
        (raw(b""), "SEAL-EMPTY", "no row"),
        (raw(b"a,b\r\n1,2\r\n"), "SEAL-OTHER-DATASET", "0 of 9"),
        (
            raw("เลขประจำตัวประชาชน,ทะเบียนรถ,ประเภทรถ,วันจดทะเบียน\r\n1,2,3,4\r\n".encode()),
            "SEAL-OTHER-DATASET",
            "vehicles",
        ),
        (no_rows, "SEAL-EMPTY", "no row"),
        (short_row, "SEAL-ROW", "row 5"),
        (mixed, "SEAL-ENCODING", "row 7"),
        (raw(b"PK\x03\x04broken", "x.xlsx"), "SEAL-WORKBOOK", "damaged"),
        (two_sheets, "SEAL-SHEET", "--sheet"),
        (raw(b"", "x.pdf"), "SEAL-KIND", ".pdf"),
    ],
)
def test_bad_files(tmp_path: Path, make: Callable[[Path], Path], code: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        load(make(tmp_path))
    assert caught.value.code == code
    assert caught.value.exit_code == 20
    assert says in str(caught.value)
    assert caught.value.remedy


def test_a_stray_quote_names_no_value(tmp_path: Path) -> None:
    path = kit.write_csv(tmp_path / "x.csv", kit.registrants(50), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[10] = '"' + lines[10].replace('"', "")
    path.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.code == "SEAL-ROW"
    assert not any(row["pid"] in str(caught.value) for row in kit.registrants(50))


def test_headers_match_after_nfkc(tmp_path: Path) -> None:
    """NFKC splits sara am: a header typed either way is the same header."""
    import unicodedata

    path = kit.write_csv(tmp_path / "x.csv", kit.registrants(2), encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    split = unicodedata.normalize("NFKC", text)
    assert split != text
    path.write_text(split, encoding="utf-8", newline="")
    assert load(path)[1].height == 2


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv"):
        load(tmp_path / "none.csv")


def test_year_of_dates_as_typed() -> None:
    from khlang.agency.years import year

    typed = ["5 ม.ค. 2510", "05/01/2510", "๒๕๑๐", "25100105", "1967-01-05", "1 ม.ค. 67", None, "9123456789010", "0000"]
    years = pl.DataFrame({"t": typed}).select(year(pl.col("t"))).to_series().to_list()
    assert years == ["1967"] * 5 + ["2024"] + [None] * 3
