"""The site's parts: the drawing of a mart's way, and the check that finds broken links and outside hosts."""

import re
from pathlib import Path

import pytest
from infra.site import build, links

from khlang import contracts
from khlang.contracts import lineage

KNOWN = contracts.load()


@pytest.mark.parametrize("mart", KNOWN.marts, ids=lambda mart: mart.name)
def test_a_marts_drawing_has_every_input_and_each_box_leads_to_its_page(mart: contracts.Table) -> None:
    found, arrows = lineage.boxes(KNOWN, mart)
    assert {box.title for box in found if box.column == 1} == set(mart.inputs)
    assert len(arrows) == 2 * len(mart.inputs) + 1
    drawn = lineage.svg(KNOWN, mart)
    assert set(re.findall(r'href="\.\./(\w+)/"', drawn)) == {mart.name, *mart.inputs}
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")


def test_boxes_do_not_lie_over_each_other() -> None:
    for mart in KNOWN.marts:
        places = [(box.left, box.top) for box in lineage.boxes(KNOWN, mart)[0]]
        assert len(set(places)) == len(places)


@pytest.mark.parametrize(
    ("html", "wrong"),
    [
        ('<a href="there.html">x</a>', ""),
        ('<a href="there.html#place">x</a>', ""),
        ('<a href="there.html#nowhere">x</a>', "no such place on the page"),
        ('<a href="gone.html">x</a>', "leads nowhere"),
        ('<a href="/there.html">x</a>', "leads nowhere"),
        ('<script src="https://cdn.example/x.js"></script>', "another host"),
        ('<img src="//cdn.example/x.png">', "another host"),
        ('<link href="http://fonts.example/css">', "another host"),
        ('<img srcset="https://a.example/1.png 1x">', "another host"),
        ("<a href='mailto:a@b.example'>x</a>", "another host"),
    ],
)
def test_a_link_that_leads_nowhere_or_outside_is_found(tmp_path: Path, html: str, wrong: str) -> None:
    (tmp_path / "there.html").write_text('<h1 id="place">x</h1>', encoding="utf-8")
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    found = list(links.faults(tmp_path))
    assert [wrong in line for line in found] == ([True] if wrong else [])


def test_a_font_from_another_host_is_found_in_a_style_sheet(tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("@import 'https://a.example/a.css'; a { background: url(gone.png) }")
    assert [line.split(": ")[1] for line in links.faults(tmp_path)] == ["leads nowhere", "another host"]


def test_every_page_stands_in_the_list_once(tmp_path: Path) -> None:
    build.gather(tmp_path / "docs")

    def paths(part: object) -> list[str]:
        if isinstance(part, str):
            return [part]
        inner = part if isinstance(part, list) else list(part.values())  # type: ignore[attr-defined]
        return [path for each in inner for path in paths(each)]

    listed = paths(build.nav(tmp_path / "docs"))
    there = {str(page.relative_to(tmp_path / "docs")) for page in (tmp_path / "docs").rglob("*.md")}
    assert len(listed) == len(set(listed))
    assert set(listed) == there
    mart = (tmp_path / "docs" / "reference" / "welfare_by_amphoe.md").read_text(encoding="utf-8")
    assert '<svg class="lineage"' in mart
