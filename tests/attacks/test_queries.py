"""A query and its result are their asker's alone: nobody else sees the statement, takes the rows or ends it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from tests.attackkit import LOGINS, LONG, connect
from tests.attacks.test_reach import guard_off

from khlang.serve import client
from khlang.settings import Settings

MINE, OTHERS = LOGINS
SECRET = 424_242  # stands in the statement, and in its answer
SLOW = LONG.replace("count(*)", f"count(*) * 0 + {SECRET}")


@contextmanager
def web(settings: Settings, account: str) -> Iterator[requests.Session]:
    """Trino's own door, as an account with its password."""
    with requests.Session() as session:
        session.trust_env, session.verify = False, str(settings.trino_ca)
        session.auth = (account, client.read_password(client.password_file(settings, account)))
        session.headers["X-Trino-User"] = account
        yield session


def begun(settings: Settings, asker: requests.Session) -> tuple[str, str]:
    """A long query that runs: its number, and the address of what comes next."""
    told = asker.post(f"{settings.trino_url}/v1/statement", SLOW).json()
    while "/executing/" not in told["nextUri"]:
        told = asker.get(told["nextUri"]).json()
    return told["id"], told["nextUri"]


def finished(asker: requests.Session, following: str) -> list[list[int]]:
    """What a query answers to who follows it to its end."""
    rows: list[list[int]] = []
    while following:
        told = asker.get(following).json()
        assert "error" not in told, told.get("error", {}).get("errorName")
        rows, following = rows + told.get("data", []), told.get("nextUri", "")
    return rows


def tries(settings: Settings, other: requests.Session, query: str, following: str) -> dict[str, tuple[int, str]]:
    """What somebody else gets who knows a query's number, and guesses the rest of its address."""
    slug = following.split("/")[-2]
    guessed = following.replace(slug, slug[:-1] + ("0" if slug[-1] != "0" else "1"))
    at = f"{settings.trino_url}/v1/query"
    ways = {
        "its page": ("GET", f"{at}/{query}"),
        "the list": ("GET", at),
        "killing it": ("PUT", f"{at}/{query}/killed"),
        "ending it": ("DELETE", f"{at}/{query}"),
        "its next rows": ("GET", guessed),
        "cancelling it": ("DELETE", guessed),
    }
    answers = {name: other.request(verb, address, data="for no reason") for name, (verb, address) in ways.items()}
    return {name: (answer.status_code, answer.text) for name, answer in answers.items()}


@pytest.mark.attack(
    "another's query by its number: its statement, its rows, its end; the list of all queries",
    guard="the compiled rules for queries; a secret in each address of a result",
    control="test_with_the_guard_off_anothers_query_is_seen_and_ended",
)
def test_nobody_sees_takes_or_ends_anothers_query(projects: Settings) -> None:
    with web(projects, MINE) as mine, web(projects, OTHERS) as other:
        query, following = begun(projects, mine)
        given = tries(projects, other, query, following)
        rows = finished(mine, following)
    assert [name for name, (_, text) in given.items() if str(SECRET) in text or query in text] == []
    refused = {name: status for name, (status, _) in given.items() if name != "the list"}
    assert set(refused.values()) <= {403, 404}, refused
    assert rows == [[SECRET]]


@pytest.mark.attack(
    "another's result by its whole address, as another account: measured, not denied",
    guard="none: the address is told to the asker alone, by TLS",
    control="test_who_has_the_whole_address_is_given_the_rows",
)
def test_who_has_the_whole_address_is_given_the_rows(projects: Settings) -> None:
    with web(projects, MINE) as mine, web(projects, OTHERS) as other:
        _, following = begun(projects, mine)
        assert finished(other, following) == [[SECRET]], "Trino holds it back now: say so in docs/privacy.md"


@pytest.mark.attack(
    "another's query killed or looked up by SQL",
    guard="the catalog system is closed",
    control="test_with_the_guard_off_anothers_query_is_seen_and_ended",
)
@pytest.mark.parametrize(
    "sql",
    ["CALL system.runtime.kill_query(query_id => '{}', message => 'x')", "SELECT query FROM system.runtime.queries"],
)
def test_nor_by_sql(projects: Settings, sql: str) -> None:
    with web(projects, MINE) as mine, connect(projects, OTHERS) as other:
        query, following = begun(projects, mine)
        with pytest.raises(client.QueryError, match="PERMISSION_DENIED"):
            client.ask(other, sql.format(query))
        assert finished(mine, following) == [[SECRET]]


def test_with_the_guard_off_anothers_query_is_seen_and_ended(projects: Settings) -> None:
    with guard_off(projects), web(projects, MINE) as mine, web(projects, OTHERS) as other:
        query, following = begun(projects, mine)
        given = tries(projects, other, query, following)
        assert str(SECRET) in given["its page"][1]
        assert query in given["the list"][1]
        with pytest.raises(AssertionError, match=r"ADMINISTRATIVELY_KILLED|USER_CANCELED"):
            finished(mine, following)
