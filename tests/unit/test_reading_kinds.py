"""Kinds of extract beside text and sheets: Parquet, JSON lines, a database, and endings that lie."""

import json
import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from tests import agency_kit as kit

from khlang import contracts
from khlang.agency.reading import DatabaseQuery, ReadOptions, database, open_extract
from khlang.errors import InputError

CONTRACTS = contracts.load(kit.CONTRACTS)
TABLE = CONTRACTS["insured_persons"]
HEAD = ["SSN_ID", "EMPLOYER_ID", "WAGE_MONTH", "WAGE", "SECTION", "WORK_PROVINCE", "REPORT_DATE"]
ROWS = [[kit.cid(n), "0105512345671", "2569-01", "15000.50", "33", "10", "2026-02-10"] for n in range(5)]


def read(source: Path | DatabaseQuery) -> pl.DataFrame:
    return pl.concat(open_extract([source], TABLE, CONTRACTS).chunks())


def parquet(folder: Path) -> Path:
    columns = list(zip(*ROWS, strict=True))
    typed = pl.DataFrame(
        {
            "SSN_ID": [int(cid) for cid in columns[0]],
            "EMPLOYER_ID": list(columns[1]),
            "WAGE_MONTH": pl.Series(columns[2], dtype=pl.Categorical),
            "WAGE": [Decimal("15000.50")] * 5,
            "SECTION": [33] * 5,
            "WORK_PROVINCE": list(columns[5]),
            "REPORT_DATE": [datetime(2026, 2, 10)] * 5,  # noqa: DTZ001 (a day as an office stores it)
            "NAME": ["x"] * 5,
        }
    )
    typed.write_parquet(folder / "x.parquet")
    return folder / "x.parquet"


def lines(folder: Path) -> Path:
    texts = [json.dumps(dict(zip(HEAD, row, strict=True)), ensure_ascii=False) for row in ROWS]
    (folder / "x.jsonl").write_text("\n".join(texts[:2] + texts[2:]) + "\n", encoding="utf-8")
    return folder / "x.jsonl"


def database_query(folder: Path) -> DatabaseQuery:
    with sqlite3.connect(folder / "office.db") as office:
        office.execute(f"CREATE TABLE wages ({', '.join(f'{name} TEXT' for name in HEAD)})")
        office.executemany("INSERT INTO wages VALUES (?,?,?,?,?,?,?)", ROWS)
    environ = {database.VARIABLE: f"sqlite://{folder}/office.db"}
    return database.asked("ค่าจ้าง", "SELECT * FROM wages ORDER BY rowid", environ=environ, prompt=lambda _: "never")


def workbook_named_xls(folder: Path) -> Path:
    with xlsxwriter.Workbook(folder / "x.xlsx") as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([HEAD, *ROWS]):
            sheet.write_row(at, 0, row)
    return (folder / "x.xlsx").rename(folder / "x.xls")


@pytest.mark.parametrize(
    ("make", "first"),
    [(parquet, 1), (lines, 1), (database_query, 1), (workbook_named_xls, 2)],
    ids=["parquet", "lines", "database", "workbook"],
)
def test_every_kind_gives_the_same_rows(
    tmp_path: Path, make: Callable[[Path], Path | DatabaseQuery], first: int
) -> None:
    frame = read(make(tmp_path))
    assert [list(row) for row in frame.select(column.name for column in TABLE.columns).rows()] == ROWS
    assert frame["source_row"].to_list() == list(range(first, first + 5))


def test_a_connection_is_asked_for_where_it_is_not_set() -> None:
    query = database.asked("x", "SELECT 1", environ={}, prompt=lambda _: "sqlite://typed.db")
    assert query.connection == "sqlite://typed.db"
    assert "typed" not in repr(query)


def test_numbers_that_lost_digits_stay_as_they_are(tmp_path: Path) -> None:
    """A float column of citizen IDs is what a spreadsheet made: its ``.0`` shows it, and sealing refuses the number."""
    pl.DataFrame([[*row] for row in ROWS], schema=HEAD, orient="row").with_columns(
        pl.col("SSN_ID").cast(pl.Float64), pl.lit(date(2026, 2, 10)).alias("REPORT_DATE")
    ).write_parquet(tmp_path / "x.parquet")
    frame = read(tmp_path / "x.parquet")
    assert frame["pid"].to_list() == [f"{row[0]}.0" for row in ROWS]
    assert set(frame["reported_on"]) == {"2026-02-10"}


def nested(folder: Path) -> Path:
    pl.DataFrame({name: [["x"]] for name in HEAD}).write_parquet(folder / "x.parquet")
    return folder / "x.parquet"


def broken(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


FULL = json.dumps(dict(zip(HEAD, ROWS[0], strict=True))).encode() + b"\n"


@pytest.mark.parametrize(
    ("make", "code", "says"),
    [
        (nested, "SEAL-COLUMN-TYPE", "SSN_ID"),
        (broken("x.parquet", b"PAR1broken"), "SEAL-DAMAGED", "damaged"),
        (broken("x.jsonl", FULL + b"\n" + FULL[:-5] + b"\n"), "SEAL-ROW", "row 3"),
        (broken("x.jsonl", FULL + b"[1]\n"), "SEAL-ROW", "row 2"),
        (broken("x.zip", b"PK\x03\x04broken"), "SEAL-DAMAGED", "zip"),
        (broken("x.xls", b"<html><table></table></html>"), "SEAL-WORKBOOK", "web page"),
        (broken("x.ods", b"\0" * 100), "SEAL-WORKBOOK", "damaged"),
        (broken("x.doc", b"x"), "SEAL-KIND", ".doc"),
    ],
)
def test_broken_files(tmp_path: Path, make: Callable[[Path], Path], code: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read(make(tmp_path))
    assert caught.value.code == code
    assert says in str(caught.value)
    assert caught.value.__cause__ is None


def test_what_the_official_chooses(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n".join(";".join(row) for row in [HEAD, *ROWS]), encoding="utf-16-be")
    chosen = ReadOptions(encoding="UTF-16BE", delimiter="semicolon")
    read_ = open_extract([path], TABLE, CONTRACTS, options=chosen)
    assert read_.form == "UTF-16 BE, อัฒภาค/semicolon"
    assert sum(chunk.height for chunk in read_.chunks()) == 5
    for wrong, code in (
        (ReadOptions(encoding="latin-9"), "SEAL-ENCODING"),
        (ReadOptions(delimiter="x"), "SEAL-DELIMITER"),
    ):
        with pytest.raises(InputError) as caught:
            open_extract([path], TABLE, CONTRACTS, options=wrong)
        assert caught.value.code == code
