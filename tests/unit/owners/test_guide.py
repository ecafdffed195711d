"""The owners' guide shows pictures that are there, of pages that are tested, and buttons that the page has."""

import json
import re
from pathlib import Path

import pytest

from khlang.owners.words import WORDS

DOCS = Path(__file__).resolve().parents[3] / "docs" / "how-to"
TEXT = (DOCS / "owners.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"\]\(pictures/owners/([^)]+)\.png\)", TEXT)
STEPS: dict[str, list[str]] = json.loads((DOCS / "pictures" / "owners" / "steps.json").read_text(encoding="utf-8"))
TESTS = (DOCS.parents[1] / "tests" / "integration" / "test_ui_owners.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({*SHOWN, *STEPS}))
def test_a_picture_is_there_small_and_of_a_tested_page(name: str) -> None:
    file = DOCS / "pictures" / "owners" / f"{name}.png"
    assert file.read_bytes().startswith(b"\x89PNG")
    assert file.stat().st_size < 100_000
    assert f'"{name.removesuffix("-narrow")}"' in TESTS
    assert {thai for thai, _ in WORDS.values()} & set(STEPS[name])


def test_every_button_that_the_guide_names_is_on_the_page() -> None:
    named = set(re.findall(r"กด \*\*([^*]+)\*\*", TEXT))
    assert len(named) >= 5
    assert named <= {thai for thai, _ in WORDS.values()}


def test_the_words_are_those_of_the_law() -> None:
    assert "ข้อมูลแฝง" in TEXT
    assert "still personal data" in TEXT
    assert not re.search("anonym|นิรนาม", TEXT)
