"""The labour answer: what is shown of it, and what is drawn."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from khlang import settings
from khlang.domains.labour import answers, asked, picture, told
from khlang.serve import client
from khlang.serve.figures import share
from khlang.serve.told import Told

WORK = {"graduates": 60, "graduates_with_occupation": 40, "mismatched_graduates": 15}
SCHOOL = {"students": 900, "teachers": 40, "teachers_needed": 50, "teachers_short": 12}
REPLIES: dict[str, list[dict[str, Any]]] = {
    asked.WORK: [{"period": "2026-01", **WORK}],
    asked.SCHOOLS: [{"period": "2026-01", **SCHOOL}, {"period": "2026-02", **SCHOOL}],
    asked.BY_FIELD: [
        {"period": "2026-01", "field_code": "06", **WORK},
        {"period": "2026-01", "field_code": "02", **WORK, "mismatched_graduates": 3},
        {"period": "2026-01", "field_code": "04", **WORK, "mismatched_graduates": 12},
    ],
    asked.BY_COHORT: [{"period": "2026-01", "graduation_year": 2024, **WORK}],
    asked.BY_PROVINCE: [
        {"period": "2026-01", "province_code": "10", **SCHOOL, "teachers_short": 11},
        {"period": "2026-01", "province_code": "96", **SCHOOL, "teachers_short": 30},
    ],
    asked.DEMAND: [{"period": "2026-01", "occupation_code": "5", "insured_workers": 70, "vacancies": 4, "openings": 9}],
    asked.TESTS: [
        {"period": "2026-01", "test_year": "2561", "test_quarter": "3", "attended": 13661, "passed": 9710,
         "passed_percent": Decimal("71.08")},
    ],
}  # fmt: skip


class Replied:
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def dicts(self) -> list[dict[str, Any]]:
        return self.rows


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Told:
    """The answer to replies that a reader can reckon with."""
    monkeypatch.setattr(client, "ask", lambda _, question: Replied(REPLIES[question]))
    monkeypatch.setattr(answers, "population", lambda *_: [])
    return told.tell(settings.load(), None, ["2026-01"])  # type: ignore[arg-type]  # nobody is connected to


def test_fields_have_thai_names_and_a_rate_of_what_may_be_shown(shown: Told) -> None:
    fields = {row["field_code"]: row for row in shown.figures["by_field"]}
    assert fields["06"]["name_th"] == "เทคโนโลยีสารสนเทศและการสื่อสาร"
    assert fields["06"]["mismatch_rate"] == 0.375
    assert (fields["02"]["mismatched_graduates"], fields["02"]["mismatch_rate"]) == (None, None)
    # a single one that is left out would follow from the sum: the smallest of the others goes with it
    assert fields["04"]["suppressed"] == ["mismatched_graduates"]


def test_provinces_come_with_most_missing_first(shown: Told) -> None:
    assert [row["name_th"] for row in shown.figures["by_province"]] == ["นราธิวาส", "กรุงเทพมหานคร"]


def test_a_cohort_is_told_in_the_buddhist_era(shown: Told) -> None:
    assert shown.figures["by_cohort"][0]["name_th"] == "2567"


def test_cards_and_tables_hold_the_figures_of_the_last_month(shown: Told) -> None:
    assert [card.text for card in shown.cards] == ["15", "12"]
    assert shown.tables[0].cells == [["2026-01", "60", "40", "15", "37.50%", "900", "40", "50", "12"]]
    assert shown.tables[-1].cells == [["2561 ไตรมาส 3", "13,661", "9,710", "71.08"]]
    assert set(shown.marts.values()) <= set(shown.figures)


def test_a_share_of_what_may_not_be_shown_is_none() -> None:
    assert share(None, 20) is None
    assert share(3, None) is None
    assert share(3, 0) is None
    assert share(1, 3) == 0.3333


def test_picture_draws_no_zero_where_a_figure_may_not_be_shown() -> None:
    axes = Figure().subplots()
    rows: list[dict[str, Any]] = [
        {"name_th": "ศิลปะ", "mismatch_rate": None},
        {"name_th": "สุขภาพ", "mismatch_rate": 0.125},
    ]
    picture.bars(axes, rows, ("mismatch_rate",), "อัตรา")
    assert [text.get_text() for text in axes.texts] == ["×", "12%"]


def test_picture_is_written(tmp_path: Path, shown: Told) -> None:
    shown.draw(tmp_path / "labour.png")
    assert (tmp_path / "labour.png").read_bytes().startswith(b"\x89PNG")
