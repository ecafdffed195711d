"""Around a job's work: its document is the last line, a fault is an exit code and a text on standard error."""

import json
from argparse import ArgumentParser, Namespace
from typing import Any

import pytest

from khlang.errors import ServiceError
from khlang.orchestration import job


def test_the_document_is_the_last_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["curate", "--dataset", "ทดสอบ"])
    parser = ArgumentParser()
    parser.add_argument("--dataset")

    def work(given: Namespace) -> dict[str, Any]:
        job.say("on the way")
        return {"decisions": [given.dataset]}

    assert job.run(work, parser) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "on the way"
    assert json.loads(said[-1]) == {"decisions": ["ทดสอบ"]}


def test_a_fault_has_its_exit_code_and_no_document(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["curate"])

    def work(_: Namespace) -> dict[str, Any]:
        raise ServiceError("The store does not answer.", "Run again.")

    assert job.run(work, ArgumentParser()) == ServiceError.exit_code != 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "The store does not answer." in told.err
