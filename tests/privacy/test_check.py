"""``khlang agency check`` tells counts and row numbers, and no value of any row, wherever it stands."""

import json
import secrets
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests import agency_kit as kit
from tests.agency_kit import Kit

from khlang import contracts
from khlang.agency.commands.check import check
from khlang.errors import GateRefusedError, KhlangError


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return kit.make(tmp_path_factory.mktemp("check"))


def run(agency: Kit, path: Path, *more: str) -> tuple[str, KhlangError | None]:
    arguments = [str(path), "--dataset", "welfare_registrants", "--period", "2569-01", "--home", str(agency.home.path)]
    done = CliRunner().invoke(check, [*arguments, *more])
    assert done.exception is None or isinstance(done.exception, KhlangError | SystemExit), done.exception
    return done.output, done.exception if isinstance(done.exception, KhlangError) else None


def planted(rows: list[dict[str, str | None]]) -> list[str]:
    """Every column of a row in turn: a random word, and a citizen ID plain, printed and in Thai digits."""
    values: list[str] = []
    for i, name in enumerate(rows[0]):
        number = kit.cid(10**9 + i)
        printed = f"{number[0]}-{number[1:5]}-{number[5:10]}-{number[10:12]}-{number[12]}"
        forms = (f"kx{secrets.token_hex(6)}", number, printed, number.translate(kit.THAI))
        for j, form in enumerate(forms):
            rows[i * 4 + j][name] = form
            values.append(form)
    return values


def test_no_value_of_a_row_is_told(agency: Kit, tmp_path: Path) -> None:
    rows = kit.registrants(120)
    values = planted(rows)
    values += [str(row["pid"]) for row in rows] + [str(row["ชื่อ-สกุล"]) for row in rows]
    path = kit.write_csv(tmp_path / "x.csv", rows)
    page = tmp_path / "page.html"
    shown, refused = run(agency, path, "--html", str(page))
    document, _ = run(agency, path, "--json", "--html", str(page))
    for place, told in {"console": shown, "json": document, "page": page.read_text(encoding="utf-8")}.items():
        assert [value for value in values if value in told] == [], place
    assert isinstance(refused, GateRefusedError)
    assert not [value for value in values if value in str(refused)]
    # It did see them: the planted citizen IDs in clear columns are what it refuses.
    states = {one["code"]: one["state"] for one in json.loads(document.splitlines()[-1])["rules"]}
    assert states["GATE-RAW-ID"] == "refused"


def test_nothing_is_written_but_the_page(agency: Kit, tmp_path: Path) -> None:
    path = kit.write_csv(tmp_path / "x.csv", kit.registrants(120))
    before = {file for file in agency.home.path.rglob("*") if file.is_file()}
    _, refused = run(agency, path)
    assert refused is None
    new = {file for file in agency.home.path.rglob("*") if file.is_file()} - before
    assert [file.relative_to(agency.home.path).as_posix() for file in new] == [
        "reports/check-welfare_registrants-2026-01.html"
    ]


def test_the_page_is_one_file_that_a_screen_reader_can_walk(agency: Kit, tmp_path: Path) -> None:
    rows = kit.registrants(120)
    rows[4]["province_code"] = rows[5]["province_code"] = "XX"
    page = tmp_path / "page.html"
    run(agency, kit.write_csv(tmp_path / "x.csv", rows), "--html", str(page))
    text = page.read_text(encoding="utf-8")
    assert "<html lang='th'>" in text
    assert text.count("<caption>") == text.count("<table>") >= 4
    assert "scope='col'" in text
    assert "scope='row'" in text
    assert not any(word in text for word in ("<script", "http://", "https://", "<img", "url("))
    assert "lang='en'" in text
    for column in contracts.load(kit.CONTRACTS)["welfare_registrants"].columns:
        assert f"<code>{column.name}</code>" in text
    assert "แถว/rows 6, 7" in text
