"""The rules of a policy: a login reads its project's columns while that is active, and nothing else of anybody."""

import datetime as dt

import pytest
from tests import policykit
from tests.policykit import CONTRACTS

from khlang.policy.compile import Right, diff, granted, policy, rights, rules, served, users
from khlang.policy.explain import Asked, explain
from khlang.policy.life import Action

ACTIVE, OVER = dt.date(2026, 12, 2), dt.date(2027, 7, 1)
LOGIN = "analyst-a.poverty"
INSIDE = "analyst-a.poverty@workspace"


def held_rights(day: dt.date, *, until: Action = "activate") -> set[Right]:
    whole = policy(CONTRACTS, [policykit.project()], ACTIVE)
    held = policy(CONTRACTS, [policykit.project(until)], day)
    document = rules(CONTRACTS, held)
    users_ = [LOGIN, INSIDE, "analyst-b.poverty", "analyst", "analyst-axpoverty", "analyst-axpoverty@workspace"]
    return rights(document, served(CONTRACTS, whole), users_)


def test_a_login_reads_what_was_asked_for_and_no_more() -> None:
    mine = {(one.table, one.column) for one in held_rights(ACTIVE) if one.user == INSIDE}
    of_project = {column for table, column in mine if table == "poverty.welfare_eligibility"}
    assert of_project == {"pid", "province_code", "debt_baht", "period"}
    assert not [table for table, _ in mine if table.startswith("demo.")]
    assert {table.partition(".")[0] for table, _ in mine} == {"poverty", "common", "ops"}
    outside = {(one.table, one.column) for one in held_rights(ACTIVE) if one.user == LOGIN}
    aggregates = {one for one in mine if one[0] not in {"poverty.welfare_eligibility", "poverty.population_months"}}
    assert outside == aggregates, "outside of its workspace a login reads aggregates"
    assert {column for table, column in outside if table == "poverty.welfare_by_amphoe"} >= {"registrants"}
    everybody = {(one.table, one.column) for one in held_rights(ACTIVE) if one.user == "analyst"}
    assert not [table for table, _ in everybody if table.startswith("poverty.")]


@pytest.mark.parametrize("until", ["draft", "submit", "consent", "approve"])
def test_before_activation_nobody_reads_anything(until: Action) -> None:
    assert not [right for right in held_rights(ACTIVE, until=until) if right[0] != "analyst"]


def test_after_the_last_day_nobody_reads_anything() -> None:
    assert not [right for right in held_rights(OVER) if right[0] in {LOGIN, INSIDE}]


def test_the_dot_of_a_login_is_a_dot() -> None:
    assert not [right for right in held_rights(ACTIVE) if right[0].startswith("analyst-axpoverty")]
    document = rules(CONTRACTS, policy(CONTRACTS, [policykit.project()], ACTIVE))
    assert granted(document, INSIDE, "poverty", "welfare_eligibility_v1")["privileges"] == ["SELECT"]
    assert granted(document, INSIDE, "poverty", "welfare_eligibility_v2") == {}
    assert {LOGIN, INSIDE} < set(users(document))


def test_a_difference_is_told_by_account_table_and_column() -> None:
    changes = diff(held_rights(ACTIVE, until="approve"), held_rights(ACTIVE))
    mine = [one for one in changes if one.user == INSIDE and one.table == "poverty.welfare_eligibility"]
    assert [(one.gains, one.loses) for one in mine] == [(("debt_baht", "period", "pid", "province_code"), ())]
    assert {one.user for one in changes} == {LOGIN, INSIDE, "analyst-b.poverty"}
    back = diff(held_rights(ACTIVE), held_rights(OVER))
    assert {(one.user, one.gains) for one in back} == {(user, ()) for user in (LOGIN, INSIDE, "analyst-b.poverty")}


@pytest.mark.parametrize(
    ("user", "table", "column", "day", "told"),
    [
        (INSIDE, "poverty.welfare_eligibility", "debt_baht", ACTIVE, ["may read", "Consents: dlt by dlt-owner"]),
        (LOGIN, "poverty.welfare_eligibility", "debt_baht", ACTIVE, ["may not read", "only inside the workspace"]),
        (LOGIN, "poverty.welfare_by_amphoe", "registrants", ACTIVE, ["may read", "Consents: dlt by dlt-owner"]),
        (LOGIN, "poverty.welfare_eligibility", "cars", ACTIVE, ["may not read", "was not asked for"]),
        (LOGIN, "poverty.welfare_eligibility", "debt_baht", OVER, ["may not read", "expired", "Only an active"]),
        ("analyst", "poverty.welfare_eligibility", "pid", ACTIVE, ["may not read", "none of its own"]),
        ("analyst", "demo.welfare_eligibility", "cars", ACTIVE, ["may read", "works in project demo"]),
        (LOGIN, "demo.welfare_eligibility", "cars", ACTIVE, ["may not read", "works in project poverty"]),
        ("analyst", "demo.spine", "pid", ACTIVE, ["may not read", "Nothing of this name is served"]),
    ],
)
def test_a_right_is_explained(user: str, table: str, column: str, day: dt.date, told: list[str]) -> None:
    lines = explain(CONTRACTS, {"poverty": policykit.project()}, day, Asked(user, table, column))
    text = "\n".join(lines)
    assert [part for part in told if part not in text] == []
    assert ("may not read" in lines[0]) == ("may not read" in told)
