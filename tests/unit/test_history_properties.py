"""Histories by property: any months, in any order, corrected and withdrawn at will."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.historykit import History, Month, expected

from khlang.contracts import facts

PERIODS = ("2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04")
#: Three persons, each absent or at one of two addresses (one of them half unknown).
MONTH = st.dictionaries(
    st.sampled_from([(1,), (2,), (3,)]), st.sampled_from([("10", "1001"), ("10", "1002"), ("50", None)]), max_size=3
)
ARRIVALS = st.lists(st.tuples(st.sampled_from(PERIODS), st.one_of(MONTH, MONTH, st.none())), min_size=1, max_size=9)


def told(arrivals: Sequence[tuple[str, Month | None]]) -> History:
    history = History()
    for period, month in arrivals:
        if month is not None or period in history.months:
            history.arrive(period, month)
    return history


@given(ARRIVALS)
@settings(max_examples=50)
def test_facts_are_the_runs_of_what_the_months_say_now(arrivals: list[tuple[str, Month | None]]) -> None:
    history = told(arrivals)
    assert history.as_valid() == expected(history.months)


@given(ARRIVALS)
@settings(max_examples=20)
def test_facts_of_one_person_never_overlap_and_lie_in_known_months(arrivals: list[tuple[str, Month | None]]) -> None:
    history = told(arrivals)
    last = max(history.months, default="")
    for number in range(1, history.arrivals + 1):
        found = history.as_known(number)
        for person in {fact[0] for fact in found}:
            spans = sorted(fact[2:] for fact in found if fact[0] == person)
            assert all(begin < end for begin, end in spans)
            assert all(first[1] <= second[0] for first, second in pairwise(spans))
    for _, _, begin, end in history.as_valid():
        months = [p for p in PERIODS if begin <= p < end and p <= last]
        assert months, "a fact of no month"
        assert set(months) <= set(history.months), "a fact in a month that is missing"


@given(ARRIVALS, st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_the_order_of_arrival_does_not_matter(arrivals: list[tuple[str, Month | None]], chance: object) -> None:
    history = told(arrivals)
    final = list(history.months.items())
    chance.shuffle(final)  # type: ignore[attr-defined]
    assert told(final).as_valid() == history.as_valid()


@given(ARRIVALS)
@settings(max_examples=20)
def test_what_was_known_stays_known(arrivals: list[tuple[str, Month | None]]) -> None:
    history, then = History(), {}
    for period, month in arrivals:
        if month is not None or period in history.months:
            history.arrive(period, month)
            then[history.arrivals] = history.as_valid()
    assert {number: history.as_known(number) for number in then} == then


@given(ARRIVALS)
@settings(max_examples=20)
def test_the_same_month_again_appends_nothing(arrivals: list[tuple[str, Month | None]]) -> None:
    history = told(arrivals)
    for period, month in list(history.months.items()):
        assert history.arrive(period, month) == 0


def test_what_is_appended_is_what_changed() -> None:
    """1,000 persons; in February one moves, one is gone, one comes: four records, and none for the others."""
    january = {(n,): ("10", "1001") for n in range(1000)}
    february = {**january, (1,): ("10", "1002"), (5000,): ("50", "5001")}
    del february[(2,)]
    history = History()
    assert history.arrive("2026-01", january) == 1000
    assert history.arrive("2026-02", february) == 4  # 1: ended and begun; 2: ended; 5000: begun
    assert history.arrive("2026-01", {**january, (3,): ("10", "1009")}) == 2  # 3: another January, and a February


@pytest.mark.parametrize("name", ["person_address", "person_household", "person_job"])
def test_every_history_has_its_two_views(name: str) -> None:
    history = History(name)
    assert list(facts.views(history.table)) == [f"{name}_as_valid", f"{name}_as_known"]
    assert history.as_valid() == history.as_known(1) == set()
