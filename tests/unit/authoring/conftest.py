"""``khlang …`` in a small project."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.authoringkit import small

from khlang.cli import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``khlang …`` in a small project: its exit code, and all it says."""
    root = tmp_path / "project"
    small().write(root)
    monkeypatch.setenv("KHLANG_ROOT", str(root))
    monkeypatch.chdir(root)

    def go(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["khlang", *words])
        code = 0
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
        told = capsys.readouterr()
        return code, told.out + told.err

    return go
