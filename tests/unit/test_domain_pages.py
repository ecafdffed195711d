"""The pages of docs/domains: what they are made of, when they are stale, and how a notebook becomes Markdown."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner

from khlang.cli import khlang
from khlang.contracts import load
from khlang.demo.pages import facts, notebook, sources, tables, text
from khlang.demo.pages.notebook import Part
from khlang.errors import ContractError, IntegrityError, SetupError
from khlang.serve.told import Card, Told, Words

FRAME = """<table class="dataframe"><thead><tr><th></th><th>homes</th><th>share</th></tr>
<tr><th>floods</th><th></th><th></th></tr></thead>
<tbody><tr><th>1</th><td>1,234</td><td>&lt; 10</td></tr><tr><th>a|b</th><td>×</td><td>0.5</td></tr></tbody></table>"""
PICTURE = "iVBORw0KGgo="  # the first bytes of any PNG


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Two domains, one with a page that is made of what stands here."""
    for name in ("rice", "wind"):
        for kind in ("contracts", "expectations"):
            (tmp_path / kind / name).mkdir(parents=True)
            (tmp_path / kind / name / "one.yaml").write_text(f"{kind} of {name}")
        package = tmp_path / "src" / "khlang" / "domains" / name / "marts"
        package.mkdir(parents=True)
        (package / "one.py").write_text("x = 1")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "02_rice.ipynb").write_text("{}")
    pages = sources.folder(tmp_path)
    pages.mkdir(parents=True)
    (pages / "rice.md").write_text(sources.mark(sources.made_of(tmp_path, "rice")) + "\nwords\n")
    return tmp_path


@pytest.mark.parametrize(
    "changed",
    ["contracts/rice/one.yaml", "expectations/rice/one.yaml", "src/khlang/domains/rice/marts/one.py",
     "notebooks/02_rice.ipynb"],
)  # fmt: skip
def test_a_page_is_stale_when_anything_it_is_made_of_changed(checkout: Path, changed: str) -> None:
    pages = sources.folder(checkout)
    assert sources.stale(checkout, pages, {"rice": {}}) == []
    (checkout / "contracts" / "wind" / "one.yaml").write_text("another domain")
    assert sources.stale(checkout, pages, {"rice": {}}) == []
    (checkout / changed).write_text("changed")
    assert sources.stale(checkout, pages, {"rice": {}}) == ["docs/domains/rice.md"]


def test_a_page_nobody_knows_is_stale_and_a_domain_without_one_is_told(checkout: Path) -> None:
    pages = sources.folder(checkout)
    (pages / "gone.md").write_text(sources.mark("0" * 64))
    (pages / "README.md").write_text("the overview")
    assert sources.stale(checkout, pages, {"rice": {}, "wind": {}}) == ["docs/domains/gone.md", "docs/domains/wind.md"]
    assert sources.missing({"rice": {}}, ("rice", "wind")) == ["docs/domains/wind.md"]


def test_a_file_that_is_new_or_renamed_makes_stale_too(checkout: Path) -> None:
    package = checkout / "src" / "khlang" / "domains" / "rice" / "marts"
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "one.pyc").write_bytes(b"compiled")
    assert sources.stale(checkout, sources.folder(checkout), {"rice": {}}) == []
    (package / "one.py").rename(package / "two.py")
    assert sources.stale(checkout, sources.folder(checkout), {"rice": {}}) == ["docs/domains/rice.md"]


def test_a_frame_becomes_a_table_with_numbers_at_the_right() -> None:
    made = tables.from_html(f"<style>td {{}}</style><div>{FRAME}</div>").splitlines()
    assert made[0] == "| floods | homes | share |"
    assert made[1] == "|---|---:|---:|"
    assert made[2:] == ["| 1 | 1,234 | < 10 |", "| a\\|b | × | 0.5 |"]


def test_parts_come_in_order_and_a_query_once() -> None:
    asked = {"output_type": "display_data", "data": {notebook.ASKED: "\n  SELECT 1\n  FROM x\n"}}
    output = [
        asked,
        asked,
        {"output_type": "stream", "name": "stderr", "text": "a warning"},
        {"output_type": "stream", "name": "stdout", "text": "printed"},
        {"output_type": "execute_result", "data": {"text/html": FRAME, "text/plain": "frame"}},
        {"output_type": "display_data", "data": {"image/png": PICTURE}},
        {"output_type": "execute_result", "data": {"text/plain": "42"}},
    ]
    cells = [{"cell_type": "markdown", "source": "# words"}, {"cell_type": "code", "source": "x", "outputs": output}]
    parts = list(notebook.parts([nbformat.from_dict(cell) for cell in cells]))
    assert [part.kind for part in parts] == ["words", "sql", "code", "text", "table", "picture", "text"]
    assert parts[1].text == "SELECT 1\nFROM x"
    assert parts[5].png.startswith(b"\x89PNG")
    assert parts[6].text == "42"


def test_a_notebook_that_fails_is_refused_without_its_values(tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell("raise RuntimeError('secret value')")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "09_none.ipynb")
    with pytest.raises(IntegrityError, match=r"09_none.ipynb failed with RuntimeError") as told:
        notebook.run(tmp_path / "09_none.ipynb", tmp_path)
    assert (told.value.code, told.value.exit_code) == ("NOTEBOOK", 25)
    assert "secret" not in told.value.message
    assert not list(tmp_path.glob("kernel*")), "sockets are left"


def made() -> dict[str, Any]:
    """Facts of a domain as the demo's report and its answer give them."""
    words = Words("ถามอะไร", "What is asked?")
    told = Told("water", words, (Card(12, words), Card(None, words)), (), words, {}, {}, [], words, lambda _: None)
    extract = {"agency": "rid", "dataset": "water_demand", "rows": 100, "rows_curated": 95, "verdict": "promoted"}
    foreign = {"agency": "dopa", "dataset": "house_registry", "rows": 9, "rows_curated": 9, "verdict": "promoted"}
    gaps = [{"period": "2026-02", "figure": "homes", "mart": 90, "population": 100},
            {"period": "2026-02", "figure": "few", "mart": 9, "population": 30},
            {"period": "2026-01", "figure": "homes", "mart": 1, "population": 1}]  # fmt: skip
    report = {
        "plan": {"people": 500, "seed": 7, "periods": ["2026-01", "2026-02"]},
        "extracts": [extract | {"period": "2026-01"}, extract | {"period": "2026-02", "verdict": "refused"}, foreign],
        "link_rates": [{"dataset": "water_demand", "persons": 50, "persons_linked": 40},
                       {"dataset": "water_demand", "persons": 50, "persons_linked": 50}],
        "outcomes": [{"domain": "labour"}],
        "marts": [{"name": "flooded_homes", "domain": "water", "rows": 7, "equals_truth": True, "gaps": gaps}],
    }  # fmt: skip
    return facts.of(report, told, load(), {"water_demand": {"rules": 14, "met": 13}})


def test_facts_are_of_the_domain_and_its_last_month() -> None:
    one = made()
    assert [row["dataset"] for row in one["extracts"]] == ["water_demand"]
    row = one["extracts"][0]
    assert {name: row[name] for name in ("months", "rows", "not_taken", "refused_extracts", "met", "link_rate")} == {
        "months": 2, "rows": 200, "not_taken": 10, "refused_extracts": 1, "met": 13, "link_rate": 0.9,
    }  # fmt: skip
    assert one["marts"][0]["figures"] == [
        {"figure": "homes", "mart": 90, "population": 100},
        {"figure": "few", "mart": None, "population": 30},
    ]
    assert "house_registry" in one["also_reads"]


def test_the_page_says_it_all_and_nothing_of_the_clock() -> None:
    parts = [
        Part("words", "# Title\n\ntext"),
        Part("sql", "SELECT 1"),
        Part("picture", png=b"x"),
        Part("table", "| a |"),
    ]
    known = made() | {"made_of": "a" * 64}
    page = text.page("water", known, parts, {2: "pictures/water-1.png"})
    assert sources.MARK.match(page)
    for said in ("ถามอะไร", "13 / 14", "90.00%", "| `homes` | 90 | 100 | -10.0% |", "| `few` | × | 30 | – |",
                 "## Title", "```sql\nSELECT 1\n```", "](pictures/water-1.png)", "* **×** ถามอะไร", "✓"):  # fmt: skip
        assert said in page, said
    overview = text.overview({"water": known})
    assert "[water](water.md)" in overview
    assert "pictures/water.png" in overview


def run(tmp_path: Path, *options: str) -> BaseException | None:
    command = ["domains", "docs", "--folder", str(tmp_path / "pages"), *options]
    return CliRunner().invoke(khlang, command, env={"KHLANG_VAR": str(tmp_path / "var")}).exception


def test_missing_and_stale_pages_are_told_with_what_mends_them(tmp_path: Path) -> None:
    told = run(tmp_path, "--check")
    assert isinstance(told, ContractError)
    assert (told.code, told.exit_code) == ("DOMAINS-STALE", 23)
    assert "docs/domains/welfare.md" in told.message
    assert "make domains" in told.remedy


def test_without_a_demo_there_is_nothing_to_write(tmp_path: Path) -> None:
    told = run(tmp_path)
    assert isinstance(told, SetupError)
    assert told.code == "DOMAINS-NO-DEMO"
    assert not (tmp_path / "pages").exists()


def test_what_is_known_is_read_back(tmp_path: Path) -> None:
    assert sources.known(tmp_path) == {}
    (tmp_path / "made.json").write_text(text.dumps({"water": made()}), encoding="utf-8")
    assert sources.known(tmp_path) == json.loads(json.dumps({"water": made()}))
