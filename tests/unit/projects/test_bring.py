"""What comes into a workspace is looked at first and noted; what runs there is what was looked at."""

import datetime as dt
import hashlib
import stat
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from tests import policykit

from khlang import identifiers
from khlang import settings as settings_
from khlang.errors import AccessError, InputError, KhlangError, RawIdentifierError, SetupError, UsageError
from khlang.policy import book
from khlang.projects import bring, cli, enter, steps
from khlang.settings import Settings
from khlang.stack import passes, rkernel

#: Of class 9, never issued; its check digit is true.
CID = next(n for n in ("900000000000" + str(d) for d in range(10)) if identifiers.check_digit(n) == int(n[12]))
ACTIVE, OVER = dt.datetime(2026, 12, 2, tzinfo=dt.UTC), dt.datetime(2027, 7, 1, tzinfo=dt.UTC)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    made = settings_.load({"KHLANG_VAR": str(tmp_path / "var")})
    for one in policykit.events():
        book.add(made, "poverty", lambda _, one=one: one)  # type: ignore[misc]
    return made


def written(folder: Path, name: str, text: str = "print(1)\n") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_comes_in_and_stands_in_the_book(here: Settings, tmp_path: Path) -> None:
    file = written(tmp_path, "model.py")
    with steps.at(ACTIVE):
        bring.bring(here, "poverty", file, by="analyst-a", why="the model of the paper")
    laid = bring.folder(here, "poverty") / "model.py"
    assert laid.read_bytes() == file.read_bytes()
    assert stat.S_IMODE(laid.stat().st_mode) == 0o600
    last = book.read(here, "poverty").events[-1]
    assert (last.action, last.by) == ("bring", "analyst-a")
    assert last.data == {"file": "model.py", "sha256": hashlib.sha256(b"print(1)\n").hexdigest(), "bytes": 9}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("people.csv", f"a,b\n1,2\n3,{CID}\n", ("BRING-RAW", "people.csv line 3")),
        ("note.md", f"call {CID[0]} {CID[1:5]} {CID[5:10]} {CID[10:12]} {CID[12]}", ("BRING-RAW", "note.md line 1")),
        ("model.exe", "x", ("BRING-KIND", "model.exe")),
        ("two words.py", "x", ("BRING-KIND", "two words.py")),
    ],
)
def test_what_does_not_come_in(here: Settings, tmp_path: Path, name: str, text: str, told: tuple[str, str]) -> None:
    with steps.at(ACTIVE), pytest.raises((RawIdentifierError, InputError)) as refused:
        bring.bring(here, "poverty", written(tmp_path, name, text), by="analyst-a", why="for a test")
    assert refused.value.code == told[0]
    assert told[1] in refused.value.message
    assert CID not in str(refused.value)
    assert not (bring.folder(here, "poverty") / name).exists()
    assert book.read(here, "poverty").events[-1].action == "activate"


def test_columns_are_looked_at_whatever_their_type(here: Settings, tmp_path: Path) -> None:
    def refusal(frame: pl.DataFrame) -> KhlangError:
        frame.write_parquet(tmp_path / "x.parquet")
        with steps.at(ACTIVE), pytest.raises(KhlangError) as refused:
            bring.bring(here, "poverty", tmp_path / "x.parquet", by="analyst-a", why="for a test")
        return refused.value

    number = refusal(pl.DataFrame({"fine": [1, 2], "code": [5, int(CID)]}))
    assert (number.code, "column code row 2" in number.message) == ("BRING-RAW", True)
    assert refusal(pl.DataFrame({"held": [[CID]]})).code == "BRING-KIND"
    with steps.at(ACTIVE), pytest.raises(InputError, match="no Parquet"):
        bring.bring(here, "poverty", written(tmp_path, "y.parquet"), by="analyst-a", why="for a test")
    pl.DataFrame({"fine": [1, 2]}).write_parquet(tmp_path / "z.parquet")
    with steps.at(ACTIVE):
        bring.bring(here, "poverty", tmp_path / "z.parquet", by="analyst-a", why="for a test")


def test_too_large_or_in_another_coding(here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old.csv").write_bytes("ไทย".encode("cp874"))
    with steps.at(ACTIVE), pytest.raises(InputError, match="not UTF-8"):
        bring.bring(here, "poverty", tmp_path / "old.csv", by="analyst-a", why="for a test")
    monkeypatch.setattr(bring, "MOST_BYTES", 5)
    with steps.at(ACTIVE), pytest.raises(InputError) as refused:
        bring.bring(here, "poverty", written(tmp_path, "model.py"), by="analyst-a", why="for a test")
    assert refused.value.code == "BRING-SIZE"


def test_only_what_was_brought_in_as_it_is_runs(here: Settings, tmp_path: Path) -> None:
    def refusal(script: str) -> str:
        with steps.at(ACTIVE), pytest.raises(UsageError) as refused:
            bring.run(here, "poverty", script, by="analyst-a", why="for a test")
        return refused.value.code

    assert refusal("model.py") == "RUN-UNKNOWN"
    for name in ("model.py", "note.md"):
        with steps.at(ACTIVE):
            bring.bring(here, "poverty", written(tmp_path, name), by="analyst-a", why="for a test")
    assert refusal("note.md") == "RUN-KIND"
    (bring.folder(here, "poverty") / "model.py").write_text("print(2)\n", encoding="utf-8")
    assert refusal("model.py") == "RUN-UNKNOWN"


@pytest.mark.parametrize(
    ("day", "person", "kind", "code"),
    [(ACTIVE, "somebody", AccessError, "WORKSPACE-PERSON"), (OVER, "analyst-a", UsageError, "WORKSPACE-OVER")],
)
def test_who_does_not_enter(here: Settings, day: dt.datetime, person: str, kind: type[KhlangError], code: str) -> None:
    tries: tuple[Callable[[], object], ...] = (
        lambda: enter.enter(here, "poverty", person, ["true"]),
        lambda: bring.run(here, "poverty", "model.py", by=person, why="for a test"),
    )
    for attempt in tries:
        with steps.at(day), pytest.raises(kind) as refused:
            attempt()
        assert refused.value.code == code
    assert not (here.var / "entered").exists()


def test_nothing_leaves(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHLANG_VAR", str(here.var))
    done = CliRunner().invoke(cli.project, ["export", "poverty", "answer.csv"])
    assert isinstance(done.exception, AccessError)
    assert done.exception.code == "RELEASE-NONE"


def test_a_job_in_r_knows_sql_and_says_what_it_lacks(
    here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run() -> dict[str, object]:
        with steps.at(ACTIVE):
            return bring.run(here, "poverty", "job.R", by="analyst-a", why="for a test")

    with steps.at(ACTIVE):
        file = written(tmp_path, "job.R", 'cat(class(sql), nchar("\u0e01\u0e31"))\n')
        bring.bring(here, "poverty", file, by="analyst-a", why="for a test")
    with monkeypatch.context() as lacking:
        lacking.setattr(rkernel, "missing", lambda: rkernel.PACKAGES)
        with pytest.raises(SetupError, match="r-cran-irkernel"):
            run()
    if lacks := rkernel.missing():
        pytest.skip(f"apt-get install {' '.join(lacks)}")
    passes.ensure(here)
    told = run()
    log = enter.files(here, "poverty") / str(told["log"])
    assert (told["exit"], log.read_text(encoding="utf-8")) == (0, "function 2")
