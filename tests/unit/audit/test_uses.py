"""The table of uses says what the ledger says: an owner's dataset, a month, a project, an account, a table."""

from typing import Any

from tests.ownerkit import used
from tests.policykit import CONTRACTS

from khlang import settings as settings_
from khlang.policy import staff
from khlang.serve import uses


def later(number: int) -> dict[str, Any]:
    event = used(number)
    return event | {"query": event["query"].replace("20261201", "20270103")}


def test_each_month_is_counted_by_itself() -> None:
    made = uses.frame([used(1), used(2), later(3)], CONTRACTS)
    mine = made.filter(agency="mof").select("used_month", "queries", "rows_told", "last_used_on")
    mine = mine.unique().sort("used_month")
    assert [one[:3] for one in mine.rows()] == [("2026-12", 2, 24), ("2027-01", 1, 12)]
    assert [str(day) for *_, day in mine.rows()] == ["2026-12-01", "2027-01-03"]
    assert set(made["reader"]) == {"analyst-a.poverty"}
    assert set(made["used_schema"]) == {"poverty"}


def test_what_is_done_on_the_page_is_no_use_and_nothing_used_is_an_empty_table() -> None:
    made = uses.frame([{"kind": "page", "query": "pageab", "user": "mof.first", "tables": []}], CONTRACTS)
    assert made.height == 0
    assert made.columns == [column.name for column in CONTRACTS[uses.NAME].stored]


def test_an_agencys_staff_are_given_their_rows_of_it_only() -> None:
    roles = staff.load(settings_.load().contracts / "staff.yaml", CONTRACTS)
    rules = staff.rules(staff.member("mof.officer", roles, CONTRACTS), CONTRACTS)
    (mine,) = [rule for rule in rules if uses.NAME in rule["table"]]
    assert (mine["schema"], mine["filter"]) == ("ops", "agency = 'mof'")
