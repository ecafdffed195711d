"""A constraint judges a value in Python as its SQL judges it in a database, and describes itself."""

import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from khlang.contracts import Constraint, Table, ddl, load, polars_schema, record_rules, rules, sealed_columns
from khlang.contracts.constraints import Between, NotAfterPeriod, NotBelow, NotNull, OneOf, OnTime

CONTRACTS = load(Path(__file__).parents[3] / "contracts")
PERIOD = "2026-02"
CASES: list[tuple[Constraint, list[tuple[Any, bool]]]] = [
    (NotNull("c"), [(None, True), ("", False), ("x", False)]),
    (OneOf("c", "sex", ("1", "2")), [(None, False), ("1", False), ("3", True), ("11", True), ("", True)]),
    (Between("c", "0", "10"), [(None, False), (-1, True), (0, False), (10, False), (10.5, True)]),
    (Between("c", "1650", None), [(None, False), (1649, True), (1650, False), (10**9, False)]),
    (Between("c", None, "5"), [(6, True), (-6, False)]),
    (NotAfterPeriod("c", month=True), [(None, False), ("2026-02", False), ("2026-03", True), ("2025-12", False)]),
    (
        NotAfterPeriod("c"),
        [(None, False), (dt.date(2026, 2, 28), False), (dt.date(2026, 3, 1), True), (dt.date(2569, 1, 1), True)],
    ),
    (OnTime("c"), [(None, False), ("2026-01", True), ("2026-02", False), ("2026-03", False)]),
]


@pytest.mark.parametrize(("constraint", "cases"), CASES, ids=lambda value: getattr(value, "code", None))
def test_python_and_sql_agree(constraint: Constraint, cases: list[tuple[Any, bool]]) -> None:
    with sqlite3.connect(":memory:") as base:
        base.create_function("date_format", 2, lambda day, _: day and day[:7])
        for value, is_bad in cases:
            stored = value.isoformat() if isinstance(value, dt.date) else value
            sql = f"SELECT {constraint.predicate_sql} FROM (SELECT ? AS c, ? AS period)"
            assert constraint.bad(value, PERIOD) is is_bad, value
            assert base.execute(sql, (stored, PERIOD)).fetchone() == (int(is_bad),), value
    base.close()


def test_python_and_sql_agree_on_two_columns() -> None:
    law = NotBelow("c", "d")
    wanted = {(1, 2): True, (2, 2): False, (3, 2): False, (None, 2): False, (1, None): False}
    with sqlite3.connect(":memory:") as base:
        for pair, is_bad in wanted.items():
            assert law.bad(pair, PERIOD) is is_bad, pair
            sql = f"SELECT {law.predicate_sql} FROM (SELECT ? AS c, ? AS d)"
            assert base.execute(sql, pair).fetchone() == (is_bad,), pair
    base.close()


EVERY = [*(case[0] for case in CASES), NotBelow("c", "d")]


@pytest.mark.parametrize("constraint", EVERY, ids=lambda each: type(each).__name__)
def test_a_constraint_describes_itself(constraint: Constraint) -> None:
    assert constraint.describe_en
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in constraint.describe_th)
    assert constraint.code


def metric(sql: str, table: Table, rows: list[dict[str, Any]]) -> Any:
    """A metric of the one pass, on SQLite: doubles without Spark's suffix, one distinct column at most."""
    names = [column.name for column in table.stored] + ["reason", "reason_column"]
    with sqlite3.connect(":memory:") as base:
        base.create_function("date_format", 2, lambda day, _: day and day[:7])
        base.execute(f"CREATE TABLE staged ({', '.join(names)})")
        holes = ", ".join("?" for _ in names)
        base.executemany(
            f"INSERT INTO staged VALUES ({holes})", [[{"period": PERIOD, **row}.get(n) for n in names] for row in rows]
        )
        answer = base.execute(f"SELECT {sql.replace('.0D', '.0')} FROM staged").fetchone()[0]
    base.close()
    return answer


GOOD = {"pid": 1, "moved_in_on": "2026-01-01", "sex_code": "1", "birth_year": 1980, "province_code": "10",
        "amphoe_code": "1001", "house_id": 5}  # fmt: skip
ONE_BAD = {
    "GATE-PID/pid": {"pid": None},
    "GATE-TYPE/birth_year": {"birth_year": None, "reason": "BAD-TYPE", "reason_column": "birth_year"},
    "GATE-RANGE/birth_year": {"birth_year": 2523},
    "GATE-NULL/birth_year": {"birth_year": None},
    "GATE-CODE/sex_code": {"sex_code": "9"},
    "GATE-CODE/amphoe_code": {"amphoe_code": "9999"},
    "GATE-PERIOD/moved_in_on": {"moved_in_on": "2026-03-01"},
    "GATE-DUPLICATE": {"reason": "DUPLICATE"},
}


@pytest.mark.parametrize("name", ONE_BAD)
def test_a_share_counts_the_bad_row_of_four(name: str) -> None:
    table = CONTRACTS["house_registry"]
    rule = next(each for each in rules(table) if each.id == f"house_registry/{name}")
    good = [{**GOOD, "pid": number} for number in (1, 2, 3)]
    assert metric(rule.metric_sql, table, good) == 0.0
    assert metric(rule.metric_sql, table, [*good, {**GOOD, "pid": 4, **ONE_BAD[name]}]) == 0.25
    assert metric(rule.metric_sql, table, []) == 0.0


def test_late_rows_are_told_and_kept() -> None:
    table = CONTRACTS["insured_persons"]
    late = next(rule for rule in rules(table) if rule.code == "GATE-LATE")
    assert late.radius == "extract"
    assert "RULE-LATE" not in {rule.code for rule in record_rules(table)}


def test_a_warning_holds_no_row_back() -> None:
    table = CONTRACTS["insured_persons"]
    base = next(rule for rule in rules(table) if rule.id.endswith("GATE-RANGE/wage_baht/base"))
    assert (base.severity, base.radius) == ("warning", "extract")
    ranges = [rule for rule in record_rules(table) if rule.code == "RULE-RANGE" and rule.column == "wage_baht"]
    assert len(ranges) == 1


def test_grain_identifiers_are_asked_first() -> None:
    codes = [(rule.code, rule.column) for rule in record_rules(CONTRACTS["insured_persons"])]
    assert codes[:2] == [("PID-MISSING", "pid"), ("PID-MISSING", "employer_id")]
    assert ("PID-MISSING", "pid") not in {(r.code, r.column) for r in record_rules(CONTRACTS["vehicles"])}


def test_only_curated_tables_and_marts_are_judged_and_only_curated_ones_by_the_row() -> None:
    judged = {table.layer for table in CONTRACTS.tables if rules(table)}
    assert judged == {"curated", "marts"}
    assert record_rules(CONTRACTS["welfare_eligibility"]) == ()


def test_ddl_and_sealed_columns() -> None:
    table = CONTRACTS["vehicles"]
    assert ddl(table) == (
        "vehicle_id BIGINT NOT NULL, pid BIGINT, vehicle_type_code STRING NOT NULL, first_registered_on DATE NOT NULL, "
        "province_code STRING, row_number BIGINT NOT NULL, period STRING NOT NULL"
    )
    assert sealed_columns(table) == (
        "row_number", "vehicle_id", "vehicle_id_reason", "pid", "pid_reason", "vehicle_type_code",
        "first_registered_on", "province_code",
    )  # fmt: skip


def test_polars_schema_has_every_stored_column() -> None:
    for table in CONTRACTS.tables:
        assert list(polars_schema(table)) == [column.name for column in table.stored]
