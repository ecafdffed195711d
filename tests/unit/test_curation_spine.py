from itertools import permutations

import pytest

from khlang.curation.spine import resolve
from khlang.errors import IntegrityError


def p(first: str, second: str = "b" * 12, last: str = "c" * 8) -> str:
    return f"p1.e01.{first}{second}{last}"


A, B, C = p("0" * 12, "1" * 12), p("0" * 12, "2" * 12), p("0" * 12, "3" * 12)


def test_the_first_keeps_its_pid_and_later_ones_take_the_next_digits() -> None:
    given = resolve([("th-cid", B), ("th-cid", A)], {})
    assert given == {("th-cid", A): 0, ("th-cid", B): int("2" * 12, 16)}


def test_the_answer_does_not_hang_on_the_order_of_the_input() -> None:
    wanted = resolve([("th-cid", one) for one in (A, B, C)], {})
    assert all(resolve([("th-cid", one) for one in order], {}) == wanted for order in permutations((A, B, C)))


def test_who_stands_in_the_spine_already_keeps_its_pid() -> None:
    given = resolve([("th-cid", A)], {("th-cid", 0): B})
    assert given == {("th-cid", A): int("1" * 12, 16)}


def test_a_second_collision_takes_the_digits_after_that() -> None:
    taken = {("th-cid", 0): B, ("th-cid", int("1" * 12, 16)): C}
    assert resolve([("th-cid", A)], taken) == {("th-cid", A): int(A[-12:], 16)}


def test_a_house_and_a_person_may_share_a_pid() -> None:
    assert resolve([("th-cid", A), ("house", B)], {}) == {("th-cid", A): 0, ("house", B): 0}


def test_no_pid_left_is_said() -> None:
    taken = {("th-cid", 0): B, ("th-cid", int("1" * 12, 16)): C, ("th-cid", int(A[-12:], 16)): C}
    with pytest.raises(IntegrityError) as refused:
        resolve([("th-cid", A)], taken)
    assert (refused.value.code, refused.value.exit_code) == ("SPINE-PID", 25)
    assert A not in str(refused.value)
