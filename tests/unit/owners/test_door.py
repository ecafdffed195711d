"""Who gets in at the owners' page, and who is put out again: cookie, token, origin, headers, failures, time."""

import importlib
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from tests import ownerkit
from tests.audit_memory import Memory
from tests.ownerkit import KEEPER, OTHER, OWNER, Browser, browser

from khlang.errors import AccessError
from khlang.landing.gateway import create_app
from khlang.owners import door, sessions
from khlang.owners.sessions import Sessions, Throttle
from khlang.policy import people
from khlang.policy.people import Account
from khlang.settings import Settings
from khlang.stack import access, secrets, services

HERE = "/mof"
ME = Account(OWNER, "owner", "mof")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return ownerkit.founded(tmp_path_factory.mktemp("owners"))


@pytest.fixture
def web(here: Settings) -> Browser:
    return browser(here)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_cookie_is_of_this_host_for_no_script_and_for_this_site_only(web: Browser) -> None:
    answer = web.sign_in(OWNER)
    (cookie,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/owners/mof")
    assert cookie.key == "__Host-khlang"
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "strict")
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert web.get(HERE).status_code == 200


def test_a_cookie_from_before_is_worth_nothing_after_sign_in(web: Browser) -> None:
    web.sign_in(OWNER)
    before = web.cookies[ownerkit.COOKIE]
    web.sign_in(OWNER)
    after = web.cookies[ownerkit.COOKIE]
    assert before != after
    web.cookies.clear()
    assert web.get(HERE, cookie=before).status_code == 401
    planted = web.get(HERE, cookie="planted")
    assert planted.status_code == 401


@pytest.mark.parametrize("path", ["/mof", "/mof/uses", "/mof/projects/poverty", "/keeper"])
def test_who_is_not_signed_in_sees_the_sign_in_page_only(web: Browser, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 401
    assert "Who is missed by welfare" not in answer.text
    assert "csrf" not in answer.text


@pytest.mark.parametrize(
    ("path", "data"),
    [("/sign-in", {}), ("/sign-out", {}), ("/mof/projects/poverty", {"action": "consent", "why": "within our law"})],
)
@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ""},
                                     {"Sec-Fetch-Site": "cross-site"}])  # fmt: skip
def test_another_site_changes_nothing(here: Settings, path: str, data: dict[str, str], headers: dict[str, str]) -> None:
    web = browser(here, name=OWNER)
    given = data | {"csrf": web.csrf(HERE), "account": OWNER, "password": ownerkit.password(here, OWNER)}
    answer = web.post(path, given, **headers)
    assert (answer.status_code, "OWNER-ORIGIN" in answer.text) == (403, True)
    assert web.get(HERE).status_code == 200


@pytest.mark.parametrize("path", ["/mof/projects/poverty", "/sign-out"])
@pytest.mark.parametrize("token", ["", "x" * 43, "ไทย"])
def test_a_form_without_the_sessions_token_changes_nothing(here: Settings, path: str, token: str) -> None:
    web = browser(here, name=OWNER)
    answer = web.post(path, {"csrf": token, "action": "consent", "why": "within our law"})
    assert (answer.status_code, "OWNER-CSRF" in answer.text) == (403, True)
    assert web.get(HERE).status_code == 200


def test_another_sessions_token_is_no_token(here: Settings) -> None:
    app = ownerkit.page(here)
    other = browser(here, app, OTHER)
    web = browser(here, app, OWNER)
    answer = web.post("/sign-out", {"csrf": other.csrf("/sso")})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", "/mof", "/mof/uses", "/nowhere/at/all", "/page.css", "/sso"])
def test_every_answer_has_its_headers(here: Settings, path: str) -> None:
    web = browser(here, name=OWNER)
    held = web.get(path).headers
    policy = held["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert held["X-Frame-Options"] == "DENY"
    assert held["X-Content-Type-Options"] == "nosniff"
    assert held["Cache-Control"] == "no-store"
    assert held["Referrer-Policy"] == "same-origin"
    assert int(held["Strict-Transport-Security"].removeprefix("max-age=").partition(";")[0]) >= 31536000


def test_signing_out_ends_the_session_at_the_server(here: Settings) -> None:
    web = browser(here, name=OWNER)
    cookie = web.cookies[ownerkit.COOKIE]
    answer = web.post("/sign-out", {"csrf": web.csrf(HERE)})
    assert (answer.status_code, "Max-Age=0" in answer.headers["Set-Cookie"]) == (200, True)
    assert web.get(HERE, cookie=cookie).status_code == 401


def test_a_session_ends_by_rest_and_by_age() -> None:
    clock = Clock()
    held = Sessions(clock)
    cookie = held.begin(ME, "th")
    clock.now += sessions.IDLE_SECONDS + 1
    assert held.of(cookie) is None
    cookie = held.begin(ME, "th")
    for _ in range(sessions.LONGEST_SECONDS // sessions.IDLE_SECONDS):
        clock.now += sessions.IDLE_SECONDS - 1
        assert held.of(cookie)
    clock.now += sessions.IDLE_SECONDS - 1
    assert held.of(cookie) is None


def test_who_fails_five_times_waits_even_with_the_right_password(here: Settings) -> None:
    web = browser(here)
    for _ in range(sessions.ACCOUNT_FAILURES):
        assert web.sign_in(OTHER, "wrong").status_code == 401
    answer = web.sign_in(OTHER)
    assert (answer.status_code, "OWNER-WAIT" in answer.text) == (429, True)
    assert web.sign_in(OWNER).status_code == 303


def test_one_address_waits_whichever_accounts_it_tries_and_waiting_ends() -> None:
    clock = Clock()
    held = Throttle(clock)
    for number in range(sessions.ADDRESS_FAILURES):
        held.require(f"mof.n{number}", "10.0.0.1")
        held.failed(f"mof.n{number}", "10.0.0.1")
    with pytest.raises(AccessError) as refused:
        held.require("mof.other", "10.0.0.1")
    assert refused.value.code == "OWNER-WAIT"
    held.require("mof.other", "10.0.0.2")
    clock.now += sessions.WAIT_SECONDS + 1
    held.require("mof.other", "10.0.0.1")


def test_less_than_a_hundred_guesses_an_hour_reach_an_account() -> None:
    clock, tried = Clock(), 0
    held = Throttle(clock)
    for number in range(3600):
        clock.now += 1
        try:
            held.require(OWNER, f"10.0.{number // 250}.{number % 250}")
        except AccessError:
            continue
        held.failed(OWNER, f"10.0.{number // 250}.{number % 250}")
        tried += 1
    assert tried < 100


@pytest.mark.parametrize(("name", "typed"), [
    (OWNER, ""), (OWNER, "wrong"), ("mof.nobody", "wrong"), ("analyst", None), ("", ""), (OWNER, "x" * 100),
])  # fmt: skip
def test_what_is_wrong_is_not_told(web: Browser, name: str, typed: str | None) -> None:
    answer = web.sign_in(name, ownerkit.password(web.settings, name) if typed is None else typed)
    assert (answer.status_code, "OWNER-SIGN-IN" in answer.text) == (401, True)
    assert "Set-Cookie" not in answer.headers
    assert typed in {None, ""} or str(typed) not in answer.text


def test_only_owners_and_keepers_hashes_are_with_the_gateway(here: Settings) -> None:
    assert set(people.hashes(here)) == {OWNER, OTHER, KEEPER}
    trinos = access.passwords_file(here).read_text()
    assert all(f"{name}:{hashed}\n" in trinos for name, hashed in people.hashes(here).items())
    assert (here.registry / "accounts.hashes").stat().st_mode & 0o777 == 0o600


def test_a_new_password_and_a_lost_account_end_what_is_open(tmp_path: Path) -> None:
    here = ownerkit.founded(tmp_path)
    web = browser(here, name=OWNER)
    secrets.trino_password_file(here, OWNER).unlink()
    access.apply(here)
    assert web.get(HERE).status_code == 401
    web.sign_in(OWNER)
    assert web.get(HERE).status_code == 200
    people.remove(here, OWNER)
    assert web.get(HERE).status_code == 401


def test_a_form_has_an_end(web: Browser) -> None:
    answer = web.post("/sign-in", {"account": "x" * door.LARGEST_FORM})
    assert (answer.status_code, "OWNER-FORM" in answer.text) == (413, True)


def test_sign_ins_stand_in_the_ledger_and_no_password(here: Settings) -> None:
    objects: Any = Memory()
    browser(here, ownerkit.page(here, objects), OWNER)
    whole = b"".join(objects.held.values())
    assert b'"sign-in"' in whole
    assert OWNER.encode() in whole
    assert ownerkit.password(here, OWNER).encode() not in whole


def test_the_gateway_serves_the_page_where_the_stack_names_it_and_nowhere_else(tmp_path: Path) -> None:
    here = ownerkit.founded(tmp_path)
    module, _, function = services.OWNERS_PAGE.partition(":")
    plain, full = create_app(here), create_app(here)
    getattr(importlib.import_module(module), function)(full)
    assert browser(here, plain).get("/").status_code == 404
    answer = browser(here, full).get("/")
    assert (answer.status_code, 'name="password"' in answer.text) == (200, True)
    assert services.OWNERS_PAGE in services.find("gateway").launch(here).argv
    for app in (plain, full):
        app.state.desk.close()
