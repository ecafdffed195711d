"""The agriculture answer: what is shown of it, and what is drawn."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from khlang import settings
from khlang.domains.agriculture import answers, asked, picture, told
from khlang.serve import client
from khlang.serve.figures import gap
from khlang.serve.told import Told

JANUARY = {"period": "2026-01"}
DEBT = {"judged_farmers": 200, "failed_farmers": 60, "failed_borrowers": 40,
        "overdue_failed_farmers": 20, "other_borrowers": 100, "overdue_other_farmers": 10}  # fmt: skip
SMALL = {"judged_farmers": 60, "failed_farmers": 12, "failed_borrowers": 11,
         "overdue_failed_farmers": 3, "other_borrowers": 30, "overdue_other_farmers": 2}  # fmt: skip
RAIN = {"rainfed_plots": 100, "failed_rainfed_plots": 50, "irrigated_plots": 60, "failed_irrigated_plots": 12,
        "irrigated_short_plots": 30, "failed_irrigated_short_plots": 11}  # fmt: skip


def market(province: str, growers: int, crop: str = "04") -> dict[str, Any]:
    weights = {"production_kg": 1000, "purchases_kg": 500, "taken_percent": Decimal("50.0")}
    places = {"province_code": province, "crop_code": crop, "growers": growers, "amphoe": 3, "is_glut": True}
    return JANUARY | places | weights | {"price_percent": Decimal("76.5")}


REPLIES: dict[str, list[dict[str, Any]]] = {
    asked.DEBT_BY_PERIOD: [JANUARY | DEBT, {"period": "2026-02"} | DEBT],
    asked.DEBT_BY_PROVINCE: [
        JANUARY | {"province_code": "31"} | SMALL,
        JANUARY | {"province_code": "30"} | DEBT,
        JANUARY | {"province_code": "50"} | DEBT | {"failed_farmers": 55, "overdue_failed_farmers": 15},
    ],
    asked.DEBT_BY_REGION: [JANUARY | {"region": "3"} | DEBT],
    asked.BANDS: [JANUARY | {"median_debt_band": "3", "amphoe": 4, "borrowers": 40}],
    asked.BY_MARKET: [market("30", 40), market("31", 25), market("32", 4), market("50", 90) | {"is_glut": False}],
    asked.BY_CROP: [
        JANUARY | {"crop_code": "04", "growers": 159, "production_kg": 4000, "purchases_kg": 2200, "glut_growers": 69,
                   "glut_provinces": 3},
        JANUARY | {"crop_code": "08", "growers": 7, "production_kg": 90, "purchases_kg": 80, "glut_growers": 0,
                   "glut_provinces": 0},
        JANUARY | {"crop_code": "03", "growers": 20, "production_kg": 90, "purchases_kg": 99, "glut_growers": 15,
                   "glut_provinces": 1},
        JANUARY | {"crop_code": "01", "growers": 12, "production_kg": 0, "purchases_kg": 0, "glut_growers": 0,
                   "glut_provinces": 0},
    ],
    asked.BY_RAIN: [JANUARY | {"is_dry": True} | RAIN,
                    JANUARY | {"is_dry": False} | RAIN | {"failed_rainfed_plots": 15}],
    asked.RAIN_BY_PROVINCE: [
        JANUARY | {"province_code": "50", "rain_percent": Decimal("101.0"), "is_dry": False} | RAIN,
        JANUARY | {"province_code": "30", "rain_percent": Decimal("55.5"), "is_dry": True} | RAIN,
        JANUARY | {"province_code": "96", "rain_percent": None, "is_dry": False} | RAIN,
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
    monkeypatch.setattr(answers, "population", lambda *_: [JANUARY | {"failed_farmers": 75}])
    return told.tell(settings.load(), None, ["2026-01"])  # type: ignore[arg-type]  # nobody is connected to


def test_only_the_months_asked_for_are_told_with_their_rates_and_the_gap(shown: Told) -> None:
    (month,) = shown.figures["by_period"]
    assert (month["failed_rate"], month["overdue_failed_rate"], month["overdue_other_rate"]) == (0.3, 0.5, 0.1)
    assert shown.tables[0].cells == [["2026-01", "200", "60", "30.00%", "40", "50.00%", "10.00%", "-20.0%"]]


def test_provinces_come_with_most_failed_first_and_no_small_count(shown: Told) -> None:
    rows = shown.figures["by_province"]
    assert [(row["name_th"], row["failed_farmers"]) for row in rows] == [
        ("นครราชสีมา", 60),
        ("เชียงใหม่", 55),
        ("บุรีรัมย์", 12),
    ]
    # the region's sum is shown: what Buri Ram hides would follow from Nakhon Ratchasima, and not from Chiang Mai
    assert [row["overdue_failed_farmers"] for row in rows] == [None, 15, None]
    assert (rows[0]["overdue_failed_rate"], rows[1]["overdue_failed_rate"]) == (None, 0.375)


def test_of_a_crop_of_few_growers_no_weight_is_shown(shown: Told) -> None:
    crops = {row["crop_code"]: row for row in shown.figures["by_crop"]}
    assert (crops["04"]["name_th"], crops["04"]["taken_percent"]) == ("มันสำปะหลังโรงงาน", 55.0)
    hidden = ("08", "01")  # seven growers, and the next crop, without which they would follow from the sum
    assert {crops[code][name] for code in hidden for name in ("growers", "production_kg", "taken_percent")} == {None}
    assert [crops[code]["glut_growers"] for code in ("04", "08", "03", "01")] == [69, 0, None, 0]


def test_a_glut_of_few_growers_is_left_out_and_so_is_one_that_it_would_follow_from(shown: Told) -> None:
    (glut,) = shown.figures["gluts"]
    assert (glut["name_th"], glut["taken_percent"]) == ("มันสำปะหลังโรงงาน นครราชสีมา", 50.0)
    assert answers.free([market("30", 40), market("31", 25)])[1]["growers"] == 25


def test_plots_are_told_by_where_their_water_comes_from(shown: Told) -> None:
    rows = [tuple(row[name] for name in ("plots", "failed_plots", "plots_rate")) for row in shown.figures["by_rain"]]
    # of 120 irrigated plots 60 lie in short basins; of the others 24 - 22 = 2 failed, and a second figure goes with it
    assert rows == [(100, 50, 0.5), (100, None, None), (60, 22, 0.3667), (60, None, None)]
    assert shown.figures["by_rain"][0]["name_th"] == "อาศัยน้ำฝน จังหวัดที่ฝนน้อย"


def test_regions_have_names(shown: Told) -> None:
    (region,) = shown.figures["by_region"]
    assert (region["name_th"], region["failed_rate"]) == ("ภาคตะวันออกเฉียงเหนือตอนล่าง", 0.3)


def test_the_driest_province_comes_first_and_one_without_gauges_in_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ask", lambda _, question: Replied(REPLIES[question]))
    rows = answers.rain_by_province(settings.load(), None, "2026-01")  # type: ignore[arg-type]
    assert [(row["name_th"], row["rain_percent"]) for row in rows] == [("นครราชสีมา", 55.5), ("เชียงใหม่", 101.0)]


def test_cards_and_tables_are_texts(shown: Told) -> None:
    assert [card.text for card in shown.cards] == ["60", "20", "69"]
    assert all(isinstance(cell, str) for table in shown.tables for row in table.cells for cell in row)
    assert set(shown.marts.values()) <= set(shown.figures)


def test_the_picture_draws_no_zero_where_a_figure_may_not_be_shown(shown: Told, tmp_path: Path) -> None:
    axes = Figure().subplots()
    rows: list[dict[str, Any]] = [
        {"name_th": "อ้อยโรงงาน", "taken_percent": 69.9},
        {"name_th": "ยางพารา", "taken_percent": None},
    ]
    picture.taken(axes, rows, "2026-01", 70.0)
    assert [text.get_text() for text in axes.texts] == ["70 %", "–"]
    assert axes.patches[0].get_facecolor() != axes.patches[1].get_facecolor(), "below the line is marked"
    shown.draw(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes()[1:4] == b"PNG"


def test_a_gap_is_a_share_of_what_is() -> None:
    assert gap({"n": 90}, {"n": 120}, "n") == -0.25
    assert gap({"n": None}, {"n": 120}, "n") is None
    assert gap({"n": 90}, {"n": None}, "n") is None
