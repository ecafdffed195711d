"""What a history has still to take in, and the contracts that fit no history."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from khlang import contracts
from khlang.contracts import facts
from khlang.errors import ContractError
from khlang.link.history.arrivals import Arrival, pending, stamp
from khlang.link.history.edit import end, following

START = datetime(2026, 2, 5, 10, 15, tzinfo=UTC)


def decided(period: str, version: int, hours: int, verdict: str = "promoted") -> tuple[dict[str, Any], datetime]:
    return {"period": period, "txn_version": version, "verdict": verdict}, START + timedelta(hours=hours)


def test_months_come_in_the_order_in_which_they_were_promoted() -> None:
    told = [decided("2026-02", 1, 0), decided("2026-01", 1, 1), decided("2026-01", 9, 2, "refused")]
    assert pending(told, taken={}) == [
        Arrival("2026-02", 1, "2026-02-05T10:15:00.000Z"),
        Arrival("2026-01", 1, "2026-02-05T11:15:00.000Z"),
    ]


def test_only_what_was_not_taken_in_and_of_each_month_the_last() -> None:
    told = [decided("2026-01", 1, 0), decided("2026-01", 3, 2), decided("2026-01", 2, 1), decided("2026-02", 1, 0)]
    found = pending(told, taken={"2026-02": 1})
    assert [(one.period, one.version) for one in found] == [("2026-01", 3)]


def test_a_withdrawal_is_taken_in_once_and_only_of_what_was_known() -> None:
    told = [decided("2026-01", 1, 0), decided("2026-01", 2, 1, "withdrawn"), decided("2026-02", 1, 2, "withdrawn")]
    assert [(one.period, one.version) for one in pending(told, taken={"2026-01": 1})] == [("2026-01", -2)]
    assert pending(told, taken={"2026-01": -2}) == []
    assert pending(told, taken={}) == []


def test_no_arrival_is_known_before_one_that_was_taken_in_already() -> None:
    told = [decided("2026-01", 1, 0), decided("2026-02", 1, 0)]
    last = stamp(START + timedelta(days=1))
    assert [one.known_from for one in pending(told, taken={}, last=last)] == [
        "2026-02-06T10:15:00.001Z",
        "2026-02-06T10:15:00.002Z",
    ]


def test_months_follow_each_other_over_the_year() -> None:
    assert (following("2025-12"), following("2026-01")) == ("2026-01", "2026-02")
    assert (end(["2026-01", "2025-12"]), end([])) == ("2026-02", "0000-00")


KNOWN = contracts.load()
ADDRESS = KNOWN["person_address"]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (replace(ADDRESS, inputs=("house_registry", "vehicles")), "one input"),
        (replace(ADDRESS, inputs=("welfare_by_amphoe",)), "one input"),
        (replace(ADDRESS, grain=("pid", "known_from", "valid_from")), "times of a history"),
        (replace(ADDRESS, columns=ADDRESS.columns[:-1]), "times of a history"),
        (replace(ADDRESS, inputs=("births",)), "no column"),
        (replace(ADDRESS, month_column="wage_month"), "no column wage_month"),
        (replace(KNOWN["person_job"], month_column=None), "two rows of one key"),
        (replace(ADDRESS, columns=(ADDRESS.columns[0], *ADDRESS.columns[-4:])), "tells nothing"),
    ],
)
def test_a_contract_that_is_no_history_is_refused(broken: contracts.Table, says: str) -> None:
    with pytest.raises(ContractError, match=says):
        facts.agree({**dict(KNOWN), broken.name: broken})
