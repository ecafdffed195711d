"""No access without every owner's consent and another person's approval, whatever is tried in whatever order."""

import datetime as dt
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import policykit
from tests.policykit import AGENCIES, event

from khlang.errors import AccessError, KhlangError, UsageError
from khlang.policy import life
from khlang.policy.life import Action, Event

TODAY = dt.date(2026, 12, 1)
PEOPLE = ("analyst-a", "analyst-b", "keeper", "second", *(f"{agency}-owner" for agency in AGENCIES))


def test_from_request_to_destruction() -> None:
    project = policykit.project()
    assert project.state(TODAY) == "active"
    assert project.state(dt.date(2027, 7, 1)) == "expired"
    after = dt.datetime(2029, 7, 1, tzinfo=dt.UTC)
    gone = life.after(life.after(project, event("expire", at=after)), event("destroy", at=after))
    assert gone.state(after.date()) == "destroyed"
    assert [one.action for one in gone.events[-3:]] == ["activate", "expire", "destroy"]


@pytest.mark.parametrize("missing", AGENCIES)
def test_one_owner_who_did_not_consent_is_enough_to_stop_it(missing: str) -> None:
    told = [one for one in policykit.events("consent") if one.data.get("agency") != missing]
    project = life.replay(told)
    assert project.missing == (missing,)
    with pytest.raises(UsageError) as refused:
        life.after(project, event("approve"))
    assert refused.value.code == "PROJECT-STATE"


@pytest.mark.parametrize("by", ["analyst-a", "analyst-b", f"{AGENCIES[0]}-owner"])
def test_nobody_with_an_interest_approves(by: str) -> None:
    with pytest.raises(AccessError) as refused:
        life.after(policykit.project("consent"), event("approve", by=by))
    assert refused.value.code == "PROJECT-EYES"


def test_four_eyes_are_those_of_two_people() -> None:
    once = life.after(policykit.project("consent"), event("approve", by="keeper"))
    assert once.stage == "consented"
    with pytest.raises(AccessError):
        life.after(once, event("approve", by="keeper"))
    assert life.after(once, event("approve", by="second")).stage == "approved"


def test_who_asks_does_not_consent_for_an_owner() -> None:
    with pytest.raises(AccessError) as refused:
        life.after(policykit.project("submit"), event("consent", by="analyst-b", agency=AGENCIES[0]))
    assert refused.value.code == "PROJECT-EYES"


def test_an_agency_whose_data_were_not_asked_for_has_no_say() -> None:
    with pytest.raises(AccessError) as refused:
        life.after(policykit.project("submit"), event("refuse", by="x", agency="nobody"))
    assert refused.value.code == "PROJECT-OWNER"


def test_a_refusal_takes_all_consents_back() -> None:
    refused = life.after(policykit.project("consent"), event("refuse", by="mof-owner", agency="mof"))
    again = life.after(refused, policykit.drafted())
    assert (refused.stage, again.stage, again.missing) == ("refused", "draft", AGENCIES)


@pytest.mark.parametrize(("by", "why"), [(" ", "reason"), ("keeper", ". ")])
def test_who_and_why_are_told(by: str, why: str) -> None:
    said = Event("submit", by, policykit.START.isoformat(), why)
    with pytest.raises(UsageError) as refused:
        life.after(policykit.project("draft"), said)
    assert refused.value.code == "PROJECT-WHY"


@pytest.mark.parametrize("ends", ["2027-06-30", "2027-01-01", "2030-01-01"])
def test_an_extension_is_later_and_before_the_destruction(ends: str) -> None:
    project = policykit.project()
    with pytest.raises(UsageError) as refused:
        life.after(project, event("extend", ends=ends, by="third"))
    assert refused.value.code == "PROJECT-ENDS"
    longer = life.after(project, event("extend", ends="2028-01-01", by="third"))
    assert longer.state(dt.date(2027, 12, 31)) == "active"


def test_what_is_in_escrow_is_not_destroyed() -> None:
    revoked = life.after(policykit.project(), event("revoke"))
    with pytest.raises(UsageError) as refused:
        life.after(revoked, event("destroy"))
    assert refused.value.code == "PROJECT-ESCROW"


TRIED = st.tuples(
    st.sampled_from(get_args(Action)),
    st.sampled_from(PEOPLE),
    st.sampled_from([*AGENCIES, "nobody"]),
    st.integers(0, 3000),
)


@given(st.lists(TRIED, max_size=60))
def test_whatever_is_tried_active_means_consented_and_approved_by_others(
    tried: list[tuple[Any, str, str, int]],
) -> None:
    project, day = policykit.project("submit"), policykit.START
    for action, by, agency, days in tried:
        more: dict[str, Any] = {"agency": agency} if action in {"consent", "refuse"} else {}
        more |= {"ends": "2028-01-01"} if action == "extend" else {}
        day += dt.timedelta(days=days / 100)
        said = policykit.drafted() if action == "draft" else event(action, by=by, at=day, **more)
        try:
            project = life.after(project, said)
        except KhlangError:
            continue
        if project.state(day.date()) == "active":
            approvers = set(project.approvals)
            assert set(project.consents) == set(AGENCIES)
            assert len(approvers) == project.approvals_needed
            assert not approvers & {*project.asked.people, *project.asked_by, *project.consents.values()}
            assert day.date().isoformat() <= project.ends
    assert life.replay(project.events) == project


def test_a_project_of_which_there_is_nothing() -> None:
    with pytest.raises(UsageError) as refused:
        _ = life.Project().asked
    assert (refused.value.code, refused.value.exit_code) == ("PROJECT-NONE", 2)
