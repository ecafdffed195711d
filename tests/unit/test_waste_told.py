"""The waste answer: what is shown of it, and what is drawn."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from khlang import settings
from khlang.domains.waste import answers, picture, told
from khlang.serve import client, maps
from khlang.serve.told import Told

PLACE = {"period": "2026-01", "households": 500, "served_households": 300, "waste_complaints": 20,
         "tonnes": Decimal("50.000"), "recycled_tonnes": Decimal("12.500"), "distance_km": Decimal("12.3456"),
         "far_amphoe": 0}  # fmt: skip
REPLIES: dict[str, list[dict[str, Any]]] = {
    answers.BY_PROVINCE: [
        {**PLACE, "province_code": "10"},
        {**PLACE, "province_code": "58", "distance_km": Decimal("71.2"), "far_amphoe": 7, "waste_complaints": 40},
        {**PLACE, "province_code": "96", "distance_km": Decimal(60), "far_amphoe": 9, "waste_complaints": 3},
        {**PLACE, "province_code": "50", "distance_km": None, "waste_complaints": 11},
    ],
    answers.BY_BAND: [
        {"period": "2026-01", "band": 0, "households": 1000, "served_households": 900, "waste_complaints": 15},
        {"period": "2026-01", "band": 1, "households": 900, "served_households": 700, "waste_complaints": 14},
        {"period": "2026-01", "band": 2, "households": 40, "served_households": 35, "waste_complaints": 2},
    ],
    answers.BY_SITE_KIND: [
        {"period": "2026-01", "waste_site_kind_code": "SAN", "sites": 61, "full_soon": 8, "overfull": 1,
         "middle_years": 9.876},
        {"period": "2026-01", "waste_site_kind_code": "OPEN", "sites": 77, "full_soon": 2, "overfull": 0,
         "middle_years": None},
    ],
}  # fmt: skip

REPLIES[answers.BY_AMPHOE] = [
    {"period": "2026-01", "amphoe_code": "5001", "distance_km": Decimal("1.5")},
    {"period": "2026-02", "amphoe_code": "5001", "distance_km": Decimal("2.5")},
]


class Replied:
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def dicts(self) -> list[dict[str, Any]]:
        return self.rows


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Told:
    """The answer to replies that a reader can reckon with."""
    monkeypatch.setattr(client, "ask", lambda _, question: Replied(REPLIES[question]))
    real = [{"period": "2026-01", "households": 2500, "served_households": 1500, "waste_complaints": 74}]
    monkeypatch.setattr(answers, "population", lambda *_: real)
    return told.tell(settings.load(), None, ["2026-01"])  # type: ignore[arg-type]  # nobody is connected to


def test_provinces_come_with_the_farthest_first_and_small_counts_hidden(shown: Told) -> None:
    rows = shown.figures["by_province"]
    assert [row["name_th"] for row in rows] == ["แม่ฮ่องสอน", "นราธิวาส", "กรุงเทพมหานคร", "เชียงใหม่"]
    # the 3 complaints of 96 are few; alone they would follow from the sum, so the smallest other count goes with them
    assert [row["waste_complaints"] for row in rows] == [40, None, 20, None]
    assert [row["complaints_per_1000"] for row in rows] == [80.0, None, 40.0, None]
    assert [row["distance_km"] for row in rows] == [71.2, 60.0, 12.3, None]
    assert rows[0]["recycled_share"] == 0.25


def test_a_band_of_few_complaints_has_no_rate(shown: Told) -> None:
    rows = shown.figures["by_band"]
    assert [row["complaints_per_1000"] for row in rows] == [15.0, None, None]
    assert rows[0]["band"] == "ไม่เกิน 25 กม."
    # 35 of 40: the other five would be few
    assert rows[2]["served_households"] is None


def test_the_country_is_the_sum_before_anything_is_hidden(shown: Told) -> None:
    last = shown.figures["by_period"][0]
    assert (last["households"], last["waste_complaints"], last["tonnes"]) == (2000, 74, 200.0)
    assert (last["far_amphoe"], last["full_soon_sites"]) == (16, 10)
    assert [card.value for card in shown.cards] == [16, 10, 74]


def test_the_tables_show_a_mark_for_what_is_hidden_and_a_dash_for_what_is_unknown(shown: Told) -> None:
    by_period, by_province, _, by_kind = (table.cells for table in shown.tables)
    assert by_period[0][-1] == "-20.0%"
    assert by_province[1][4] == "×"
    assert by_province[3][1] == "–"
    assert [row[-1] for row in by_kind] == ["9.9", "–"]


def test_the_picture_marks_what_is_hidden_and_what_is_far(shown: Told, tmp_path: Path) -> None:
    shown.draw(tmp_path / "waste.png")
    assert (tmp_path / "waste.png").read_bytes().startswith(b"\x89PNG")
    made = picture.figure(shown.figures["by_province"], shown.figures["by_band"], "2026-01", 50.0)
    assert isinstance(made, Figure)
    country, left, right = made.axes
    assert country.get_title(loc="left") or country.get_title()
    colours = [patch.get_facecolor() for patch in left.patches]
    assert colours[0] == colours[1] != colours[2]
    assert [text.get_text() for text in right.texts] == ["15.0", "×", "×"]


def test_nothing_to_show_is_drawn_as_nothing() -> None:
    rows = [{"band": name, "complaints_per_1000": None} for name in answers.BAND_NAMES]
    made = picture.figure([{"code": "50", "name_th": "เชียงใหม่", "distance_km": None}], rows, "2026-01", 50.0)
    assert made.axes[2].get_yticks().tolist() == []


@pytest.mark.usefixtures("shown")
def test_each_amphoe_has_its_figure_by_month() -> None:
    found = answers.amphoe(None)  # type: ignore[arg-type]  # the fixture answers
    assert maps.of(found["2026-02"], "distance_km") == {"5001": 2.5}
    assert sorted(found) == ["2026-01", "2026-02"]
