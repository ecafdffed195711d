"""The ledger against the gateway's list and the rules of the time: each kind of gap is found, and nothing else."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from tests.ownerkit import used

from khlang import settings as settings_
from khlang.audit import reconcile, requests
from khlang.audit.event import identity
from khlang.audit.reconcile import Rules
from khlang.audit.requests import Requests
from khlang.errors import IntegrityError
from khlang.policy import versions

MORNING = dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)
MINE: dict[str, Any] = {
    "user": r"analyst-a\.poverty", "catalog": "lake", "schema": "poverty", "table": "welfare_eligibility_v1",
    "privileges": ["SELECT"],
}  # fmt: skip
LOADER = {"user": "loader", "catalog": "lake", "privileges": ["SELECT", "GRANT_SELECT"]}
NOTHING: dict[str, Any] = {"privileges": []}
EVENTS = [used(number) for number in range(1, 5)]
TAKEN = [identity(event) for event in EVENTS]


def held(*rules: dict[str, Any], at: dt.datetime = MORNING) -> Rules:
    return Rules(at, [*rules, NOTHING])


def reading(**changes: Any) -> list[dict[str, Any]]:
    event = used(1)
    return [event | {"tables": [event["tables"][0] | changes]}]


def test_what_agrees_has_no_gap() -> None:
    assert reconcile.untold(TAKEN, EVENTS, TAKEN) == []
    assert reconcile.unlawful(EVENTS, [held(MINE)]) == []
    assert reconcile.unlawful(EVENTS, []) == []


def test_what_the_gateway_took_and_the_ledger_lost_is_named() -> None:
    (told,) = reconcile.untold(TAKEN, [EVENTS[0], *EVENTS[2:]], TAKEN)
    assert told.startswith(EVENTS[1]["query"])
    assert "ledger has it not" in told


def test_what_was_put_into_the_ledger_by_another_hand_is_named() -> None:
    (told,) = reconcile.untold(TAKEN[:2], EVENTS[:3], TAKEN[:2])
    assert told.startswith(EVENTS[2]["query"])
    assert "never took it" in told


def test_a_ledger_that_is_older_than_the_list_is_judged_from_where_the_list_begins() -> None:
    assert reconcile.untold(TAKEN[2:], EVENTS, TAKEN[2:]) == []


def test_what_is_told_while_the_ledger_is_read_is_no_gap() -> None:
    assert reconcile.untold(TAKEN[:3], EVENTS[:3], TAKEN) == []


def test_what_is_done_on_the_page_came_by_no_request_of_trino() -> None:
    assert reconcile.untold(TAKEN, [*EVENTS, {"kind": "page", "query": "pageab", "tables": []}], TAKEN) == []


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (held(), "which no rules of that time gave"),
        (held(MINE | {"user": r"analyst-a\.other"}), "which no rules of that time gave"),
        (held(MINE | {"privileges": []}, MINE), "which no rules of that time gave"),
        (held(MINE | {"filter": "agency = 'mof'"}), "without the filter"),
        (held(MINE | {"columns": [{"name": "debt_baht", "mask": "NULL"}]}), "without the masks"),
    ],
)
def test_a_query_that_gave_more_than_the_rules_of_its_time_is_named(rules: Rules, said: str) -> None:
    told = reconcile.unlawful(EVENTS, [rules])
    assert len(told) == len(EVENTS)
    assert all(said in one for one in told)


def test_filters_and_masks_that_were_applied_are_no_gap() -> None:
    rules = held(MINE | {"filter": "agency = 'mof'", "columns": [{"name": "debt_baht", "mask": "NULL"}]})
    assert reconcile.unlawful(reading(filters=1, masks=1), [rules]) == []
    assert reconcile.unlawful(reading(filters=1, columns=["pid"]), [rules]) == []


def test_behind_a_view_its_makers_right_counts() -> None:
    assert reconcile.unlawful(reading(**{"as": "loader"}), [held(LOADER)]) == []
    assert reconcile.unlawful(reading(**{"as": ""}), [held(LOADER)])


def test_the_rules_of_the_time_count_and_not_todays() -> None:
    nine = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)  # the queries come a few seconds later
    given, taken = held(MINE), held(at=nine + dt.timedelta(minutes=5))
    assert reconcile.unlawful(EVENTS, [given, taken]) == []
    assert reconcile.unlawful(EVENTS, [given, held(at=nine - dt.timedelta(minutes=5))])
    assert reconcile.unlawful(EVENTS, [held(), held(MINE, at=nine)]) == []
    assert reconcile.unlawful(EVENTS, [held(MINE, at=nine + dt.timedelta(minutes=5))]) == []  # none held yet


def test_a_query_that_failed_gave_nothing() -> None:
    assert reconcile.unlawful([EVENTS[0] | {"state": "FAILED"}], [held()]) == []


def test_what_trino_tells_everybody_of_what_is_visible_needs_no_rule() -> None:
    assert reconcile.unlawful(reading(schema="information_schema"), [held()]) == []


def test_the_gateways_list_holds_each_event_once(tmp_path: Path) -> None:
    here = settings_.load({"KHLANG_VAR": str(tmp_path)})
    assert requests.every(here) == []
    for _ in range(2):
        taken = Requests(requests.path(here))
        for one in TAKEN:
            taken.note(one)
        taken.close()
    assert requests.every(here) == TAKEN


def test_rules_are_noted_when_they_change_and_nobody_changes_them_after(tmp_path: Path) -> None:
    here = settings_.load({"KHLANG_VAR": str(tmp_path)})
    assert versions.every(here) == []
    given: list[dict[str, Any]] = [{"tables": []}, {"tables": []}, {"tables": [MINE]}, {"tables": []}]
    for number, rules in enumerate(given):
        versions.note(here, rules, MORNING + dt.timedelta(hours=number))
    found = versions.every(here)
    assert [len(one.rules["tables"]) for one in found] == [0, 1, 0]
    assert [one.at.hour for one in found] == [8, 10, 11]
    document = versions.folder(here) / f"{found[1].sha256}.json"
    document.write_bytes(document.read_bytes().replace(b"poverty", b"another"))
    with pytest.raises(IntegrityError) as refused:
        versions.every(here)
    assert refused.value.code == "POLICY-VERSION"
    book = versions.folder(here) / "book.jsonl"
    book.write_bytes(b"".join(book.read_bytes().splitlines(keepends=True)[1:]))
    with pytest.raises(IntegrityError):
        versions.note(here, {}, MORNING)
