"""Histories on a lake in a folder: the same queries in Spark, append only, and nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from tests.historykit import SCENARIOS, History, rows
from tests.martkit import PID, Shop

from khlang import contracts
from khlang.contracts import facts
from khlang.link.history import build

START = datetime(2026, 2, 5, tzinfo=UTC)
NUMBERS = {pid: number for number, pid in PID.items()}


class Told:
    """A shop whose house registry comes a month at a time, and the decisions of curate on it."""

    def __init__(self, spark: SparkSession, root: Path) -> None:
        self.shop, self.decisions = Shop(spark, root), list[tuple[dict[str, Any], datetime]]()
        one = {name: table for name, table in self.shop.known.items() if name != "person_household"}
        self.lake = replace(self.shop.shop, contracts=contracts.Contracts(one, source=self.shop.known.source))

    def promote(self, period: str, *people: tuple[int, str, str], verdict: str = "promoted") -> None:
        number = len(self.decisions) + 1
        row = "({}, {}, 1960, '1', DATE'2000-01-01', '{}', '{}', 1, '{}')"
        made = (row.format(PID[n], 60 + n, province, amphoe, period) for n, province, amphoe in people)
        self.shop.curate("house_registry", period, ", ".join(made), number)
        decision = {"dataset": "house_registry", "period": period, "verdict": verdict, "txn_version": number}
        self.decisions.append((decision, START + timedelta(days=number)))

    def build(self) -> list[tuple[str, str]]:
        return build.build(self.lake, self.decisions)

    def records(self) -> DataFrame:
        return self.shop.shop.read("person_address")

    def facts(self, kind: str, where: str = "true") -> set[tuple[Any, ...]]:
        table = self.shop.known["person_address"]
        _, _, query = facts.views(table)[f"person_address_{kind}"]
        self.records().createOrReplaceTempView("told_records")
        asked = self.shop.spark.sql(query.format(table="told_records")).where(where)
        return {(NUMBERS[row[0]], *row[1:5]) for row in asked.collect()}

    def files(self) -> dict[str, int]:
        folder = Path(self.shop.at("history", "person_address"))
        return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}


@pytest.fixture
def told(local_spark: SparkSession, tmp_path: Path) -> Told:
    made = Told(local_spark, tmp_path)
    made.promote("2026-01", (1, "10", "1001"), (2, "50", "5001"))
    return made


def test_a_lake_tells_what_the_scenario_tells(local_spark: SparkSession, tmp_path: Path) -> None:
    case = SCENARIOS / "person_address" / "late_month"
    made = Told(local_spark, tmp_path)
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
    told.build()
    before = told.files()
    told.promote("2026-02", (1, "10", "1002"), (2, "50", "5001"))
    assert told.build() == [("person_address", "2026-02")]
    after = told.files()
    assert before.items() < after.items()
    assert told.records().where("period = '2026-02'").count() == 2  # 1's stay ends, another begins; 2 is in no record
    assert told.build() == []
    assert told.files() == after


def test_a_run_killed_before_its_mark_is_finished_without_a_second_row(told: Told, tmp_path: Path) -> None:
    told.build()
    count = told.records().count()
    mark = tmp_path / "receipts" / "_history" / "person_address_v1" / "000001-done.json"
    mark.unlink()
    assert told.build() == [("person_address", "2026-01")]
    assert mark.exists()
    assert told.records().count() == count


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
