"""``khlang agency seal --query``: rows of the office's own database, and a connection string that nobody sees."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests import agency_kit

from khlang.agency.commands.seal import seal
from khlang.agency.reading import database
from khlang.errors import InputError, UsageError

COLUMNS = "SSN_ID, EMPLOYER_ID, WAGE_MONTH, WAGE, SECTION, WORK_PROVINCE, REPORT_DATE"
ROWS = 20
OFTEN = ("--dataset", "insured_persons", "--period", "2026-01", "--json")


@pytest.fixture
def office(tmp_path: Path) -> agency_kit.Kit:
    """An office with a SQLite database, a query in a file, and the string in another."""
    kit = agency_kit.make(tmp_path, "sso")
    with sqlite3.connect(tmp_path / "office.db") as held:
        held.execute(f"CREATE TABLE wages ({', '.join(f'{name} TEXT' for name in COLUMNS.split(', '))})")
        rows = [(agency_kit.cid(n), "0105512345671", "2026-01", "15000", "33", "10", "2026-02-10") for n in range(ROWS)]
        held.executemany("INSERT INTO wages VALUES (?,?,?,?,?,?,?)", rows)
    held.close()
    (tmp_path / "wages.sql").write_text(f"SELECT {COLUMNS} FROM wages ORDER BY rowid\n", encoding="utf-8")
    (tmp_path / "office.dsn").write_text(f"sqlite://{tmp_path}/office.db\n", encoding="utf-8")
    return kit


def typed(kit: agency_kit.Kit, *words: str, environ: dict[str, str] | None = None, says: str = "") -> Result:
    arguments = ["--query", str(kit.root / "wages.sql"), *words, *OFTEN, "--home", str(kit.home.path)]
    return CliRunner().invoke(seal, arguments, env=environ, input=says)


def check_sealed(kit: agency_kit.Kit, answer: Result) -> None:
    assert answer.exception is None, answer.output
    made = json.loads(answer.stdout)
    assert made["rows"] == ROWS
    assert "sqlite" not in json.dumps({name: made[name] for name in made if name != "form"}).replace(str(kit.root), "")
    assert str(kit.root / "office.db") not in answer.output
    rows = kit.opened(Path(made["folder"]))
    assert rows["pid"].drop_nulls().n_unique() >= ROWS


@pytest.mark.parametrize("way", ["file", "named", "usual", "typed"])
def test_a_query_is_sealed_whichever_way_the_string_comes(office: agency_kit.Kit, way: str) -> None:
    string = (office.root / "office.dsn").read_text(encoding="utf-8").strip()
    if way == "file":
        answer = typed(office, "--database", str(office.root / "office.dsn"))
    elif way == "named":
        answer = typed(office, "--database", "OFFICE_DB", environ={"OFFICE_DB": string})
    elif way == "usual":
        answer = typed(office, environ={database.VARIABLE: string})
    else:
        answer = typed(office, says=f"{string}\n")
    check_sealed(office, answer)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("postgresql://me:hunter2@db/x", "SEAL-DATABASE-SECRET"),
        ("NO_SUCH_VARIABLE", "SEAL-DATABASE-FILE"),
    ],
)
def test_no_string_on_the_command_line_and_none_that_is_not_there(
    office: agency_kit.Kit, given: str, code: str
) -> None:
    answer = typed(office, "--database", given)
    assert isinstance(answer.exception, InputError)
    assert answer.exception.code == code
    told = answer.exception.message + answer.exception.remedy + answer.output
    assert "hunter2" not in told


def test_files_or_a_query_and_not_both_or_none(office: agency_kit.Kit) -> None:
    none = CliRunner().invoke(seal, [*OFTEN, "--home", str(office.home.path)])
    for answer in (typed(office, str(office.root / "office.db")), none):
        assert isinstance(answer.exception, UsageError)
        assert answer.exception.exit_code == 2
        assert "--query" in answer.exception.message
