"""The transport answer: what is shown of it, and what is drawn."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from khlang import settings
from khlang.domains.transport import answers, asked, picture, told
from khlang.serve import client
from khlang.serve.told import Told

BUS = {"period": "2026-02", "trips_planned": 200, "trips_missing": 20, "arrivals": 1000, "arrivals_late": 250}
ROAD = {"period": "2026-02", "hours_counted": 700, "congested_hours": 0, "worst_hour": 17, "worst_share": Decimal(0)}
CAME = {"period": "2026-02", "as_of_day": 10, "passengers_change": Decimal("0.1500")}
REPLIES: dict[str, list[dict[str, Any]]] = {
    asked.BUSES: [{**BUS, "period": "2026-01"}, BUS],
    asked.BY_ROUTE: [
        {**BUS, "province_code": "10", "route_code": "B002", "arrivals_late": 90, "median_delay_seconds": 110},
        {**BUS, "province_code": "12", "route_code": "B001", "arrivals_late": 700, "median_delay_seconds": 480},
        {**BUS, "province_code": "10", "route_code": "B003", "arrivals": 0, "arrivals_late": 0,
         "median_delay_seconds": None},
    ],
    asked.BY_HOUR: [{**BUS, "hour": 16}, {**BUS, "hour": 17, "arrivals": 0, "arrivals_late": 0}],
    asked.BY_PROVINCE: [
        {**ROAD, "province_code": "58"},
        {**ROAD, "province_code": "50", "congested_hours": 140, "worst_share": Decimal("0.7333")},
    ],
    asked.BESIDE: [{**BUS, "congested": False}, {**BUS, "congested": True, "arrivals_late": 500}],
    asked.AIR: [{"period": "2026-02", "passengers": 1127, "previous_passengers": 1000, "nowcast_passengers": 1150,
                 "as_of_day": 10}],
    asked.BY_NATIONALITY: [
        {**CAME, "nationality_code": "IND", "passengers": 1105, "previous_passengers": 961, "nowcast_passengers": 1111},
        {**CAME, "nationality_code": "FRA", "passengers": 15, "previous_passengers": 9, "nowcast_passengers": None},
        {**CAME, "nationality_code": "ISL", "passengers": 7, "previous_passengers": 30, "nowcast_passengers": 39},
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
    monkeypatch.setattr(answers, "population", lambda *_: [{"trips_missing": 16}])
    return told.tell(settings.load(), None, ["2026-02"])  # type: ignore[arg-type]  # nobody is connected to


def test_the_latest_route_and_the_most_congested_province_come_first(shown: Told) -> None:
    assert [(row["route_code"], row["late_share"]) for row in shown.figures["by_route"]] == [
        ("B001", 0.7), ("B002", 0.09), ("B003", None)]  # fmt: skip
    assert [(row["name_th"], row["congested_share"]) for row in shown.figures["by_province"]] == [
        ("เชียงใหม่", 0.2), ("แม่ฮ่องสอน", 0.0)]  # fmt: skip


def test_a_count_of_few_passengers_is_left_out_and_what_would_give_it_away(shown: Told) -> None:
    nations = {row["code"]: row for row in shown.figures["by_nationality"]}
    assert nations["IND"]["passengers_change"] == 0.15
    assert nations["ISL"]["passengers"] is None
    assert (nations["ISL"]["passengers_change"], nations["ISL"]["nowcast_passengers"]) == (None, None)
    # a single one that is left out would follow from the sum: the smallest of the others goes with it
    assert nations["FRA"]["passengers"] is None
    assert [row[1] for row in shown.tables[-1].cells] == ["1,105", "×", "×"]


def test_a_month_before_of_few_passengers_is_left_out_with_the_change() -> None:
    rows = [{**CAME, "nationality_code": "FRA", "passengers": 15, "previous_passengers": 9, "nowcast_passengers": None}]
    (only,) = answers.shown(rows, {"FRA": "ฝรั่งเศส"})
    assert (only["passengers"], only["previous_passengers"], only["passengers_change"]) == (15, None, None)


def test_cards_and_tables_hold_the_figures_of_the_last_month(shown: Told) -> None:
    assert [card.text for card in shown.cards] == ["250", "20", "140", "1,127"]
    assert shown.tables[0].cells == [
        ["2026-02", "200", "10.00%", "25.00%", "10.00%", "1,127", "1,150 (ณ วันที่ 10)", "+25.0%"]
    ]
    assert set(shown.marts.values()) <= set(shown.figures)


def test_buses_beside_the_roads(shown: Told) -> None:
    assert [(row["congested"], row["late_share"]) for row in shown.figures["beside_roads"]] == [
        (False, 0.25),
        (True, 0.5),
    ]


def test_picture_draws_no_zero_where_a_figure_may_not_be_shown() -> None:
    axes = Figure().subplots()
    rows: list[dict[str, Any]] = [
        {"name_th": "อินเดีย", "passengers": 1105, "nowcast_passengers": 1111},
        {"name_th": "ไอซ์แลนด์", "passengers": None, "nowcast_passengers": None},
    ]
    picture.nationalities(axes, rows, "2026-02")
    assert [text.get_text() for text in axes.texts] == ["1,105", "×"]
    assert [list(point) for point in np.asarray(axes.collections[0].get_offsets())] == [[1111, 0]]


def test_picture_is_written(tmp_path: Path, shown: Told) -> None:
    shown.draw(tmp_path / "transport.png")
    assert (tmp_path / "transport.png").read_bytes().startswith(b"\x89PNG")
