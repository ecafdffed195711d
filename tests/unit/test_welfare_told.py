"""The welfare answer: what is shown of it, and what is drawn."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from khlang import settings
from khlang.demo import report
from khlang.domains.welfare import picture, told
from khlang.domains.welfare.answers import Answer, answer
from khlang.serve import thai
from khlang.serve.figures import gap
from khlang.serve.places import province_names
from khlang.serve.told import Column, Shown, Told, Words

NAMES = {"10": "กรุงเทพมหานคร", "11": "สมุทรปราการ", "50": "เชียงใหม่"}


def row(code: str, registrants: int, contradictions: int, poor: int, without: int) -> dict[str, Any]:
    counts = {"registrants": registrants, "contradictions": contradictions}
    counts |= {"poor_households": poor, "poor_households_without_registrant": without}
    return {"period": "2026-01", "province_code": code, **counts}


@pytest.fixture
def shown() -> Answer:
    rows = [row("11", 40, 9, 50, 20), row("10", 100, 30, 200, 100), row("50", 90, 15, 80, 30)]
    return answer("2026-01", rows, NAMES)


def test_provinces_come_with_most_registrants_first_and_no_small_count(shown: Answer) -> None:
    assert [p.code for p in shown.provinces] == ["10", "50", "11"]
    assert [str(p.cells["contradictions"]) for p in shown.provinces] == ["30", "×", "< 10"]
    assert {name: str(cell) for name, cell in shown.country.items()} == {
        "registrants": "230",
        "contradictions": "54",
        "poor_households": "330",
        "poor_households_without_registrant": "150",
    }


def test_a_suppressed_count_is_null_with_its_status_for_programs(shown: Answer) -> None:
    last = shown.as_dict()["provinces"][-1]
    assert (last["contradictions"], last["suppressed"]) == (None, {"contradictions": "primary"})
    assert "suppressed" not in shown.as_dict()["country"]


def test_every_province_has_a_thai_name() -> None:
    names = province_names(settings.load())
    assert len(names) == 77
    assert names["10"] == "กรุงเทพมหานคร"


def test_gap_is_a_share_of_what_is() -> None:
    assert gap({"n": 90}, {"n": 120}, "n") == -0.25
    assert gap({"n": None}, {"n": 120}, "n") is None
    assert gap({"n": 90}, {"n": None}, "n") is None


def test_picture_draws_no_zero_where_a_figure_may_not_be_shown() -> None:
    name, axes = "poor_households_without_registrant", Figure().subplots(1, 2)
    small = {"name_th": "ตราด", "poor_households": None, name: None}
    picture.provinces(axes[0], [small, small | {"poor_households": 12}], "2026-01")
    assert [text.get_text() for text in axes[0].texts] == ["×", "12", "", "×"]
    assert axes[0].get_title("left").startswith("ครัวเรือนยากจน งวด 2026-01 (2 จังหวัด")
    picture.months(axes[1], [{"period": "2026-01", name: None}], [{"period": "2026-01", name: 17}])
    assert [text.get_text() for text in axes[1].texts] == ["×", "17"]


def test_picture_of_nothing_that_may_be_shown_says_so_and_has_no_scale() -> None:
    axes = Figure().subplots()
    picture.provinces(axes, [{"name_th": "ตราด"} | dict.fromkeys(picture.PARTS)], "2026-01")
    assert len(axes.get_xticks()) == 0
    assert "น้อยเกินกว่าจะแสดง" in axes.texts[-1].get_text()


def test_picture_without_a_simulation_draws_what_is_seen_alone() -> None:
    axes = Figure().subplots()
    picture.months(axes, [{"period": "2026-01", picture.WITHOUT: 12}], [])
    assert [text.get_text() for text in axes.texts] == ["12"]
    assert axes.get_legend_handles_labels()[1] == ["จากข้อมูลที่เชื่อมโยงได้"]


def test_picture_is_drawn_in_the_packaged_font(tmp_path: Path) -> None:
    figure = picture.figure([{"name_th": "ตราด", picture.PARTS[0]: 30, picture.WITHOUT: 12}], [MONTH], [MONTH])
    assert {text.get_fontname() for axes in figure.axes for text in axes.texts} == {"Sarabun"}
    assert thai.font().exists()
    picture.draw(tmp_path / "welfare.png", [], [MONTH], [MONTH])
    assert (tmp_path / "welfare.png").read_bytes().startswith(b"\x89PNG")


def test_picture_shows_all_provinces_on_a_map_where_they_are_known() -> None:
    rows = [{"name_th": "ตราด", "code": "23", picture.PARTS[0]: 40, picture.WITHOUT: 10}]
    assert len(picture.figure(rows, [MONTH], [MONTH]).axes) == 2
    country = picture.figure(rows, [MONTH], [MONTH], everywhere=rows).axes[0]
    assert next(text.get_text() for text in country.get_legend().get_texts()) == "25%"


MONTH = {"period": "2026-01", "registrants": 230, "contradictions": 54, "insured": None, "eligible": 200}
MONTH |= {"poor_households": 330, "poor_households_without_registrant": 150}


@pytest.fixture
def welfare() -> Told:
    real = [MONTH | {"poor_households_without_registrant": 120}]
    return Told(
        domain="welfare",
        question=told.QUESTION,
        cards=told._cards(MONTH),
        tables=told._tables([MONTH], [], real),
        note=told.NOTE,
        figures={"by_period": [MONTH]},
        marts={"welfare_by_amphoe": "by_period"},
        population=real,
        picture=Words("ภาพ", "picture"),
        draw=lambda file: picture.draw(file, [], [MONTH], real),
    )


def test_tables_show_each_month_with_its_gap_and_no_zero_for_what_is_left_out(welfare: Told) -> None:
    assert welfare.tables[0].cells == [["2026-01", "230", "×", "54", "200", "330", "150", "+25.0%"]]
    assert [card.text for card in welfare.cards] == ["54", "150", "200"]
    assert "230" in welfare.cards[2].words.th


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        *(("count", 1234, "1,234"), ("count", None, "×"), ("share", 0.5, "50.00%"), ("change", -0.1, "-10.0%")),
        *(("change", None, "–"), ("text", "ตราด", "ตราด")),
    ],
)
def test_a_cell_as_it_is_shown(kind: Any, value: Any, text: str) -> None:
    assert Shown(Words("", ""), (Column("x", Words("", ""), kind),), [{"x": value}]).cells == [[text]]


_LINE = {"dataset": "vehicles", "period": "2026-01", "rows_in": 50, "rows_about_nobody": 0, "is_whole": False}
_COUNTS = dict.fromkeys(("rows_linked", "rows_not_in_register", "unlinked", "rows_rejected", "rows_duplicate"))
_JOIN = {"mart": "m", "period": "2026-01", "dataset": "a", "linked_dataset": "b", "join_key": "pid", "match_rate": 0.5,
         "rate_low": 0.4, "rate_high": 1.0, "is_met": True}  # fmt: skip
LINKAGE = {"groups": [], "rows": [_LINE | _COUNTS], "joins": [_JOIN], "second": []}


def test_the_page_tells_each_domain_by_its_own_words(welfare: Told, tmp_path: Path) -> None:
    """One domain has the page to itself; of several each gets its question as a heading."""
    document: dict[str, Any] = {"fresh": False, "equals_truth": True, "agencies": ["mof"], "versions": {"khlang": "1"}}
    document |= {"extracts": [], "link_rates": [], "marts": [], "outcomes": [], "stages": {"ask": 1.0}, "places": []}
    document |= {"linkage": LINKAGE, "plan": {"people": 2000, "months": 1, "periods": ["2026-01"]}}
    report.write(tmp_path, document, [welfare])
    alone = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"<h1>{welfare.question.th}</h1>" in alone
    assert alone.count("data:image/png;base64,") == 2  # the answer, and the linkage
    assert "✗" in alone.partition("บัญชีแถว")[2].partition("<h2>")[0], "a line that does not add up is marked"
    report.write(tmp_path, document, [welfare, replace(welfare, domain="water", question=Words("น้ำ", "Water?"))])
    both = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<h2>น้ำ <small>Water?</small></h2>" in both
    assert both.count("data:image/png;base64,") == 3
    assert not (tmp_path / "first.json").exists()
