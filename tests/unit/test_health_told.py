"""The health answer: what is shown of it, and what is drawn."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from matplotlib.figure import Figure

from khlang import settings
from khlang.domains.health import answers, asked, picture, told
from khlang.serve import client
from khlang.serve.told import Told

BORN = {"births": 400, "births_15_19": 60, "births_10_14": 2, "births_age_disputed": 1, "girls_15_19": 600,
        "teen_mothers_students": 40, "teen_mothers_left_school": 24}  # fmt: skip
FEW = {**BORN, "births": 50, "births_15_19": 4}
CARDS = {"group_persons": 100, "persons_without_allowance": 25}
MONTH = {"card_holders": 300, "persons_without_allowance": 75, "drawing_without_card": 30, "persons_below_rate": 3}
REPLIES: dict[str, list[dict[str, Any]]] = {
    asked.BIRTHS: [
        {"period": "2026-01", "province_code": "10", **FEW},
        {"period": "2026-01", "province_code": "11", **BORN},
        {"period": "2026-01", "province_code": "20", **BORN},
        {"period": "2026-01", "province_code": "50", **BORN, "births_15_19": 30},
        {"period": "2026-01", "province_code": "34", **BORN, "births_15_19": 20},
        {"period": "2026-01", "province_code": "96", **BORN, "births_15_19": 90},
        {"period": "2026-02", "province_code": "96", **BORN},
    ],
    asked.COUNTRY: [{"period": "2026-01", **MONTH}],
    asked.CARDS_BY_PROVINCE: [
        {"period": "2026-01", "code": "50", **CARDS, "persons_without_allowance": 20},
        {"period": "2026-01", "code": "96", **CARDS},
        {"period": "2026-01", "code": "10", **CARDS, "persons_without_allowance": 3},
        {"period": "2026-01", "code": "11", **CARDS, "persons_without_allowance": 12},
    ],
    asked.CARDS_BY_TYPE: [{"period": "2026-01", "code": "3", **CARDS}],
    asked.CARDS_BY_DISTANCE: [
        {"period": "2026-01", "code": "town", **CARDS, "persons_without_allowance": 11},
        {"period": "2026-01", "code": "far", **CARDS, "persons_without_allowance": 40},
    ],
}


class Replied:
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def dicts(self) -> list[dict[str, Any]]:
        return self.rows


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Told:
    """The answer to replies that a reader can reckon with."""
    real = [{"period": "2026-01", **BORN, **MONTH, "persons_without_allowance": 60}]
    monkeypatch.setattr(client, "ask", lambda _, question: Replied(REPLIES[question]))
    monkeypatch.setattr(answers, "population", lambda *_: real)
    return told.tell(settings.load(), None, ["2026-01"])  # type: ignore[arg-type]  # nobody is connected to


def test_births_are_summed_by_region_and_the_small_ones_left_out_with_what_would_tell_them(shown: Told) -> None:
    rows = {row["name_th"]: row for row in shown.figures["by_region"]}
    assert [row["births_15_19"] for row in rows.values()] == [None, 120, None, 30, 90], (
        "Bangkok, and the smallest other"
    )
    assert rows["ภาคกลาง"]["births"] == 800, "Samut Prakan and Chon Buri"
    assert rows["ภาคกลาง"]["teen_birth_rate"] == 50.0, "120 of 1,200 girls in two years"
    assert rows["กรุงเทพมหานคร"]["teen_birth_rate"] is None


@pytest.mark.parametrize(
    ("code", "region"),
    [("10", 0), ("11", 1), ("27", 1), ("77", 1), ("30", 2), ("49", 2), ("50", 3), ("67", 3), ("80", 4), ("96", 4)],
)
def test_every_province_lies_in_one_region(code: str, region: int) -> None:
    summed = answers.regions([{"province_code": code, **BORN}])
    assert [row["births"] for row in summed] == [400 if place == region else 0 for place in range(5)]


def test_provinces_come_with_most_without_an_allowance_first_and_no_small_count(shown: Told) -> None:
    rows = shown.figures["by_province"]
    assert [row["name_th"] for row in rows] == ["นราธิวาส", "เชียงใหม่", "สมุทรปราการ", "กรุงเทพมหานคร"]
    assert [row["persons_without_allowance"] for row in rows] == [25, 20, None, None]
    assert [row["without_share"] for row in rows] == [0.25, 0.2, None, None]


def test_the_country_has_both_questions_and_the_gap_to_what_is(shown: Told) -> None:
    month = shown.figures["by_period"][0]
    assert (month["births_15_19"], month["persons_without_allowance"]) == (264, 75)
    assert month["persons_below_rate"] is None
    assert month["left_share"] == 0.6
    assert [card.text for card in shown.cards] == ["264", "144", "75"]
    assert shown.tables[2].cells == [["2026-01", "300", "75", "30", "+25.0%"]]
    assert shown.tables[1].cells[0] == ["กรุงเทพมหานคร", "50", "×", "600", "×"]


def test_what_is_in_the_population_is_counted_alike(tmp_path: Path) -> None:
    gap = {"disability_group_code": ["0", "3"], "group_persons": [30, 300], "persons_without_allowance": [0, 75],
           "persons_below_rate": [1, 2]}  # fmt: skip
    for mart, frame in (("teen_births", pl.DataFrame([BORN])), ("disability_gap", pl.DataFrame(gap))):
        folder = tmp_path / "population" / mart
        folder.mkdir(parents=True)
        frame.write_parquet(folder / "2026-01.parquet")

    class Here:
        truth = tmp_path

    row = answers.population(Here(), ["2026-01"])[0]  # type: ignore[arg-type]  # only the folder is asked for
    assert {name: row[name] for name in MONTH} == {**MONTH, "persons_below_rate": None}
    assert row["births_15_19"] == 60


def test_the_picture_marks_what_may_not_be_shown(shown: Told, tmp_path: Path) -> None:
    axes = Figure().subplots(1, 2)
    picture.regions(axes[0], shown.figures["by_region"], "2026-01")
    assert [text.get_text() for text in axes[0].texts] == ["×", "50.0", "×", "25.0", "75.0"]
    picture.groups(axes[1], shown.figures["by_province"], "2026-01")
    assert [text.get_text() for text in axes[1].texts] == ["100"] * 4 + ["", "", "×", "×"]
    shown.draw(tmp_path / "health.png")
    assert (tmp_path / "health.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_nothing_has_no_scale() -> None:
    axes = Figure().subplots()
    picture.regions(axes, [{"name_th": "ภาคใต้", "teen_birth_rate": None}], "2026-01")
    assert len(axes.get_xticks()) == 0
