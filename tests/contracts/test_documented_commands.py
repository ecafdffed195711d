"""What the documents tell a reader to type is what the program takes, and what they point at is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.commandkit import check_example, split

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "docs/privacy.md",
    *sorted(ROOT.glob("docs/how-to/*.md")),
)
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
# Folders of the repository: what is named below them in a document has to be there.
OURS = re.compile(r"^(?:benchmarks|contracts|dags|docs|expectations|infra|jobs|kernel|notebooks|src|tests)/[\w./*-]+$")
MODULE = re.compile(r"^khlang(?:\.[a-z_]+)+(?<!\.pyz)$")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^(\w+):", MAKEFILE, re.MULTILINE))
VARIABLES = set(re.findall(r"\$\((\w+)\)|\b(\w+) \?=", MAKEFILE))
# What belongs to the reader's own machine, with which documents begin.
OTHERS = ("python ", "python3 ", "pip ", "khlang/bin/pip ", "set -a", "git ", "export KHLANG_AGENCY_HOME=")


def fenced(text: str) -> Iterator[str]:
    """Each command of the shell blocks."""
    for language, block in FENCE.findall(text):
        if language in {"sh", "bash", "console"}:
            yield from (
                line.strip() for line in block.splitlines() if line.strip() and not line.strip().startswith("#")
            )


def mentioned(text: str) -> Iterator[str]:
    """Each command in a sentence."""
    for said in INLINE.findall(FENCE.sub("", text)):
        if said.startswith(("khlang ", "make ", ".venv/bin/")):
            yield said


def check_command(line: str, *, whole: bool) -> None:
    """A line is one that ``khlang``, ``make`` or a program of the repository takes."""
    line = re.sub(r"<[^<>]+>", "X", line.partition(" > ")[0])
    words = [word for word in split(line) if "…" not in word]
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        words = words[1:]
    program = Path(words[0]).name
    if program == "khlang":
        check_example(["khlang", *words[1:]], whole=whole)
    elif program == "make":
        unknown = [word for word in words[1:] if "=" not in word and word not in TARGETS]
        assert not unknown, f"the Makefile has no target {unknown}"
        names = {word.partition("=")[0] for word in words[1:] if "=" in word}
        assert names <= {name for pair in VARIABLES for name in pair}, f"the Makefile uses no variable of {names}"
    elif words[0].startswith(".venv/bin/python"):
        name = f"{words[2].replace('.', '/')}.py" if words[1] == "-m" else words[1]
        assert (ROOT / name).exists(), f"{name} is not there"
        script = (ROOT / name).read_text(encoding="utf-8")
        unknown = [option for option in words[2:] if option.startswith("--") and option not in script]
        assert not unknown, f"{name} has no option {unknown}"
    else:
        assert line.startswith(OTHERS), f"nobody checks this command: {line}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_are_taken(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for line in fenced(text):
        check_command(line, whole=True)
    for line in mentioned(text):
        check_command(line, whole=False)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_is_pointed_at_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = [said for said in INLINE.findall(text) if OURS.match(said)]
    modules = [said for said in INLINE.findall(text) if MODULE.match(said)]
    linked = re.findall(r"\]\(([^)#:]+)\)", text)
    assert [said for said in named if not any(ROOT.glob(said))] == []
    assert [said for said in linked if not (document.parent / said).exists()] == []
    places = {said: ROOT / "src" / said.replace(".", "/") for said in modules}
    assert [said for said, at in places.items() if not (at.is_dir() or at.with_suffix(".py").exists())] == []


def test_the_readme_shows_the_main_commands() -> None:
    shown = list(fenced((ROOT / "README.md").read_text(encoding="utf-8")))
    assert {split(line)[1] for line in shown if line.startswith("make ")} >= {"demo", "test"}
    assert any("khlang sql" in line for line in shown)


@pytest.mark.parametrize(
    "wrong",
    ["make everything", "make demo PERSONS=3", "khlang agency sael", "khlang sql --fast x", "rm -rf var",
     ".venv/bin/python jobs/curate.py --table x"],
)  # fmt: skip
def test_a_wrong_command_is_seen(wrong: str) -> None:
    with pytest.raises((AssertionError, click.UsageError)):
        check_command(wrong, whole=False)
