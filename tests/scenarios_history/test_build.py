"""Histories on a lake in a folder: the same queries in Spark, append only, and nothing twice."""

from pathlib import Path

import pytest
from tests.historykit import SCENARIOS, History, rows
from tests.historyshop import Told
from tests.martkit import Shop


@pytest.fixture(scope="module")
def january(bare: Shop, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The history of one month; tests work on copies of it."""
    made = Told(bare.copied(tmp_path_factory.mktemp("january")))
    made.promote("2026-01", (1, "10", "1001"), (2, "50", "5001"))
    assert made.build() == [("person_address", "2026-01")]
    return made


@pytest.fixture
def told(january: Told, tmp_path: Path) -> Told:
    return january.copied(tmp_path)


def test_a_lake_tells_what_the_scenario_tells(bare: Shop, tmp_path: Path) -> None:
    case = SCENARIOS / "person_address" / "late_month"
    made = Told(bare.copied(tmp_path))
    for arrival in ("1", "2", "3"):
        month = [row for row in rows(case / "months.csv") if row["arrival"] == arrival]
        people = [(int(row["pid"]), row["province_code"], row["amphoe_code"]) for row in month]
        made.promote(month[0]["period"], *people)
    assert made.build() == [("person_address", period) for period in ("2026-01", "2026-03", "2026-02")]
    wanted = {(int(r["pid"]), *list(r.values())[1:]) for r in rows(case / "as_valid.csv")}
    assert made.facts("as_valid") == wanted
    at = "2026-02-07T12:00:00.000Z"  # after the second arrival
    known = {(int(r["pid"]), *list(r.values())[2:]) for r in rows(case / "as_known.csv") if r["known_at"] == "2"}
    assert made.facts("as_known", f"known_from <= '{at}' AND known_to > '{at}'") == known


def test_a_month_is_appended_and_no_file_is_written_again(told: Told) -> None:
    before = told.files()
    told.promote("2026-02", (1, "10", "1002"), (2, "50", "5001"))
    assert told.build() == [("person_address", "2026-02")]
    after = told.files()
    assert before.items() < after.items()
    assert told.records().where("period = '2026-02'").count() == 2  # 1's stay ends, another begins; 2 is in no record
    assert told.build() == []
    assert told.files() == after


def test_a_run_killed_before_its_mark_is_finished_without_a_second_row(told: Told, tmp_path: Path) -> None:
    count = told.records().count()
    mark = tmp_path / "receipts" / "_history" / "person_address_v1" / "000001-done.json"
    mark.unlink()
    assert told.build() == [("person_address", "2026-01")]
    assert mark.exists()
    assert told.records().count() == count


@pytest.mark.soak
def test_a_correction_after_a_run_killed_before_its_mark_still_ends_what_it_says_no_more(
    told: Told, tmp_path: Path
) -> None:
    """The month is in the table and nobody knows: without finishing it first, 2 would live in 5001 for good."""
    (tmp_path / "receipts" / "_history" / "person_address_v1" / "000001-done.json").unlink()
    told.promote("2026-01", (1, "10", "1002"))
    assert told.build() == [("person_address", "2026-01")] * 2
    assert told.facts("as_valid") == {(1, "10", "1002", "2026-01", "9999-12")}


def test_a_withdrawn_month_leaves_a_gap_and_what_was_known_stays(told: Told) -> None:
    told.promote("2026-02", (1, "10", "1001"), (2, "50", "5001"))
    told.promote("2026-03", (1, "10", "1001"))
    told.build()
    before = told.facts("as_valid")
    told.promote("2026-02", verdict="withdrawn")
    told.build()
    wanted = History()
    for period, people in (("2026-01", (1, 2)), ("2026-03", (1,))):
        wanted.arrive(period, {(n,): {1: ("10", "1001"), 2: ("50", "5001")}[n] for n in people})
    assert told.facts("as_valid") == {(key[0], *values, *span) for key, values, *span in wanted.as_valid()}
    at = "2026-02-08T12:00:00.000Z"  # before it was withdrawn
    assert told.facts("as_known", f"known_from <= '{at}' AND known_to > '{at}'") == before
