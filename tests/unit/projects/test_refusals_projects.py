"""Refusals of projects that no other test provokes: files that are not what they should be, a tour that goes wrong."""

from pathlib import Path
from typing import Any, cast

import pytest
from tests.refusalkit import command, expect_raised

from khlang.errors import AccessError, KhlangError
from khlang.projects import bring, enter, tour


def raised(error: object) -> None:
    """Raise what a command raised."""
    assert isinstance(error, KhlangError), error
    raise error


def test_a_certificate_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHLANG_VAR", str(tmp_path / "var"))
    (tmp_path / "var" / "registry").mkdir(parents=True)
    (tmp_path / "var" / "registry" / "receipt.pub").write_text("00")
    (tmp_path / "a.json").write_text("not JSON")
    done = command("project", "verify", tmp_path / "a.json")
    expect_raised(lambda: raised(done.exception), code="INPUT", exit_code=20, says="a.json is no certificate")


def test_a_request_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "request.yaml").write_bytes("ชื่อ: ก".encode("cp874"))
    done = command("project", "synthetic", tmp_path / "request.yaml", "--to", tmp_path / "out")
    says = "request.yaml is not UTF-8"
    expect_raised(lambda: raised(done.exception), code="PROJECT-REQUEST", exit_code=20, says=says)
    assert not (tmp_path / "out").exists()


def test_a_tour_whose_script_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tour.log").write_text("no such table")
    monkeypatch.setattr(enter, "files", lambda *_: tmp_path)
    for code, refused in ((0, False), (1, True)):
        monkeypatch.setattr(bring, "run", lambda *_, code=code, **__: {"log": "tour.log", "exit": code})
        if not refused:
            assert tour._run(cast("Any", None), "tour") == "no such table"
            continue
        told = expect_raised(lambda: tour._run(cast("Any", None), "tour"), code="SERVICE", exit_code=12)
        assert told.remedy == "no such table", "the end of what it said"


def test_a_tour_in_which_what_was_not_given_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tour, "PATIENCE_SECONDS", 0.3)
    given: tuple[Any, ...] = (cast("Any", None), "analyst-a.tour", "x", tour.PERSONS)

    def refuses(*_: object) -> None:
        raise AccessError("No.", "Ask.", code="SQL-ACCESS")

    monkeypatch.setattr(tour, "_ask", refuses)
    assert tour._refused(*given) == "refused: SQL-ACCESS"
    monkeypatch.setattr(tour, "_ask", lambda *_: ((1,),))
    expect_raised(lambda: tour._refused(*given), code="ACCESS", exit_code=50, says="is read all the same")
