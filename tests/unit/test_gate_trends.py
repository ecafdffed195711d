"""Bands learned of a dataset's own past: how they are reckoned, kept in a reviewed file, judged, and shown."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.unit.test_gates_judge import TABLE, good

from khlang import contracts, gates
from khlang.contracts import Quality, trends
from khlang.errors import ContractError
from khlang.gates import docs, history, learning, sparkline

YEAR = [f"2025-{month:02d}" for month in range(1, 13)]


def learned(**arguments: Any) -> contracts.Table:
    """The dataset with one learned band in its expectations."""
    said = {"measure": "rows", "minimum": 150, "maximum": 250} | arguments
    quality = Quality("GATE-TREND", None, said, "warning", "learned", "expectations")
    return replace(TABLE, quality=(*TABLE.quality, quality))


def band(name: str, values: dict[str, float]) -> learning.Band:
    found = learning.learn(TABLE, {period: {name: value} for period, value in values.items()})
    (made,) = found
    return made


def test_what_is_measured_is_no_value_of_a_row() -> None:
    known = contracts.load()
    for table in known.datasets:
        names = trends.measures(table)
        assert "rows" in names
        held = {column.name for column in table.columns if column.identifier or column.free_text}
        assert not [each for each in names.values() if each.column in held and each.kind != "null"], table.name


def test_two_months_teach_nothing() -> None:
    assert learning.learn(TABLE, {"2025-01": {"rows": 5.0}, "2025-02": {"rows": 5.0}}) == []


def test_a_band_is_the_median_and_four_times_its_straying() -> None:
    # 100, 110, 120: median 110, distances 10, 0, 10, their median 10; 4 × 1.4826 × 10 = 59.304.
    made = band("rows", {"2025-01": 100, "2025-02": 110, "2025-03": 120})
    assert [made.minimum, made.maximum] == pytest.approx([50.696, 169.304], abs=0.001)
    assert not made.seasonal


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("rows", 1000.0, (800.0, 1200.0)),  # nothing strays: a fifth of the rows
        ("null__pid", 0.01, (0.0, 0.03)),  # a share: two in a hundred, and none is below zero
        ("null__pid", 0.99, (0.97, 1.0)),
    ],
)
def test_a_band_is_never_narrower_than_its_floor(name: str, value: float, wanted: tuple[float, float]) -> None:
    made = band(name, dict.fromkeys(YEAR[:3], value))
    assert (made.minimum, made.maximum) == pytest.approx(wanted)


def test_one_odd_month_does_not_move_the_band() -> None:
    made = band("rows", {**dict.fromkeys(YEAR[:5], 1000.0), "2025-06": 90_000.0})
    assert made.maximum == pytest.approx(1200)


def test_from_a_year_on_each_month_has_its_own_band() -> None:
    # A harvest in May: 5,000 rows, else 1,000. The band of all months knows 1,000 only; that of May is around 5,000.
    made = band("rows", {period: 5000.0 if period.endswith("-05") else 1000.0 for period in YEAR})
    assert made.maximum == pytest.approx(1200)
    assert list(made.seasonal["05"]) == pytest.approx([4000, 6000])
    assert list(made.seasonal["06"]) == pytest.approx([800, 1200])
    table = learned(minimum=800, maximum=1200, seasonal={"05": [4000, 6000]})
    assert trends.beyond(table, {"rows": 5000}, period="2026-05") == {"trend_beyond__rows": 0}
    assert trends.beyond(table, {"rows": 5000}, period="2026-06") == {"trend_beyond__rows": 3800}
    assert trends.beyond(table, {"rows": 500}, period="2026-05") == {"trend_beyond__rows": 3500}


def test_only_what_was_promoted_last_is_history() -> None:
    def decision(verdict: str, version: int, rows: int) -> dict[str, Any]:
        told = {"period": "2025-01", "verdict": verdict, "txn_version": version}
        return told | {"metrics": {"trends": {"rows": rows}}}

    older = {"period": "2024-12", "verdict": "promoted", "txn_version": 1, "metrics": {"rows": 3}}  # before it was kept
    told = [decision("promoted", 2, 7), decision("promoted", 1, 5), decision("refused", 3, 9), older]
    assert learning.history(told) == {"2025-01": {"rows": 7.0}}


def test_the_proposal_is_part_of_a_file_that_people_write(tmp_path: Path) -> None:
    from khlang.gates.cli import put

    months = {period: {"rows": 200.0, "null__pid": 0.0} for period in YEAR}
    bands = learning.learn(TABLE, months)
    file = put(tmp_path, TABLE, bands)
    assert [each["implementation"]["measure"] for each in said(file)] == ["rows", "null__pid"]
    by_hand = "# Why: see the letter.\nquality:\n  - name: GATE-COUNT\n    severity: warning\n"
    file.write_text(by_hand, encoding="utf-8")
    put(tmp_path, TABLE, bands[:1])
    put(tmp_path, TABLE, bands[1:])
    text = file.read_text(encoding="utf-8")
    assert text.startswith(by_hand), "what a person wrote was changed"
    assert [each["name"] for each in said(file)] == ["GATE-COUNT", "GATE-TREND"], "learned twice, and both kept"
    assert "seasonal" in said(file)[1]["implementation"]


def said(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))["quality"]
    return found


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"measure": "mean__pid"}, "mean__pid is not measured of vehicles"),
        ({"minimum": "few"}, "a bound is no number"),
        ({"minimum": 300}, "a band is upside down"),
        ({"seasonal": {"13": [1, 2]}}, "or of no month"),
        ({"seasonal": {"05": [2, 1]}}, "a band is upside down"),
        ({"seasonal": {"05": 7}}, "a bound is no number"),
    ],
)
def test_a_band_of_nothing_is_refused(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(ContractError, match=told) as refused:
        contracts.rules(learned(**arguments))
    assert "expectations/welfare/vehicles.yaml" in refused.value.message


def test_a_month_outside_is_a_warning_unless_the_contract_says_more() -> None:
    table = learned()
    within = good() | trends.beyond(table, {"rows": 200}, period="2026-01")
    outside = good() | trends.beyond(table, {"rows": 40}, period="2026-01")
    assert gates.judge(within, table).failures == ()
    (failure,) = gates.judge(outside, table).failures
    assert (failure.rule_id, failure.severity, failure.count) == ("vehicles/GATE-TREND/rows", "warning", 110)
    assert gates.judge(outside, table).promoted
    strict = replace(table, quality=tuple(replace(q, severity="critical") for q in table.quality))
    assert not gates.judge(outside, strict).promoted


def decision(period: str, rows: int, sequence: int = 1) -> dict[str, Any]:
    told = {
        "agency": "dlt", "dataset": "vehicles", "period": period, "submission": "ab" * 16, "sequence": sequence,
        "revision": 100, "verdict": "promoted", "rows_in": rows, "rows_curated": rows, "rows_quarantined": 0,
        "seconds": {}, "rejects": [],
    }  # fmt: skip
    return told | {"metrics": {"trends": {"rows": rows, "null__pid": 0.0}}}


def test_the_page_of_a_dataset_shows_every_month_with_its_band(tmp_path: Path) -> None:
    table = learned()
    for period, rows in (("2026-01", 200), ("2026-02", 210), ("2026-03", 90)):
        verdict = gates.judge(good() | trends.beyond(table, {"rows": rows}, period=period), table)
        docs.write(tmp_path, table, decision(period, rows), verdict)
    page = (tmp_path / "vehicles" / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"https?://|<script|<link|@import", page)
    assert page.count("<svg") == 2, "one picture a figure that was measured"
    assert "<title>2026-03: 90</title>" in page
    assert page.count('fill="#b4432f"') == 1, "the one month outside of its band is marked"
    assert "งวดล่าสุดมี 1 ตัวเลขอยู่นอกช่วง" in page
    assert "vehicles/GATE-TREND/rows" in page
    links = re.findall(r'href="([^"]+)"', page)
    assert links == ["../index.html", *(f"2026-{month}-000001.html" for month in ("03", "02", "01"))]
    assert all((tmp_path / "vehicles" / link).exists() for link in links)


def test_of_a_corrected_month_the_last_promoted_counts(tmp_path: Path) -> None:
    verdict = gates.judge(good(), TABLE)
    for sequence, rows in ((1, 100), (2, 300)):
        docs.write(tmp_path, TABLE, decision("2026-01", rows, sequence), verdict)
    refused = decision("2026-01", 5, 3) | {"verdict": "refused"}
    docs.write(tmp_path, TABLE, refused, verdict)
    (month,) = history.months(tmp_path / "vehicles")
    assert (month["trends"]["rows"], month["page"]) == (300, "2026-01-000002.html")


def test_a_page_without_figures_says_so(tmp_path: Path) -> None:
    """Results of before figures were kept."""
    docs.write(tmp_path, TABLE, decision("2026-01", 7) | {"metrics": {}}, gates.judge(good(), TABLE))
    file = tmp_path / "vehicles" / "2026-01-000001.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    del told["trends"]
    file.write_text(json.dumps(told), encoding="utf-8")
    assert "ยังไม่มีตัวเลขรายเดือน" in history.write(tmp_path / "vehicles", TABLE).read_text(encoding="utf-8")


def test_a_line_of_one_month_and_of_no_change_can_be_drawn() -> None:
    one = sparkline.svg([sparkline.Point("2026-01", 5.0, "5")], "rows")
    assert one.count("<circle") == 1
    flat = sparkline.svg([sparkline.Point(period, 5.0, "5") for period in YEAR], "rows")
    assert flat.count('cy="22.0"') == 12, "in the middle, where there is no height to show"
