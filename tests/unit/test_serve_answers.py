"""The answer by province: what is shown of it, and what is drawn."""

from pathlib import Path
from typing import Any

import pytest

from khlang import settings
from khlang.errors import SetupError
from khlang.serve import plots
from khlang.serve.answers import Answer, answer, province_names

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


def test_suppressed_cells_are_not_drawn(shown: Answer, tmp_path: Path) -> None:
    figure = plots.welfare(shown, tmp_path / "welfare.png")
    widths = [[bar.get_width() for bar in container] for container in figure.axes[0].containers]
    assert widths == [[100, 90, 40], [30]]
    assert [text.get_text() for text in figure.axes[0].texts] == [plots.NOT_SHOWN] * 2
    assert (tmp_path / "welfare.png").read_bytes().startswith(b"\x89PNG")


def test_a_machine_without_a_thai_font_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "FONTS", ("No Such Font",))
    with pytest.raises(SetupError) as told:
        plots.thai_font()
    assert told.value.exit_code == 10
    assert "fonts-thai-tlwg" in told.value.remedy
