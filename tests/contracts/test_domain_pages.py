"""The pages of docs/domains are those of the files that stand here. A domain's first page comes with its first demo."""

import re
from pathlib import Path

import pytest

from khlang.demo.pages import sources, text

ROOT = Path(__file__).parents[2]
PAGES = sources.folder(ROOT)
MADE = sources.known(PAGES)


def test_no_page_is_stale() -> None:
    assert sources.stale(ROOT, PAGES, MADE) == [], f"run: {sources.MEND}"


def test_the_overview_is_made_of_what_is_known() -> None:
    assert (PAGES / "README.md").read_text(encoding="utf-8") == text.overview(MADE), f"run: {sources.MEND}"


@pytest.mark.parametrize("name", ["README", *MADE])
def test_every_link_of_a_page_is_there(name: str) -> None:
    words = re.sub(r"```.*?```", "", (PAGES / f"{name}.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)]+)\)", words) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (PAGES / link).exists()] == []


def test_every_picture_is_shown_somewhere() -> None:
    shown = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.md"))
    assert [path.name for path in (PAGES / "pictures").glob("*.png") if path.name not in shown] == []
