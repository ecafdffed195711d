"""The energy answer: what is shown of it, and what is drawn."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from khlang import settings
from khlang.domains.energy import answers, picture, told
from khlang.serve import client, maps
from khlang.serve.told import Told

HOUSES = {"period": "2026-01", "welfare_billed_households": 200, "income_known_households": 150,
          "burdened_households": 40, "low_use_households": 60, "missed_households": 20, "overdue_households": 30,
          "subsidised_households": 80, "subsidised_unregistered_households": 12}  # fmt: skip
CUT = {"period": "2026-01", "households": 400, "outages": 30, "outages_unclear": 0}
REPLIES: dict[str, list[dict[str, Any]]] = {
    answers.BY_PROVINCE: [
        {**HOUSES, "province_code": "10", "missed_households": 4},
        {**HOUSES, "province_code": "31", "burdened_households": 145},
        {**HOUSES, "province_code": "50", "missed_households": 45},
        {**HOUSES, "province_code": "96", "missed_households": 30},
    ],
    answers.HOURS: [
        {**CUT, "province_code": "10", "customer_hours_lost": Decimal("200.00")},
        {**CUT, "province_code": "50", "customer_hours_lost": Decimal("1000.00"), "outages_unclear": 2},
        {**CUT, "province_code": "96", "customer_hours_lost": Decimal("2500.00")},
        {**CUT, "province_code": "58", "customer_hours_lost": Decimal("9.00"), "households": 0},
    ],
}

REPLIES[answers.BY_AMPHOE] = [
    {"period": "2026-01", "amphoe_code": "5001", "hours": Decimal("1.5")},
    {"period": "2026-02", "amphoe_code": "5001", "hours": Decimal("2.5")},
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
    real = [{"period": "2026-01", "burdened_households": 53}]
    monkeypatch.setattr(answers, "population", lambda *_: real)
    return told.tell(settings.load(), None, ["2026-01"])  # type: ignore[arg-type]  # nobody is connected to


def test_provinces_come_with_most_missed_first_and_small_counts_hidden(shown: Told) -> None:
    rows = shown.figures["by_province"]
    assert [row["name_th"] for row in rows] == ["เชียงใหม่", "นราธิวาส", "บุรีรัมย์", "กรุงเทพมหานคร"]
    # the 4 of Bangkok are few; alone they would follow from the sum, so the smallest other count goes with them
    assert [row["missed_households"] for row in rows] == [45, 30, None, None]
    # 145 of 150: the other five would be few; a second one is hidden with it
    assert [row["burdened_households"] for row in rows].count(None) == 2
    assert rows[2]["burdened_households"] is None


def test_the_country_is_the_sum_before_anything_is_hidden(shown: Told) -> None:
    last = shown.figures["by_period"][0]
    assert (last["missed_households"], last["burdened_households"]) == (99, 265)
    assert (last["outages"], last["hours_per_household"]) == (120, 3.09)  # 3,709 hours of 1,200 households
    assert [card.value for card in shown.cards] == [265, 99, 48]


def test_hours_come_with_the_most_first_and_none_where_nobody_is_registered(shown: Told) -> None:
    rows = shown.figures["hours"]
    assert [(row["code"], row["hours"]) for row in rows] == [("96", 6.25), ("50", 2.5), ("10", 0.5), ("58", None)]
    assert rows[1]["outages_unclear"] == 2


def test_the_tables_show_a_mark_for_what_is_hidden_and_a_dash_for_what_is_unknown(shown: Told) -> None:
    by_period, by_province, by_hours = (table.cells for table in shown.tables)
    assert by_period[0][-1] == "+400.0%"
    assert by_province[3][4] == "×"
    assert [row[-1] for row in by_hours] == ["6.25", "2.50", "0.50", "–"]


def test_the_picture_marks_what_is_hidden_and_who_is_cut_most(shown: Told, tmp_path: Path) -> None:
    shown.draw(tmp_path / "energy.png")
    assert (tmp_path / "energy.png").read_bytes().startswith(b"\x89PNG")
    made = picture.figure(shown.figures["by_province"], shown.figures["hours"], "2026-01", 3.0)
    assert isinstance(made, Figure)
    left, right, country = made.axes
    assert country.get_title(loc="left") or country.get_title()
    assert [text.get_text() for text in left.texts].count("×") == 2
    colours = [patch.get_facecolor() for patch in right.patches]
    assert colours[0] != colours[1] == colours[2]
    assert len(right.lines) == 1


def test_without_a_mean_no_line_is_drawn(shown: Told) -> None:
    made = picture.figure(shown.figures["by_province"], shown.figures["hours"], "2026-01", None)
    assert len(made.axes[1].lines) == 0


@pytest.mark.usefixtures("shown")
def test_each_amphoe_has_its_figure_by_month() -> None:
    found = answers.amphoe(None)  # type: ignore[arg-type]  # the fixture answers
    assert maps.of(found["2026-02"], "hours") == {"5001": 2.5}
    assert sorted(found) == ["2026-01", "2026-02"]
