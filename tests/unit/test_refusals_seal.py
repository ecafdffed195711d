"""What an office hands over that must not be sealed: by the real command, as the official meets each refusal."""

import collections
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from tests import agency_kit as kit
from tests.agency_kit import Kit
from tests.refusalkit import command, expect_command_refused, expect_official

from khlang import contracts
from khlang.agency import home
from khlang.agency.home import Home
from khlang.agency.reading import open_extract
from khlang.errors import KhlangError
from khlang.keys import authority

CORPUS = Path(__file__).parents[1] / "corpus" / "files"
DATASET = {"mof": "welfare_registrants", "dopa": "house_registry"}


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kit]:
    return {name: kit.make(tmp_path_factory.mktemp(name), name) for name in DATASET}


def of_agency(agencies: dict[str, Kit], agency: str = "mof", *, period: str = "2569-01") -> list[object]:
    """The options of ``seal`` and ``check`` for one agency's own dataset."""
    return ["--dataset", DATASET[agency], "--period", period, "--home", agencies[agency].home.path]


def formula(folder: Path) -> Path:
    """A workbook whose one formula was never computed: written by a program that does not calculate."""
    rows = kit.registrants(3)
    with xlsxwriter.Workbook(folder / "formula.xlsx") as book:
        sheet = book.add_worksheet("ข้อมูล")
        sheet.write_row(0, 0, list(rows[0]))
        for at, row in enumerate(rows, start=1):
            sheet.write_row(at, 0, list(row.values()))
        sheet.write_formula(2, 5, "=1+1", None, "#NAME?")
    return folder / "formula.xlsx"


def a_thousand_rows_of_one(folder: Path) -> Path:
    rows = kit.registrants(3000)
    for row in rows[1000:2000]:
        row["pid"] = rows[0]["pid"]
    return kit.write_csv(folder / "one.csv", rows)


#: What is handed over: the agency, the file, options, then code, exit code and words of the refusal.
FILES: dict[str, tuple[str, str | Callable[[Path], Path], list[str], tuple[str, int, str]]] = {
    "a workbook with a password": ("mof", "lo_password.xlsx", [], ("SEAL-PASSWORD", 20, "password")),
    "an old workbook with a password": ("mof", "lo_password.xls", [], ("SEAL-PASSWORD", 20, "password")),
    "a sheet that is not there": ("mof", "lo_two_sheets.xlsx", ["--sheet", "มี.ค."], ("SEAL-SHEET", 20, "ม.ค., ก.พ.")),
    "two sheets that fit": ("mof", "lo_two_sheets.xlsx", [], ("SEAL-SHEET", 20, "--sheet")),
    "a hidden sheet and hidden rows": ("mof", "lo_hidden.xlsx", [], ("SEAL-HIDDEN-ROWS", 20, "SEAL-HIDDEN-COLUMNS")),
    "a formula that is an error": ("mof", formula, [], ("SEAL-CELL-ERROR", 20, "row 3")),
    "encodings mixed in one file": ("dopa", "cat_mixed_encodings.csv", [], ("SEAL-ENCODING", 20, "row 7")),
    "a stray quote": ("dopa", "sed_stray_quote.csv", [], ("SEAL-ROW", 20, "row 4")),
    "one person on a thousand rows": ("mof", a_thousand_rows_of_one, [], ("SEAL-HEAVY", 20, "column pid: 1 persons")),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_is_refused_and_nothing_is_left(agencies: dict[str, Kit], tmp_path: Path, case: str) -> None:
    agency, given, more, (code, exit_code, says) = FILES[case]
    file = CORPUS / given if isinstance(given, str) else given(tmp_path)
    line = ["agency", "seal", file, *of_agency(agencies, agency), *more]
    keeps = agencies[agency].home.path
    refused = expect_command_refused(*line, code=code, exit_code=exit_code, says=says, keeps=keeps)
    assert file.name in refused.error.message


def test_two_header_rows_are_read_and_told(agencies: dict[str, Kit], tmp_path: Path) -> None:
    """A second header row is no fault: it is passed over, and the official is told of it."""
    file = CORPUS / "lo_two_header_rows.xlsx"
    done = command("agency", "check", file, *of_agency(agencies), "--json", "--html", tmp_path / "x.html")
    told = json.loads(done.stdout)
    assert "SEAL-HEADER-ROWS" in [one["code"] for one in told["findings"]]
    assert (told["rows"], told["columns"][0]["header"]) == (6, "เลขประจำตัวประชาชน")


#: As Excel, a hurried hand and an old program leave a citizen ID; each with the reason that is told of its rows.
SPOILT: dict[str, tuple[Callable[[str], str], str]] = {
    "twelve digits": (lambda cid: cid[1:], "bad_format"),
    "an exponent": (lambda _: "3.1006E+12", "bad_format"),
    "ones": (lambda _: "1" * 13, "bad_check"),
    "a run of digits": (lambda _: kit_cid("123456789012"), "placeholder"),
    "nines": (lambda _: kit_cid("9" * 12), "placeholder"),
    "a dash": (lambda _: "-", "missing"),
    "a digit mistyped": (lambda cid: cid[:-1] + str((int(cid[-1]) + 1) % 10), "bad_check"),
}


def kit_cid(twelve: str) -> str:
    """Twelve digits and the check digit that they ask for."""
    return twelve + str((11 - sum((13 - i) * int(d) for i, d in enumerate(twelve)) % 11) % 10)


@pytest.mark.parametrize("case", SPOILT)
def test_spoilt_citizen_ids_are_counted_and_named_by_row(agencies: dict[str, Kit], tmp_path: Path, case: str) -> None:
    spoil, reason = SPOILT[case]
    rows = kit.registrants(200)
    for row in rows[100:112]:
        row["pid"] = spoil(str(row["pid"]))
    file = kit.write_csv(tmp_path / "spoilt.csv", rows)
    page = tmp_path / "check.html"
    line = ["agency", "check", file, *of_agency(agencies), "--json", "--html", page]
    keeps = agencies["mof"].home.path
    refused = expect_command_refused(*line, code="CHECK-REFUSED", exit_code=30, says="check.html", keeps=keeps)
    told = json.loads(refused.printed.splitlines()[-1])
    pid = next(one for one in told["columns"] if one["name"] == "pid")
    assert {name: one["count"] for name, one in pid["pid_reasons"].items()} == {reason: 12}
    assert [one["row"] for one in pid["pid_reasons"][reason]["first_rows"]][:3] == [102, 103, 104]
    assert "GATE-PID/pid" in [one["rule"].partition("/")[2] for one in told["rules"] if one["state"] == "refused"]
    assert not [row for row in rows[100:112] if len(str(row["pid"])) > 9 and str(row["pid"]) in page.read_text("utf-8")]


def test_last_months_file_again(agencies: dict[str, Kit], tmp_path: Path) -> None:
    file = kit.write_csv(tmp_path / "jan.csv", kit.registrants(20, seed=91))
    assert command("agency", "seal", file, *of_agency(agencies), "--json").exit_code == 0
    again = ["agency", "seal", file, *of_agency(agencies, period="2569-02")]
    keeps = agencies["mof"].home.path
    expect_command_refused(*again, code="SAME-AS-LAST-MONTH", exit_code=20, says="sealed for 2026-01", keeps=keeps)


def test_the_same_file_with_another_letter(agencies: dict[str, Kit], tmp_path: Path) -> None:
    """It would stay sealed with the first letter, and nobody would be told."""
    file = kit.write_csv(tmp_path / "jan.csv", kit.registrants(20, seed=92))
    sealed = ["agency", "seal", file, *of_agency(agencies), "--json", "--letter"]
    assert command(*sealed, "กค 0001/2569").exit_code == 0
    assert command(*sealed[:-1]).exit_code == command(*sealed, "กค 0001/2569").exit_code == 0
    keeps = agencies["mof"].home.path
    expect_command_refused(*sealed, "กค 0002/2569", code="SEAL-LETTER", exit_code=20, says="delete it", keeps=keeps)


#: The clock of the official's machine, the bundle's first and last day, and what comes of sealing January 2026 then.
YEAR = (date(2025, 10, 1), date(2026, 12, 31))
CLOCKS: dict[str, tuple[date, tuple[date, date], tuple[str, int, str]]] = {
    "the month has not begun": (date(2025, 12, 31), YEAR, ("PERIOD-AHEAD", 24, "2025-12-31")),
    "a year behind": (date(2025, 2, 10), YEAR, ("PERIOD-AHEAD", 24, "2025-02-10")),
    "a year behind, a month gone": (date(2026, 2, 10), (date(2026, 7, 1), YEAR[1]), ("BUNDLE-EARLY", 23, "2026-02-10")),
    "a year ahead": (date(2027, 2, 10), YEAR, ("BUNDLE-EXPIRED", 23, "good until 2026-12-31")),
    "set to the Buddhist year": (date(2569, 2, 10), YEAR, ("BUNDLE-EXPIRED", 23, "good until 2026-12-31")),
}


def at(monkeypatch: pytest.MonkeyPatch, today: date) -> None:
    """The commands take this day for today."""
    monkeypatch.setattr("khlang.agency.commands.seal.Home", lambda path: Home(path, today=lambda: today))


@pytest.mark.parametrize("case", CLOCKS)
def test_a_clock_that_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    today, valid, (code, exit_code, says) = CLOCKS[case]
    mof = kit.make(tmp_path)
    secret = mof.authority.source_secret().hex()
    home.start(mof.home.path, bundle=mof.bundle_text(valid=valid), sealing_key=secret)
    at(monkeypatch, today)
    file = kit.write_csv(tmp_path / "x.csv", kit.registrants(5, seed=92))
    line = ["agency", "seal", file, *of_agency({"mof": mof})]
    expect_command_refused(*line, code=code, exit_code=exit_code, says=says, keeps=mof.home.path)


def test_a_key_that_was_revoked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a compromise the old epoch's bundle and key seal nothing any more."""
    mof = kit.make(tmp_path)
    authority.write_epoch(mof.authority.folder, replace(mof.authority.dates(), ends="2026-02-01"))
    home.start(mof.home.path, bundle=mof.bundle_text(), sealing_key=mof.authority.source_secret().hex())
    at(monkeypatch, date(2026, 2, 10))
    file = kit.write_csv(tmp_path / "x.csv", kit.registrants(5, seed=93))
    line = ["agency", "seal", file, *of_agency({"mof": mof})]
    expect_command_refused(*line, code="KEY-EPOCH-ENDED", exit_code=21, says="2026-02-01", keeps=mof.home.path)


def test_a_bundle_whose_signature_fails(tmp_path: Path) -> None:
    """The bundle is held against the authority at every use, not only when it came."""
    mof = kit.make(tmp_path)
    bundle = mof.home.path / "bundle.json"
    bundle.write_text(bundle.read_text("utf-8").replace("welfare_registrants", "welfare_registrantz", 1), "utf-8")
    file = kit.write_csv(tmp_path / "x.csv", kit.registrants(5, seed=94))
    line = ["agency", "seal", file, *of_agency({"mof": mof})]
    expect_command_refused(*line, code="SIGNATURE", exit_code=22, says="signature", keeps=mof.home.path)


def test_a_stray_quote_at_row_three_million(tmp_path: Path) -> None:
    """As deep as a large office's file goes, and named by its row; what sealing leaves then is shown above."""
    tables = contracts.load(kit.CONTRACTS)
    table, deep = tables[DATASET["dopa"]], 3_000_000
    good = b",".join([b"1"] * len(table.columns)) + b"\r\n"
    with (tmp_path / "deep.csv").open("wb") as file:
        file.write(",".join(column.name for column in table.columns).encode() + b"\r\n")
        file.write(good * (deep - 2) + b'"' + good * 1000)
    with pytest.raises(KhlangError) as caught:
        collections.deque(open_extract([tmp_path / "deep.csv"], table, tables).chunks(), maxlen=0)
    expect_official(caught.value, code="SEAL-ROW", exit_code=20, says="row 3000000")
