"""How an agency waits for the key authority's service, and what of it is final; the service is a function here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import polars as pl
import pytest
from tests import agency_kit

from khlang import oprf
from khlang.agency import asking
from khlang.errors import AccessError, IntegrityError, KhlangError, ServiceError

SERVER = oprf.Server(bytes(32), "e01")
PEOPLE = [agency_kit.cid(n) for n in range(3)]
Ask = Callable[..., tuple[pl.DataFrame, list[float]]]


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": "no"}, headers=headers)


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Ask for three persons where the service first gives some answers, then evaluates."""

    def asked(*first: httpx.Response, server: oprf.Server = SERVER) -> tuple[pl.DataFrame, list[float]]:
        answers, waits = iter(first), list[float]()

        def service(request: httpx.Request) -> httpx.Response:
            return next(answers, None) or httpx.Response(200, content=server.evaluate(request.content))

        with httpx.Client(transport=httpx.MockTransport(service), base_url="https://keys") as web:
            asker = asking._Asker(
                web, kept, "e01", public_key=SERVER.public_key, tell=lambda *_: None, sleep=waits.append
            )
            return asker(pl.Series([*PEOPLE, None, "12", PEOPLE[0]]), "th-cid", True), waits

    kept = asking._Answered(tmp_path / "e01.sqlite", "ab" * 32)
    yield asked
    kept.close()


def test_each_row_has_its_pseudonym_or_its_reason(ask: Ask) -> None:
    frame, waits = ask()
    wanted = [SERVER.known(one, "th-cid") for one in PEOPLE]
    assert frame["s"].to_list() == [*wanted, None, None, wanted[0]]
    assert frame["reason"].to_list() == [None, None, None, "missing", "bad_format", None]
    assert waits == []


def test_a_short_wait_is_waited_for_as_the_service_says(ask: Ask) -> None:
    busy = problem(429, "BUSY", **{"retry-after": "3"})
    frame, waits = ask(busy, httpx.Response(503), busy)
    assert frame["s"].null_count() == 2
    assert waits == [3.0, 1.0, 3.0]


def test_what_was_answered_is_not_asked_again(ask: Ask) -> None:
    first, _ = ask()
    again, waits = ask(problem(500, "GONE"), problem(500, "GONE"))
    assert again.equals(first)
    assert waits == [], "nothing was asked"


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (problem(429, "VOPRF-QUOTA", **{"retry-after": "864000"}), AccessError, "VOPRF-QUOTA"),
        (problem(401, "TOKEN"), AccessError, "TOKEN"),
        (problem(422, "VOPRF-EPOCH"), IntegrityError, "VOPRF-EPOCH"),
    ],
)
def test_what_waiting_does_not_mend_is_told_at_once(
    ask: Ask, answer: httpx.Response, kind: type[KhlangError], code: str
) -> None:
    with pytest.raises(kind) as refused:
        ask(answer)
    assert refused.value.code == code
    if code == "VOPRF-QUOTA":
        assert "in 10 days" in refused.value.remedy


def test_a_service_that_stays_away_is_given_up(ask: Ask) -> None:
    with pytest.raises(ServiceError) as away:
        ask(*(httpx.Response(503) for _ in range(asking.TRIES)))
    assert away.value.code == "VOPRF-SERVICE"


def test_an_answer_under_another_key_ends_it_and_is_not_kept(ask: Ask) -> None:
    with pytest.raises(IntegrityError) as wrong:
        ask(server=oprf.Server(b"x" * 32, "e01"))
    assert wrong.value.code == "VOPRF-PROOF"
    assert ask()[0]["s"].to_list()[0] == SERVER.known(PEOPLE[0], "th-cid")
