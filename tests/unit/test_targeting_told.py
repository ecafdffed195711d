"""The targeting answer: what is shown of it, and what is drawn."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from matplotlib.figure import Figure

from khlang import settings
from khlang.domains.targeting import answers, asked, picture, told
from khlang.serve import client
from khlang.serve.told import Told

HOMES = {"households": 300, "poor_households": 100, "poor_households_without_registrant": 40}
HELD = {"registrants": 200, "ineligible_registrants": 30}
FEW = {"households": 60, "poor_households": 40, "poor_households_without_registrant": 4}
KNOWN = {"missed_persons": 100, "reached_persons": 150, "unaided_persons": 100, "older_alone_persons": 10}
CHANNELS = [
    {"period": "2026-01", "code": "LED", **KNOWN, "missed_persons": 40, "reached_persons": 45},
    {"period": "2026-01", "code": "MSDHS", **KNOWN, "unaided_persons": 60},
    {"period": "2026-01", "code": "NONE", **KNOWN, "missed_persons": 20, "reached_persons": 12},
    {"period": "2026-01", "code": "SCHEME", **KNOWN, "missed_persons": 90},
    {"period": "2026-01", "code": "UC", **KNOWN, "missed_persons": 250, "reached_persons": 495},
]
MONTH = {"period": "2026-01", **HOMES, **HELD}
REPLIES: dict[str, list[dict[str, Any]]] = {
    asked.COUNTRY: [MONTH, {**MONTH, "period": "2026-02"}],
    asked.BY_TYPE: [
        {"period": "2026-01", "code": "1", **HOMES, **HELD},
        {"period": "2026-01", "code": "2", **FEW, **HELD},
        {"period": "2026-01", "code": "3", **HOMES, **HELD, "poor_households_without_registrant": 20},
        {"period": "2026-01", "code": "9", **dict.fromkeys(HOMES, 0), **HELD},
        {"period": "2026-02", "code": "1", **HOMES, **HELD},
    ],
    asked.BY_PROVINCE: [
        {"period": "2026-01", "code": "50", **HOMES, **HELD},
        {"period": "2026-01", "code": "96", **HOMES, **HELD, "poor_households_without_registrant": 60},
        {"period": "2026-01", "code": "10", **FEW, **HELD},
        {"period": "2026-01", "code": "11", **HOMES, **HELD, "poor_households_without_registrant": 12},
    ],
    asked.BY_CHANNEL: CHANNELS,
    asked.MISSED_BY_PROVINCE: [
        {"period": "2026-01", "code": "50", "missed_persons": 100, "social_reached": 30},
        {"period": "2026-01", "code": "96", "missed_persons": 200, "social_reached": 40},
        {"period": "2026-01", "code": "11", "missed_persons": 50, "social_reached": 12},
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
    real = [answers.country({**MONTH, "poor_households_without_registrant": 32}, CHANNELS)]
    monkeypatch.setattr(client, "ask", lambda _, question: Replied(REPLIES[question]))
    monkeypatch.setattr(answers, "population", lambda *_: real)
    return told.tell(settings.load(), None, ["2026-01"])  # type: ignore[arg-type]  # nobody is connected to


def test_types_have_both_errors_and_no_small_count(shown: Told) -> None:
    rows = {row["code"]: row for row in shown.figures["by_type"]}
    assert rows["1"]["exclusion_error"] == 0.4
    assert rows["1"]["inclusion_error"] == 0.15
    assert [row["poor_households_without_registrant"] for row in rows.values()] == [40, None, None, 0], (
        "the couples, and the smallest other; outside the registry there is no household"
    )
    assert rows["2"]["exclusion_error"] is None
    assert rows["9"]["inclusion_error"] == 0.15
    assert rows["9"]["name_th"] == "ไม่พบในทะเบียนบ้าน"


def test_channels_come_in_their_order_and_each_missed_person_once(shown: Told) -> None:
    rows = shown.figures["by_channel"]
    assert [row["code"] for row in rows] == ["MSDHS", "LED", "UC", "SCHEME", "NONE"]
    assert [row["missed_persons"] for row in rows] == [100, 40, 250, 90, 20]
    assert [row["missed_share"] for row in rows] == [0.2, 0.08, 0.5, 0.18, 0.04]
    assert [row["reached_persons"] for row in rows] == [150, None, None, 150, None], (
        "five more than 40; five fewer than all 500; eight fewer than 20"
    )


def test_provinces_come_with_most_missed_first_and_no_small_count(shown: Told) -> None:
    rows = shown.figures["by_province"]
    assert [row["name_th"] for row in rows] == ["นราธิวาส", "เชียงใหม่", "สมุทรปราการ", "กรุงเทพมหานคร"]
    assert [row["poor_households_without_registrant"] for row in rows] == [60, 40, None, None]
    assert [row["social_share"] for row in rows] == [0.2, 0.3, None, None], "nobody of Bangkok is missed: small, too"


def test_the_country_has_both_questions_and_the_gap_to_what_is(shown: Told) -> None:
    month = shown.figures["by_period"][0]
    assert (month["missed_persons"], month["social_persons"], month["social_unaided"]) == (500, 100, 60)
    assert (month["nobody_persons"], month["older_alone_persons"]) == (20, 50)
    assert [card.text for card in shown.cards] == ["40", "30", "60"]
    assert shown.tables[0].cells == [["2026-01", "200", "30", "15.00%", "100", "40", "40.00%", "+25.0%"]]
    assert [row["period"] for row in shown.figures["by_period"]] == ["2026-01"]


def test_what_the_table_of_channels_leaves_out_the_country_leaves_out() -> None:
    """Of two rests that nobody may know one is told by the other and the sum."""
    few = [{**row, "missed_persons": 4} if row["code"] == "LED" else row for row in CHANNELS]
    month = answers.country(MONTH, few)
    assert month["nobody_persons"] is None, "20 of 464, the smallest beside the 4"
    assert month["social_persons"] == 100
    fewest = [{**row, "missed_persons": 15, "unaided_persons": 1} if row["code"] == "MSDHS" else row for row in few]
    month = answers.country(MONTH, fewest)
    assert (month["social_persons"], month["social_unaided"], month["nobody_persons"]) == (None, None, 20)


def test_what_is_in_the_population_is_counted_alike(tmp_path: Path) -> None:
    channels = pl.DataFrame(CHANNELS).rename({"code": "channel_code"})
    for mart, frame in (
        ("welfare_targeting", pl.DataFrame([MONTH])),
        ("welfare_missed", pl.concat([channels, channels])),
    ):
        folder = tmp_path / "population" / mart
        folder.mkdir(parents=True)
        frame.write_parquet(folder / "2026-01.parquet")

    class Here:
        truth = tmp_path

    row = answers.population(Here(), ["2026-01"])[0]  # type: ignore[arg-type]  # only the folder is asked for
    assert row["missed_persons"] == 1000, "two provinces"
    assert row["social_unaided"] == 120
    assert row["exclusion_error"] == 0.4


def test_the_picture_marks_what_may_not_be_shown(shown: Told, tmp_path: Path) -> None:
    axes = Figure().subplots(1, 2)
    picture.types(axes[0], shown.figures["by_type"], "2026-01")
    assert [text.get_text() for text in axes[0].texts] == ["100", "40", "100", "", "×", "×"]
    hidden: list[dict[str, Any]] = [
        {"name_th": "พม. (กลุ่มเปราะบาง)", "missed_persons": None},
        {"name_th": "ก", "missed_persons": 1200},
    ]
    picture.channels(axes[1], hidden, "2026-01")
    assert [text.get_text() for text in axes[1].texts] == ["×", "1,200"]
    shown.draw(tmp_path / "targeting.png")
    assert (tmp_path / "targeting.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_nothing_has_no_scale() -> None:
    axes = Figure().subplots()
    picture.channels(axes, [{"name_th": "ก", "missed_persons": None}], "2026-01")
    assert len(axes.get_xticks()) == 0
