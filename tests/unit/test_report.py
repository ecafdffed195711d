"""The demo's report: what stands in it of the second route, where a linkage job has run and where none has."""

from typing import Any, cast

import pytest

from khlang.demo import report
from khlang.serve import linkage
from khlang.serve.client import Answer

PERIOD = "2026-01"
NAMES = ("dataset", "linked_dataset", "route", "weight_from", "records", "period")
BANDS = [("cid", 1.0, 500), ("second", 0.99, 35), ("second", 0.9, None), ("none", 0.0, 1234)]
NONE = ("extracts", "agencies", "marts", "outcomes", "link_rates", "places")
ROWS = [("visits", "people", *band, PERIOD) for band in BANDS]


#: Of a demo of the second route: one threshold that links, one above all weights.
QUALITY = [
    {"dataset": "visits", "linked_dataset": "people", "weight_from": 0.9, "records": 130, "findable": 128, "linked": 98,
     "right": 97, "precision": 97 / 98, "recall": 97 / 128, "f1": 2 * 97 / (98 + 128)},
    {"dataset": "visits", "linked_dataset": "people", "weight_from": 0.99, "records": 130, "findable": 128, "linked": 0,
     "right": 0, "precision": None, "recall": 0.0, "f1": 0.0},
]  # fmt: skip


def page(second: list[dict[str, Any]], quality: list[dict[str, Any]] | None = None) -> str:
    """The page of a demo in which nothing else happened."""
    parts: dict[str, Any] = {name: [] for name in NONE}
    parts |= {"plan": {"people": 1, "months": 1, "periods": [PERIOD]}, "equals_truth": True, "versions": {}}
    parts |= {"stages": {}, "linkage": {"groups": [], "rows": [], "joins": [], "second": second}}
    parts["linkage"] |= {"quality": quality or []}
    return report.page(parts, [], {"linkage": ""})


def test_the_second_route_is_told_by_weight_and_a_small_count_is_left_out() -> None:
    text = page([dict(zip(NAMES, row, strict=True)) for row in ROWS])
    section = text.split('id="second-route"')[1].split("</table>")[0]
    told = [line.split("</td>") for line in section.splitlines() if line.startswith("<tr><td>")]
    assert [cells[5].rpartition(">")[2] for cells in told] == ["500", "35", "×", "1,234"]
    assert [cells[4].rpartition(">")[2] for cells in told] == ["–", "0.99", "0.9", "–"]


def test_how_many_links_are_right_stands_below_where_the_simulator_knows_it() -> None:
    told = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
    section = page(told, QUALITY).split('id="second-route-quality"')[1].split("</table>")[0]
    cells = [
        [cell.rpartition(">")[2] for cell in line.split("</td>")] for line in section.splitlines() if "<td" in line
    ]
    assert [row[4:8] for row in cells] == [["98", "98.98%", "75.78%", "85.84%"], ["0", "–", "0.00%", "0.00%"]]
    assert "second-route-quality" not in page(told)


def test_without_a_linkage_job_nothing_is_said_of_it() -> None:
    assert "second-route" not in page([])


@pytest.mark.parametrize("there", [True, False])
def test_it_is_asked_for_only_where_it_is_served(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    def ask(_: object, sql: str, *__: object) -> Answer:
        if sql == linkage.IS_SECOND:
            return Answer(("Table",), ("varchar",), (("link_weights",),) if there else ())
        assert there, "what is not served cannot be asked"
        return Answer(NAMES, ("",) * len(NAMES), (*ROWS, ("visits", "people", "cid", 1.0, 400, "2025-12")))

    monkeypatch.setattr(linkage, "ask", ask)
    found = linkage.second_route(cast("Any", None), [PERIOD])
    assert [row["records"] for row in found] == ([500, 35, None, 1234] if there else [])
