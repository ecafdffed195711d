"""What canary accounts ask, and how answer and event are held against the policy: each difference is told."""

import datetime as dt
from typing import Any

import pytest
from tests import policykit
from tests.policykit import CONTRACTS, member

from khlang.errors import InputError
from khlang.policy import people, proof
from khlang.policy.compile import granted, policy, rules
from khlang.policy.proof import Ask, Given
from khlang.policy.request import narrowed

DAY = dt.date(2026, 12, 2)
HELD = policy(CONTRACTS, [policykit.project()], DAY, [member("mof.officer"), member("province10.officer")])
RULES = rules(CONTRACTS, HELD)
ASKS = {(one.user, one.name): one for one in proof.asks(CONTRACTS, HELD)}
MASKED = ASKS["province10.canary", "demo.welfare_eligibility"]
ZEROS = (0, *(0 for _ in MASKED.columns))
#: The project's table of persons, from outside of its workspace: nothing is given.
WALL = ASKS["canary.poverty", "poverty.welfare_eligibility"]


def event(one: Ask, **changes: Any) -> dict[str, Any]:
    """What Trino tells of a canary's query where it does what the policy says."""
    read = {
        "schema": one.schema, "table": one.table.versioned, "as": one.user, "columns": list(one.columns),
        "filters": 1 if one.rule.get("filter") else 0, "masks": len(one.masked),
    }  # fmt: skip
    return {"kind": "completed", "query": "q", "user": one.user, "tables": [read | changes]}


def test_a_canary_is_given_what_its_twins_are_and_no_account_of_a_person() -> None:
    assert {user for user, _ in ASKS} == {
        "mof.canary", "province10.canary", "canary.poverty", "canary.poverty@workspace"
    }  # fmt: skip
    for canary, twin in (("mof.canary", "mof.officer"), ("province10.canary", "province10.officer")):
        mine = [granted(RULES, canary, one.schema, one.table.name) for one in ASKS.values() if one.user == canary]
        theirs = [granted(RULES, twin, one.schema, one.table.name) for one in ASKS.values() if one.user == canary]
        assert [{**rule, "user": ""} if rule else {} for rule in mine] == [
            {**rule, "user": ""} if rule else {} for rule in theirs
        ]
    assert not WALL.rule
    assert ASKS["canary.poverty@workspace", "poverty.welfare_eligibility"].rule
    assert not ASKS["mof.canary", "demo.linked_records"].rule, "what is withheld is asked for, too"
    assert policy(CONTRACTS, [], DAY).staff == {}


def test_the_statement_counts_and_shows_nothing() -> None:
    assert MASKED.sql.startswith("SELECT count_if(NOT coalesce(province_code = '10', false)), count(\"pid\")")
    assert MASKED.sql.endswith("FROM lake.demo.welfare_eligibility")
    assert "debt_baht" in MASKED.masked


@pytest.mark.parametrize(
    ("given", "changes", "told"),
    [
        ({}, {}, None),
        ({"row": (3, *ZEROS[1:])}, {}, "rows beside its filter"),
        ({"row": (0, 7, *ZEROS[2:])}, {}, "masked columns: pid"),
        ({"refused": "PERMISSION_DENIED"}, {}, "was refused (PERMISSION_DENIED)"),
        ({}, {"filters": 0}, "under no filter"),
        ({}, {"masks": 0}, "under no mask"),
        ({}, {"masks": 1}, "under 1 masks"),
        ({}, {"table": "another_v1"}, "does not name the table"),
    ],
)
def test_each_difference_is_told(given: dict[str, Any], changes: dict[str, Any], told: str | None) -> None:
    lines = proof.wrong(MASKED, Given(**({"query": "q", "row": ZEROS} | given)), event(MASKED, **changes), RULES)
    assert bool(lines) == bool(told)
    assert not told or told in " ".join(lines)


def test_an_answer_without_its_event_is_told() -> None:
    assert proof.wrong(MASKED, Given("q", ZEROS), None, RULES) == [
        "was answered, and the ledger has no event of that query"
    ]


def test_a_wall_that_gives_way_is_told() -> None:
    assert proof.wrong(WALL, Given(refused="PERMISSION_DENIED"), None, RULES) == []
    (line,) = proof.wrong(WALL, Given("q", (0, 1)), event(WALL), RULES)
    assert "gives it nothing" in line


def test_nobody_is_called_like_a_canary() -> None:
    for name in ("mof.canary", "province10.canary"):
        with pytest.raises(InputError) as refused:
            member(name)
        assert refused.value.code == "POLICY-LOGIN"
    with pytest.raises(InputError, match="canary"):
        narrowed(policykit.request(people=["canary"]), CONTRACTS)
    with pytest.raises(InputError):
        people.of("mof.canary", CONTRACTS)
