"""The gate's pages: in Thai, offline, with counts and limits and no value of any row."""

import json
import re
from pathlib import Path

from tests.unit.test_gates_judge import TABLE, good

from khlang import contracts, gates
from khlang.gates import docs

DECISION = {
    "agency": "dlt", "dataset": "vehicles", "period": "2026-01", "submission": "ab" * 16, "sequence": 1,
    "revision": 100, "verdict": "promoted", "rows_in": 200, "rows_curated": 198, "rows_quarantined": 2, "seconds": {},
    "rejects": [{"reason": "BAD-CODE", "column": "province_code", "count": 2}],
}  # fmt: skip


def write(folder: Path, **changes: object) -> str:
    verdict = gates.judge(good(bad_code_share__province_code=0.5), TABLE)
    return docs.write(folder, TABLE, DECISION | changes, verdict).read_text(encoding="utf-8")


def test_a_page_names_every_rule_and_what_failed(tmp_path: Path) -> None:
    page = write(tmp_path, verdict="refused")
    rules = contracts.rules(TABLE)
    assert page.count("<tr><td>") >= len(rules)
    assert "ไม่ผ่านด่าน" in page
    assert "50.00%" in page
    assert 'lang="th"' in page


def test_pages_need_nothing_from_outside(tmp_path: Path) -> None:
    write(tmp_path)
    for path in tmp_path.rglob("*.html"):
        assert not re.search(r"https?://|<script|<link|@import", path.read_text(encoding="utf-8"))


def test_on_a_phone_every_figure_says_what_it_is(tmp_path: Path) -> None:
    write(tmp_path)
    for path in tmp_path.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert '<meta name="viewport" content="width=device-width' in text
        assert "@media (max-width:40rem)" in text
        heads = [re.sub("<[^>]+>", "", head) for head in re.findall(r"<th[^>]*>.*?</th>", text)]
        assert set(re.findall(r'data-head="([^"]+)"', text)) <= set(heads)
        figures = re.findall(r'<td class="n[^>]*>', text)
        assert figures or path.name == "index.html"
        assert [figure for figure in figures if "data-head=" not in figure] == []
        assert text.count("<thead>") == text.count("<table>")


def test_the_index_lists_newest_first_and_links_resolve(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, period="2026-02")
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]+)"', index)
    assert links == ["vehicles/index.html", "vehicles/2026-02-000001.html", "vehicles/2026-01-000001.html"]
    assert all((tmp_path / link).exists() for link in links)


def test_what_gx_answered_stands_beside_the_page(tmp_path: Path) -> None:
    write(tmp_path)
    told = json.loads((tmp_path / "vehicles" / "2026-01-000001.json").read_text(encoding="utf-8"))
    assert told["declared"] == len(told["results"]) == len(contracts.rules(TABLE))
    assert {result["type"] for result in told["results"]} <= {
        "expect_column_values_to_be_between",
        "expect_column_pair_values_to_be_equal",
    }


def test_what_an_office_wrote_cannot_become_markup(tmp_path: Path) -> None:
    assert "<b>x" not in write(tmp_path, submission="<b>x")
