"""The prompt: what it remembers and what it must not, what it completes, and how it goes on after a refusal."""

import io
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from khlang.errors import ServiceError
from khlang.serve import history, names, progress, shell
from khlang.serve.client import Answer, QueryError
from khlang.serve.statements import Statement

TABLES = (("common", "provinces"), ("demo", "welfare_by_amphoe"), ("demo", "welfare_eligibility"))
COLUMNS = {
    ("common", "provinces"): (("province_code", "varchar"),),
    ("demo", "welfare_by_amphoe"): (("period", "varchar"), ("registrants", "bigint")),
}


class Trino:
    """Answers what completion asks, and counts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        self.up = True

    def __call__(self, query: str, bound: tuple[Any, ...]) -> Answer | None:
        self.asked.append((query, bound))
        rows = COLUMNS.get(bound, ()) if bound else TABLES  # type: ignore[call-overload]
        return Answer(("a", "b"), ("varchar",) * 2, rows) if self.up else None


ANSWER = Answer(("n",), ("bigint",), ((540,),))


def proposed(text: str) -> list[str]:
    before, _, after = text.partition("|")
    return [name for name, _ in names.proposals(names.Names(Trino(), "demo"), before, after=after)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("SELECT * FROM wel", ["welfare_by_amphoe", "welfare_eligibility"]),
        ("SELECT * FROM common.", ["provinces"]),
        ("SELECT * FROM lake.common.pr", ["provinces"]),
        ("SELECT reg| FROM welfare_by_amphoe", ["registrants"]),
        ("SELECT w.p| FROM welfare_by_amphoe w", ["period"]),
        ("SELECT * FROM welfare_by_amphoe AS w JOIN common.provinces p ON p.", ["province_code"]),
        ("sel", ["select"]),
        ("SELECT * FROM nothing WHERE zz", []),
        ("\\d welfare_e", ["welfare_eligibility"]),
    ],
)
def test_names_that_fit_the_place_are_proposed(text: str, wanted: list[str]) -> None:
    assert proposed(text) == wanted


def test_the_catalog_is_asked_once_only_when_needed_and_again_when_it_was_down() -> None:
    trino = Trino()
    catalog = names.Catalog(names.Names(trino, "demo"))
    assert trino.asked == []
    trino.up = False
    typed = Document("SELECT * FROM welfare_b")
    assert list(catalog.get_completions(typed, None)) == []  # type: ignore[arg-type]
    trino.up = True
    for _ in range(2):
        found = list(catalog.get_completions(typed, None))  # type: ignore[arg-type]
    assert [(each.text, each.start_position) for each in found] == [("welfare_by_amphoe", -9)]
    assert trino.asked == [(names.TABLES, ())] * 2


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM t WHERE cid = '1101700230705'",
        "SELECT * FROM t WHERE cid = '1-1017-00230-70-5'",
        "SELECT * FROM t WHERE cid = '๑๑๐๑๗๐๐๒๓๐๗๐๕'",
        "SELECT * FROM t WHERE pid = 123456789012345",
        "SELECT 's1.2569a.Zm9v'",
        "\\p password=hunter2",
        "SELECT 'รหัสผ่าน'",
        "SELECT 'aB3dEf7hIjK9mNoPq'",
    ],
)
def test_identifiers_and_secrets_are_not_written(tmp_path: Path, statement: str) -> None:
    past = history.History(tmp_path / "khlang" / "sql-history")
    past.append_string("SELECT 1;")
    past.append_string(statement)
    assert list(history.History(tmp_path / "khlang" / "sql-history").load_history_strings()) == ["SELECT 1;"]
    assert past.get_strings()[-1] == statement, "within the session it is there"


def test_the_history_is_its_owners_alone_and_lies_in_the_state_folder(tmp_path: Path) -> None:
    path = history.file({"XDG_STATE_HOME": str(tmp_path)})
    path.parent.mkdir(mode=0o755)
    path.write_text("", encoding="utf-8")
    path.chmod(0o644)
    history.History(path).append_string("SELECT 'ที่อื่น'\nFROM t;")
    assert path == tmp_path / "khlang" / "sql-history"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(history.History(path).load_history_strings()) == ["SELECT 'ที่อื่น'\nFROM t;"]


def test_a_session_goes_on_after_refusals_and_cancels(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    def ask(statement: Statement, values: dict[str, Any]) -> Answer:
        asked.append((statement.text, dict(values)))
        if "bad" in statement.text:
            raise QueryError("COLUMN_NOT_FOUND at line 1, column 15: no", "DESCRIBE it.", position=(1, 15))
        if "long" in statement.text:
            raise KeyboardInterrupt
        if "down" in statement.text:
            raise ServiceError("Trino does not answer.", "Look.")
        return ANSWER

    session = shell.Shell(ask, paged=False)
    typed = ["SELECT 'ที่', bad;", "SELECT long;", "SELECT down;", "\\p m=x", "\\f csv", "SELECT :m;", "\\d t",
             "\\d", "\\z", "\\p nonsense", "\\?"]  # fmt: skip
    assert all(session.run(text) for text in typed)
    assert not session.run("\\q")
    assert not session.run("EXIT;")
    out, err = capsys.readouterr()
    told = err.splitlines()
    assert told[1].index("bad") - told[2].index("^") == 2, "two marks above a letter take no place on the screen"
    assert "Cancelled on the server" in err
    assert "the session goes on" in err
    assert "There is no \\z" in err
    assert ("SELECT :m", {"m": "x"}) in asked
    assert ('DESCRIBE "t"', {}) in asked
    assert (shell.TABLES, {}) in asked
    assert "n\n540\n" in out


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("SELECT 1", False), ("SELECT 1;", True), ("SELECT ';", False), ("\\d", True), ("", True), ("exit", True),
     ("SELECT 1; SELECT", False), ("-- x", False)],
)  # fmt: skip
def test_enter_runs_what_is_whole(text: str, wanted: bool) -> None:
    assert shell.complete(text) is wanted


def test_typed_at_a_terminal(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(statement: Statement, values: dict[str, Any]) -> Answer:
        del values
        asked.append(statement.text)
        return ANSWER

    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("SELECT n\rFROM t;\r\x03\x04")
        past = history.History(tmp_path / "h")
        shell.loop(shell.Shell(ask, paged=False), user="analyst", schema="demo", history=past,
                   completer=names.Catalog(names.Names(Trino(), "demo")))  # fmt: skip
    assert asked == ["SELECT n\nFROM t"]
    assert past.get_strings() == ["SELECT n\nFROM t;"]


def test_progress_is_one_line_that_is_wiped() -> None:
    out, now = io.StringIO(), iter([0.0, 0.5, 2.0, 2.1, 3.0])
    told = progress.Progress(out, clock=lambda: next(now))
    stats = {"state": "RUNNING", "progressPercentage": 62.5, "completedSplits": 5, "totalSplits": 8,
             "processedRows": 12345, "elapsedTimeMillis": 2100}  # fmt: skip
    for _ in range(4):
        told(stats)
    told.end()
    lines = out.getvalue().split("\r\x1b[K")
    assert lines == ["", "running · 62 % · 5 of 8 splits · 12,345 rows read · 2 s  (Ctrl-C: cancel)"] * 1 + [
        lines[1],
        "",
    ]
    assert progress.line({"state": "QUEUED"}) == "queued  (Ctrl-C: cancel)"
