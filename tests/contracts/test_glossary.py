"""One word per thing: each noun of the product that a command's help uses stands in the glossary, once."""

import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.commandkit import COMMANDS

from khlang.cli import khlang

GLOSSARY = (Path(__file__).parents[2] / "GLOSSARY.md").read_text(encoding="utf-8")
#: Nouns of ours. A word that anybody knows (file, folder, page, month) is not among them.
NOUNS = (
    "admission", "agency", "analyst", "approver", "bridge", "bundle", "canary", "contract", "correction window",
    "dataset",
    "enrolment", "epoch", "extract", "finding", "gateway", "header", "identity", "key authority",
    "keyring", "letter", "manifest", "mart", "part", "period", "pid", "pool", "profile", "receipt",
    "rotation", "sealing key", "service", "signing key", "simulation", "stack", "stick", "submission", "token",
)  # fmt: skip


@pytest.fixture(scope="module")
def helped() -> str:
    """Every help text, in one."""
    texts = [CliRunner().invoke(khlang, [*path[1:], "--help"], prog_name="khlang").output for path in COMMANDS]
    return re.sub(r"\s+", " ", " ".join(texts)).lower()


def words() -> Counter[str]:
    """What the glossary explains: the first cell of each row, cut at commas, without the Thai in parentheses."""
    cells = re.findall(r"^\| ([^|]+) \|", GLOSSARY, re.MULTILINE)
    plain = [re.sub(r"[*`]|\([^)]*[\u0e00-\u0e7f][^)]*\)", "", cell).strip() for cell in cells]
    return Counter(word.strip() for cell in plain for word in cell.split(",") if word.strip(" -"))


def forms(noun: str) -> str:
    """A pattern of the noun in singular and plural."""
    stem = noun.removesuffix("y")
    return rf"\b(?:{noun}s?|{stem}ies)\b" if noun.endswith("y") else rf"\b{noun}s?\b"


def test_every_noun_of_the_help_is_explained(helped: str) -> None:
    known = {word.partition(" (")[0] for word in words()}
    assert [noun for noun in NOUNS if noun not in known] == []
    assert [noun for noun in NOUNS if not re.search(forms(noun), helped)] == [], "in no help text any more"


def test_no_word_is_explained_twice() -> None:
    heads = {"word", "verb"}
    assert [word for word, times in words().items() if times > 1 and word not in heads] == []
