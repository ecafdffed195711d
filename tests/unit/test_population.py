"""Whom a project counts with, month by month: figures counted by hand from a few rows, by the product's own query."""

import datetime as dt
from typing import Any

import duckdb
import polars as pl
import pytest
from tests import policykit

from khlang.contracts import polars_schema
from khlang.errors import InputError
from khlang.policy import owners
from khlang.policy.compile import granted, policy, rules
from khlang.policy.request import narrowed
from khlang.serve import population, workspace

CONTRACTS = policykit.CONTRACTS
ASKED = {"population_months": ["pid", "is_resident", "is_alive", "house_id", "amphoe_code", "mother_pid"]}
#: House 70 in amphoe 1001: persons 1 (who becomes a mother) and 2. House 71 in 5001: person 3, alone.
#: January: all three are registered. February: 2 has left the registry; the child of 1, person 4, was born on the 10th.
#: March: 4 is registered in house 70, and 3 has moved there.
HOMES: list[dict[str, Any]] = [
    {"period": "2026-01", "pid": 1, "house_id": 70, "birth_year": 1990, "sex_code": "2", "amphoe_code": "1001"},
    {"period": "2026-01", "pid": 2, "house_id": 70, "birth_year": 1988, "sex_code": "1", "amphoe_code": "1001"},
    {"period": "2026-01", "pid": 3, "house_id": 71, "birth_year": 1960, "sex_code": "1", "amphoe_code": "5001"},
    {"period": "2026-01", "pid": None, "house_id": 71, "birth_year": 1961, "sex_code": "2", "amphoe_code": "5001"},
    {"period": "2026-02", "pid": 1, "house_id": 70, "birth_year": 1990, "sex_code": "2", "amphoe_code": "1001"},
    {"period": "2026-02", "pid": 3, "house_id": 71, "birth_year": 1960, "sex_code": "1", "amphoe_code": "5001"},
    {"period": "2026-03", "pid": 1, "house_id": 70, "birth_year": 1990, "sex_code": "2", "amphoe_code": "1001"},
    {"period": "2026-03", "pid": 3, "house_id": 70, "birth_year": 1960, "sex_code": "1", "amphoe_code": "1001"},
    {"period": "2026-03", "pid": 4, "house_id": 70, "birth_year": 2026, "sex_code": "2", "amphoe_code": "1001"},
]
#: The birth as February's file has it, and again in March's: the same child and mother.
BIRTHS: list[dict[str, Any]] = [
    {"period": period, "row_number": 5, "pid": 1, "child_pid": 4, "born_on": dt.date(2026, 2, 10)}
    for period in ("2026-02", "2026-03")
]


def frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows of a contract's table; a column that is not told is empty."""
    schema = polars_schema(CONTRACTS[name])
    return pl.DataFrame([{column: row.get(column) for column in schema} for row in rows], schema=schema)


def built(
    homes: list[dict[str, Any]] = HOMES,
    births: list[dict[str, Any]] = BIRTHS,
    links: list[dict[str, Any]] | None = None,
) -> dict[tuple[str, int], dict[str, Any]]:
    """Month and person → the row."""
    given = {"house_registry": homes, "births": births, "second_links": links or []}
    with duckdb.connect() as engine:
        for name, rows in given.items():
            engine.register(name, frame(name, rows))
        answer = engine.execute(population.query({name: name for name in given}))
        columns = [column[0] for column in answer.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
    found = {(row["period"], row["pid"]): row for row in rows}
    assert len(found) == len(rows), "one row a person and month"
    return found


def count(rows: dict[tuple[str, int], dict[str, Any]], period: str, **wanted: Any) -> int:
    return sum(
        month == period and all(row[name] == value for name, value in wanted.items())
        for (month, _), row in rows.items()
    )


def test_columns_are_the_contracts() -> None:
    (row, *_) = built().values()
    assert set(row) == {column.name for column in CONTRACTS["population_months"].stored}


def test_residents_by_month_and_amphoe() -> None:
    rows = built()
    # January 3 of 3. February 2 (1 and 3) of 4: 2 has left, 4 is born and not registered. March 3 of 4: 1, 3, 4.
    assert [count(rows, f"2026-0{month}", is_resident=True) for month in (1, 2, 3)] == [3, 2, 3]
    assert [sum(month == f"2026-0{n}" for month, _ in rows) for n in (1, 2, 3)] == [3, 4, 4]
    # Amphoe 1001: 1 and 2; 1 alone; 1, 3 and 4. Amphoe 5001: 3; 3; nobody.
    assert [count(rows, f"2026-0{n}", is_resident=True, amphoe_code="1001") for n in (1, 2, 3)] == [2, 1, 3]
    assert [count(rows, f"2026-0{n}", is_resident=True, amphoe_code="5001") for n in (1, 2, 3)] == [1, 1, 0]


def test_alive_is_what_a_register_of_the_month_knows_and_never_guessed() -> None:
    rows = built()
    # February: 1 and 3 by the registry, 4 by its birth. Of 2 nobody knows anything from then on.
    assert [count(rows, f"2026-0{n}", is_alive=True) for n in (1, 2, 3)] == [3, 3, 3]
    assert [rows[f"2026-0{n}", 2]["is_alive"] for n in (1, 2, 3)] == [True, None, None]
    assert ("2026-01", 4) not in rows, "nobody stands in a month before the birth"


def test_who_left_has_no_home_and_keeps_sex_and_year_of_birth() -> None:
    gone = built()["2026-02", 2]
    assert (gone["house_id"], gone["household_members"], gone["amphoe_code"]) == (None, None, None)
    assert (gone["birth_year"], gone["sex_code"]) == (1988, "1")


def test_households() -> None:
    rows = built()
    # House 70: two, one, three members. A row without a number (House 71, January) is no member that can be told.
    assert [rows[f"2026-0{n}", 1]["household_members"] for n in (1, 2, 3)] == [2, 1, 3]
    assert rows["2026-01", 3]["household_members"] == 1
    assert {pid for (month, pid), row in rows.items() if month == "2026-03" and row["house_id"] == 70} == {1, 3, 4}


def test_a_child_has_its_mother_and_the_weight_of_that_link() -> None:
    rows = built()
    for month in ("2026-02", "2026-03"):
        child = rows[month, 4]
        assert (child["mother_pid"], child["mother_route"], child["mother_weight"]) == (1, "cid", 1.0)
    assert rows["2026-02", 4]["birth_year"] == 2026, "by the birth, before the registry has it"
    assert all(row["mother_pid"] is None for (_, pid), row in rows.items() if pid != 4)


def test_a_mother_of_the_second_route_bears_its_weight() -> None:
    link = {"dataset": "births", "period": "2026-03", "row_number": 5, "pid": 1, "route": "second", "weight": 0.8}
    nameless = [{**row, "pid": None} for row in BIRTHS]
    candidates = [{**link, "place": 1}, {**link, "pid": 2, "weight": 0.1, "place": 2}]
    rows = built(births=nameless, links=candidates)
    child = rows["2026-03", 4]
    assert (child["mother_pid"], child["mother_route"], child["mother_weight"]) == (1, "second", 0.8)
    assert rows["2026-02", 2]["is_alive"] is None, "a worse candidate has given no birth"
    assert built(births=nameless)["2026-03", 4]["mother_pid"] is None


def test_of_two_births_of_one_child_the_latest_counts() -> None:
    corrected = [BIRTHS[0], {**BIRTHS[1], "pid": 3}]
    assert built(births=corrected)["2026-03", 4]["mother_pid"] == 3


def test_without_births_the_registry_alone_is_counted() -> None:
    rows = built(births=[])
    assert [count(rows, f"2026-0{n}", is_resident=True) for n in (1, 2, 3)] == [3, 2, 3]
    assert ("2026-02", 4) not in rows
    assert not built(homes=[])


def test_a_request_asks_for_it_with_the_consent_of_whose_data_it_is() -> None:
    asked = policykit.request(tables=ASKED)
    assert owners.agencies(CONTRACTS, asked.tables) == ("dopa", "moph")
    (table,) = narrowed(asked, CONTRACTS)
    assert [column.name for column in table.stored] == [*ASKED["population_months"], "period"]
    with pytest.raises(InputError, match="grain"):
        narrowed(policykit.request(tables={"population_months": ["is_resident"]}), CONTRACTS)


def test_only_inside_of_the_workspace() -> None:
    document = rules(CONTRACTS, policy(CONTRACTS, [policykit.project()], policykit.START.date()))
    assert granted(document, "analyst-a.poverty@workspace", "poverty", "population_months")
    assert not granted(document, "analyst-a.poverty", "poverty", "population_months")
    assert not granted(document, "analyst", "demo", "population_months")


def test_every_table_for_projects_can_be_made() -> None:
    assert set(workspace.MADE) == {table.name for table in CONTRACTS.tables if table.layer == "projects"}
