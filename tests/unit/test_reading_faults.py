"""What must be refused while a stream goes by: named by row, never by value, and before memory runs out."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from tests import agency_kit as kit

from khlang import contracts
from khlang.agency.reading import DatabaseQuery, Extract, ReadOptions, archive, blocks, grammar, open_extract, text
from khlang.errors import InputError

CONTRACTS = contracts.load(kit.CONTRACTS)
TABLE = CONTRACTS["insured_persons"]
HEAD = "SSN_ID,EMPLOYER_ID,WAGE_MONTH,WAGE,SECTION,WORK_PROVINCE,REPORT_DATE"


def row(n: int, wage: str = "15000") -> str:
    return f"{kit.cid(n)},0105512345671,2569-01,{wage},33,10,2026-02-10"


def opened(path: Path, **options: object) -> Extract:
    return open_extract([path], TABLE, CONTRACTS, options=ReadOptions(**options))  # type: ignore[arg-type]


def written(path: Path, rows: list[str], *, encoding: str = "utf-8", newline: str = "\r\n") -> Path:
    path.write_bytes((newline.join([HEAD, *rows]) + newline).encode(encoding))
    return path


@pytest.fixture(params=[1 << 12, 1 << 24], ids=["small blocks", "one block"])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is read in many blocks or in one: every refusal must name the same row."""
    real = blocks.raw
    monkeypatch.setattr(blocks, "raw", lambda stream: real(stream, size=request.param))
    monkeypatch.setattr(blocks, "LONGEST", 1 << 14)


FAULTS: dict[str, tuple[Callable[[str], str], str]] = {
    "a quote opens and does not close": (lambda one: '"' + one, "quote"),
    "a quote inside a cell": (lambda one: one.replace("2569", '25"69'), "quote"),
    "two quotes inside a cell": (lambda one: one.replace("2569", '2"5"69'), "quote"),
    "a quote closes too early": (lambda one: one.replace("2569-01", '"2569"-01'), "quote"),
    "a lone quote, and one inside a cell": (lambda one: '","\n"x"' + one.replace("2569", '25"69'), "quote"),
    "a cell is missing": (lambda one: one.rpartition(",")[0], "6 cells"),
    "a cell too many": (lambda one: one + ",x", "8 cells"),
    "the wrong delimiter": (lambda one: one.replace('"', "").replace(",", ";"), "1 cells"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "quoted"])
@pytest.mark.usefixtures("block")
def test_a_faulty_row_deep_in_a_file_is_named(tmp_path: Path, fault: str, quoted: bool) -> None:
    spoil, says = FAULTS[fault]
    rows = [row(n, '"15,000.00"' if quoted else "15000") for n in range(4000)]
    rows[2998] = spoil(rows[2998])
    with pytest.raises(InputError) as caught:
        list(opened(written(tmp_path / "x.csv", rows)).chunks())
    assert caught.value.code == "SEAL-ROW"
    assert "row 3000" in str(caught.value)
    assert says in str(caught.value)
    assert kit.cid(2998) not in str(caught.value)


@pytest.mark.parametrize("cells", ['"a","\n"x"y"', 'a""a,"\n"', '"",","a"a"', 'a"a"a,","', '"a"\r,b'])
def test_counting_quotes_never_takes_a_lone_one_for_two(cells: str) -> None:
    """What the engine reads without complaint, though a quote stands inside a cell: only counting could let it pass."""
    block = f"{cells}\n".encode()
    read = pl.read_csv(block, has_header=False, schema={"0": pl.String, "1": pl.String})
    assert not grammar.holds(block, ",", '"', 2)
    assert not grammar.tidy(block, ",", '"', read)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp874", "utf-16"])
@pytest.mark.usefixtures("block")
def test_rows_keep_their_numbers(tmp_path: Path, encoding: str, newline: str) -> None:
    """Blank rows and newlines in cells count as Excel counts them, wherever a block ends."""
    rows = [row(n, '"15,000\n บาท"' if n % 7 == 0 else "15000") for n in range(3000)]
    rows[10], rows[2000] = "", ",,,,,,"
    path = written(tmp_path / "x.csv", rows, encoding=encoding, newline=newline)
    read = pl.concat(opened(path).chunks())
    assert read["source_row"].to_list() == [n + 2 for n in range(3000) if n not in {10, 2000}]
    assert read["pid"].to_list() == [kit.cid(n) for n in range(3000) if n not in {10, 2000}]


@pytest.mark.usefixtures("block")
def test_an_encoding_that_changes_is_named(tmp_path: Path) -> None:
    rows = [row(n) for n in range(3000)]
    rows[0] = rows[0].replace("2569-01", "ม.ค. 2569")
    data = written(tmp_path / "x.csv", rows).read_bytes() + row(1).replace("2569-01", "ม.ค. 2569").encode("cp874")
    (tmp_path / "x.csv").write_bytes(data)
    with pytest.raises(InputError, match="row 3002: the encoding") as caught:
        list(opened(tmp_path / "x.csv").chunks())
    assert caught.value.code == "SEAL-ENCODING"


@pytest.mark.usefixtures("block")
def test_a_letter_that_windows_874_has_not_is_named(tmp_path: Path) -> None:
    rows = [row(n).replace("2569-01", "ม.ค. 2569") for n in range(3000)]
    path = written(tmp_path / "x.csv", rows, encoding="cp874")
    lines = path.read_bytes().split(b"\r\n")
    lines[2500] += b"\xff"
    path.write_bytes(b"\r\n".join(lines))
    with pytest.raises(InputError, match="row 2501: the encoding"):
        list(opened(path).chunks())


def test_a_block_ends_outside_quotes() -> None:
    pieces = [b'a\n"b\n', b'c"\nd\n"e', b'"\nf']
    cut = [(b"a\n", False), (b'"b\nc"\nd\n', False), (b'"e"\n', False), (b"f\n", False)]
    assert list(blocks.whole_rows(iter(pieces), b'"')) == cut


def test_windows_874_that_is_utf8_by_chance(tmp_path: Path) -> None:
    """แดด in Windows-874 is a valid UTF-8 letter of phonetics."""
    path = written(tmp_path / "x.csv", [row(n).replace(",10,", ",แดด,") for n in range(3)], encoding="cp874")
    read = opened(path)
    assert read.form.startswith("Windows-874")
    assert pl.concat(read.chunks())["province_code"].to_list() == ["แดด"] * 3


def test_chunks_are_bounded_and_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "CHUNK_ROWS", 1000)
    read = opened(written(tmp_path / "x.csv", [row(n) for n in range(2500)]))
    assert [chunk.height for chunk in read.chunks()] == [1000, 1000, 500]
    assert sum(chunk.height for chunk in read.chunks()) == 2500


def make_workbook(path: Path, **cells: tuple[str, object]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("ข้อมูล")
        sheet.write_row(0, 0, HEAD.split(","))
        sheet.write_row(1, 0, row(1).split(","))
        for place, (formula, value) in cells.items():
            sheet.write_formula(place, formula, None, value)
    return path


def retold(path: Path, old: bytes, new: bytes) -> Path:
    """The same workbook with other bytes in its XML, as programs other than this writer save it."""
    other = path.with_name("retold.xlsx")
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(other, "w") as made:
        for name in book.namelist():
            made.writestr(name, book.read(name).replace(old, new))
    return other


def test_a_formula_that_was_never_computed(tmp_path: Path) -> None:
    path = make_workbook(tmp_path / "x.xlsx", D2=("=100*150", 15000))
    assert pl.concat(opened(path).chunks())["wage_baht"].to_list() == ["15000"]
    with pytest.raises(InputError, match="row 2") as caught:
        opened(retold(path, b"<v>15000</v>", b"<v></v>"))
    assert caught.value.code == "SEAL-FORMULA"


def test_a_formula_whose_value_is_empty_text(tmp_path: Path) -> None:
    path = make_workbook(tmp_path / "x.xlsx", D2=("=A1", 15000))
    empty = retold(path, b'<c r="D2"><f>A1</f><v>15000</v>', b'<c r="D2" t="str"><f>A1</f><v></v>')
    assert pl.concat(opened(empty).chunks())["wage_baht"].to_list() == [None]


def test_a_full_sheet(tmp_path: Path) -> None:
    """One cell in a sheet's last row is enough: what came after it is not in the file."""
    with pytest.raises(InputError) as caught:
        opened(make_workbook(tmp_path / "x.xlsx", A1048576=("9123456789010", None)))
    assert caught.value.code == "SEAL-SHEET-FULL"


@pytest.mark.parametrize("name", ["../x.csv", "/etc/x.csv", "C:\\x.csv", "a/../../x.csv"])
def test_a_zip_that_leads_outside(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as zipped:
        zipped.writestr(name, HEAD)
    with pytest.raises(InputError, match="outside"):
        opened(tmp_path / "x.zip")


def test_a_zip_that_is_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("x.csv", b"\0" * (archive._SMALL + 1))
    with pytest.raises(InputError, match="unpack") as caught:
        opened(tmp_path / "x.zip")
    assert caught.value.code == "SEAL-ZIP"
    monkeypatch.setattr(archive, "RATIO", 10**6)
    with pytest.raises(InputError, match=r"columns found|no row|cells"):
        list(opened(tmp_path / "x.zip").chunks())


def test_parts_that_differ(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    written(tmp_path / "parts" / "1.csv", [row(1)])
    (tmp_path / "parts" / "2.csv").write_text(f"ลำดับ,{HEAD}\n1,{row(2)}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"2\.csv") as caught:
        opened(tmp_path / "parts")
    assert caught.value.code == "SEAL-PARTS"


def test_a_database_says_nothing_of_its_connection(tmp_path: Path) -> None:
    query = DatabaseQuery("ค่าจ้าง", "SELECT nothing", f"sqlite://{tmp_path}/secret.db")
    with pytest.raises(InputError) as caught:
        open_extract([query], TABLE, CONTRACTS)
    assert caught.value.code == "SEAL-DATABASE"
    assert "secret" not in str(caught.value) + repr(query)


def test_utf_16_that_breaks_off_is_named(tmp_path: Path) -> None:
    """Half of a pair of surrogates, far behind what the encoding was guessed from."""
    path = written(tmp_path / "x.csv", [row(n) for n in range(30_000)], encoding="utf-16-le")
    lines = path.read_bytes().split("\r\n".encode("utf-16-le"))
    lines[25_000] += b"\x00\xd8"
    path.write_bytes(b"\xff\xfe" + "\r\n".encode("utf-16-le").join(lines))
    with pytest.raises(InputError, match="row 25001: the encoding is broken") as caught:
        list(opened(path).chunks())
    assert caught.value.code == "SEAL-ENCODING"


def test_rows_that_the_engine_gives_up_are_refused_without_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no row is malformed, and the engine fails all the same: its own message would show cells."""

    def fails(*_: object, **__: object) -> None:
        raise pl.exceptions.ComputeError(f"could not parse `{kit.cid(1)}`")

    read = opened(written(tmp_path / "x.csv", [row(n) for n in range(3)]))
    monkeypatch.setattr(text.pl, "read_csv", fails)
    with pytest.raises(InputError, match="from row 2 on: cannot be read") as caught:
        list(read.chunks())
    assert caught.value.code == "SEAL-ROW"
    assert kit.cid(1) not in str(caught.value)


def test_a_workbook_in_a_zip_that_does_not_fit_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = make_workbook(tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as zipped:
        zipped.write(book, "x.xlsx")
    assert pl.concat(opened(tmp_path / "x.zip").chunks()).height == 1
    monkeypatch.setattr(archive, "IN_MEMORY", book.stat().st_size - 1)
    with pytest.raises(InputError, match="in the zip is too large") as caught:
        opened(tmp_path / "x.zip")
    assert caught.value.code == "SEAL-ZIP"
