"""The portable folder's launchers and what its papers say, read as text: no Windows is needed, and none was used."""

import re
import shlex
from pathlib import Path

import pytest
from infra.packaging import windows
from tests.commandkit import check_example

from khlang.errors import InputError

ROOT = Path(__file__).parents[2]


def lines(name: str) -> list[str]:
    """The lines of a launcher that do something."""
    text = (windows.FILES / name).read_text(encoding="ascii")
    return [line for line in text.splitlines() if not line.startswith(("@echo", "rem "))]


def test_a_double_click_opens_the_page_and_shows_why_it_did_not() -> None:
    _, call, last = lines("khlang-ui.cmd")
    started = re.fullmatch(r'call "%~dp0(khlang\.cmd)" (.+) %\*', call)
    assert started is not None
    assert started[1] in windows.LAUNCHERS
    check_example(["khlang", *shlex.split(started[2])])
    assert started[2] == "agency ui"
    assert last == "if errorlevel 1 pause", "a window that shuts at once tells nobody anything"


def test_every_launcher_is_in_the_folder_and_named_by_its_papers() -> None:
    assert {path.name for path in windows.FILES.glob("*.cmd")} == set(windows.LAUNCHERS)
    for papers in (windows.FILES / "README.txt", ROOT / "docs/how-to/install.md"):
        text = papers.read_text(encoding="utf-8")
        assert [name for name in windows.LAUNCHERS if name not in text] == []


def test_the_code_page_is_put_back_and_the_exit_code_kept() -> None:
    said = lines("khlang.cmd")
    kept, run, code, back, last = (
        next(i for i, line in enumerate(said) if word in line)
        for word in ("('chcp')", "-m khlang %*", "=%ERRORLEVEL%", "chcp %KHLANG_CODEPAGE", "exit /b %KHLANG_EXIT%")
    )  # fmt: skip
    assert [kept, run, code, back, last] == sorted([kept, run, code, back, last])


def test_all_papers_name_the_one_embeddable_python(tmp_path: Path) -> None:
    """3.11.9 is the last of 3.11; who looks for a later one finds none, and takes 3.13."""
    papers = [windows.FILES / "README.txt", ROOT / "docs/how-to/install.md", ROOT / "Makefile"]
    for paper in papers:
        assert set(re.findall(r"python-3[\w.]+-embed-amd64\.zip", paper.read_text(encoding="utf-8"))) == {windows.LAST}
    other = tmp_path / "python-3.13.1-embed-amd64.zip"
    other.write_bytes(b"")
    with pytest.raises(InputError) as refused:
        windows.check(other, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    assert windows.LAST in refused.value.remedy
