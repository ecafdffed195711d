"""How many links of the second route are right: counted by rows against the truth, with no key."""

from pathlib import Path

import polars as pl
import pytest

from khlang import contracts, settings
from khlang.demo import linked

MINE = pl.DataFrame({"row_number": [1, 2, 3, 4, 5], "cid": [11, 12, 13, 14, 15], "fault": ["blank"] * 4 + [None]})
THEIRS = pl.DataFrame({"pid": [101, 102, 103], "cid": [11, 12, 13]})
LINKS = pl.DataFrame({"row_number": [1, 2, 4], "pid": [101, 103, 102], "weight": [0.999, 0.95, 0.6]})


def test_a_link_is_right_where_both_rows_are_about_one_person() -> None:
    assert linked.judged(LINKS, MINE, THEIRS).rows() == [(0.999, True), (0.95, False), (0.6, False)]


def test_a_link_to_nobody_of_the_register_or_of_no_known_row_is_wrong() -> None:
    strange = pl.DataFrame({"row_number": [1, 9], "pid": [999, 101], "weight": [0.9, 0.9]})
    assert linked.judged(strange, MINE, THEIRS)["is_right"].to_list() == [False, False]


def test_only_whom_the_register_has_could_be_found() -> None:
    assert linked.findable(MINE, THEIRS)["is_findable"].to_list() == [True, True, True, False]


def test_figures_by_threshold() -> None:
    told = linked.measured(linked.judged(LINKS, MINE, THEIRS), linked.findable(MINE, THEIRS))
    assert [row["weight_from"] for row in told] == [0.99, 0.9, 0.5]
    assert [(row["linked"], row["right"], row["records"], row["findable"]) for row in told] == [
        (1, 1, 4, 3), (2, 1, 4, 3), (3, 1, 4, 3),
    ]  # fmt: skip
    assert [row["precision"] for row in told] == [1, 0.5, pytest.approx(1 / 3)]
    assert [row["recall"] for row in told] == [pytest.approx(1 / 3)] * 3
    assert told[0]["f1"] == pytest.approx(2 * 1 * (1 / 3) / (1 + 1 / 3))


def test_without_links_there_is_no_precision_and_nobody_was_found() -> None:
    told = linked.measured(linked.judged(LINKS.clear(), MINE, THEIRS), linked.findable(MINE, THEIRS))
    assert {(row["precision"], row["recall"], row["f1"]) for row in told} == {(None, 0.0, 0.0)}


def test_a_row_is_known_by_its_line_in_the_office_s_file(tmp_path: Path) -> None:
    here = settings.load({"KHLANG_VAR": str(tmp_path)})
    table = contracts.load(here.contracts)["welfare_registrants"]
    truth = here.truth / "second" / table.name / "2026-01.parquet"
    rowmap = here.agency(table.agency) / "rowmap" / table.name / "2026-01" / "x.parquet"
    for path in (truth, rowmap):
        path.parent.mkdir(parents=True)
    pl.DataFrame({"line": [2, 3], "cid": [11, 12], "fault": [None, "blank"]}).write_parquet(truth)
    canary = {"row_number": [1, 2, 3], "source_file": ["f", None, "f"], "source_row": [3, None, 2]}
    pl.DataFrame(canary).write_parquet(rowmap)
    told = linked.whose(here, table, "2026-01", "x")
    assert sorted(told.rows()) == [(1, 12, "blank"), (3, 11, None)]
