"""The official's guide shows pictures that are there, of pages that are tested, and buttons that the page has."""

import json
import re
from pathlib import Path

import pytest

from khlang.agency.ui.words import WORDS

DOCS = Path(__file__).resolve().parents[2] / "docs" / "how-to"
TEXT = (DOCS / "official.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"\]\(pictures/([^)]+)\.png\)", TEXT)
STEPS: dict[str, list[str]] = json.loads((DOCS / "pictures" / "steps.json").read_text(encoding="utf-8"))
TESTS = "\n".join(one.read_text(encoding="utf-8") for one in DOCS.parents[1].glob("tests/integration/test_ui_*.py"))


@pytest.mark.parametrize("name", sorted({*SHOWN, *STEPS}))
def test_a_picture_is_there_small_and_of_a_tested_page(name: str) -> None:
    file = DOCS / "pictures" / f"{name}.png"
    assert file.read_bytes().startswith(b"\x89PNG")
    assert file.stat().st_size < 100_000
    assert name in SHOWN
    assert f'"{name}"' in TESTS
    words = {thai for thai, _ in WORDS.values()}
    assert words & set(STEPS[name])


def test_every_button_that_the_guide_names_is_on_the_page() -> None:
    named = set(re.findall(r"กด \*\*([^*]+)\*\*", TEXT))
    assert len(named) > 8
    assert named <= {thai for thai, _ in WORDS.values()}


def test_the_words_are_those_of_the_law() -> None:
    assert "ข้อมูลแฝง" in TEXT
    assert "still personal data" in TEXT
    assert not re.search("anonym|นิรนาม", TEXT)
