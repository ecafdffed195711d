"""An owner sees and answers what concerns its agency, a keeper approves; what they do stands in the same book."""

from pathlib import Path
from typing import Any

import pytest
from tests import ownerkit, policykit
from tests.ownerkit import KEEPER, LATER, OTHER, OWNER, PROJECT, browser

from khlang.owners import scope
from khlang.policy import book
from khlang.settings import Settings

WHY = "within our law"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return ownerkit.founded(tmp_path)


def consent(web: ownerkit.Browser, agency: str, mine: str, action: str = "consent", name: str = PROJECT) -> Any:
    return web.post(f"/{agency}/projects/{name}", {"csrf": web.csrf(mine), "action": action, "why": WHY})


def test_an_owner_consents_and_it_is_the_owners_word_in_the_book(here: Settings) -> None:
    web = browser(here, name=OWNER)
    assert "Waiting for your agency" in web.get("/mof").text
    answer = consent(web, "mof", "/mof")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/owners/mof/projects/poverty?done")
    assert "Recorded" in web.get("/mof/projects/poverty?done").text
    assert "No request waits for you" in web.get("/mof").text
    held = book.read(here, PROJECT)
    assert held.consents == {"mof": OWNER}
    assert held.events[-1].why == WHY


def test_an_owner_refuses_and_a_reason_is_needed(here: Settings) -> None:
    web = browser(here, name=OWNER)
    bare = web.post("/mof/projects/poverty", {"csrf": web.csrf("/mof"), "action": "refuse", "why": " "})
    assert (bare.status_code, "PROJECT-WHY" in bare.text) == (422, True)
    assert consent(web, "mof", "/mof", "refuse").status_code == 303
    assert book.read(here, PROJECT).stage == "refused"


ATTACKS = [
    ("GET", "/sso", {}),
    ("GET", "/keeper", {}),
    ("GET", "/sso/uses", {}),
    ("GET", "/sso/projects/poverty", {}),
    ("POST", "/sso/projects/poverty", {"action": "consent", "why": WHY}),
    ("POST", "/sso/projects/poverty", {"action": "refuse", "why": WHY}),
]


@pytest.mark.parametrize(("method", "path", "data"), ATTACKS)
def test_another_owners_page_is_refused(here: Settings, method: str, path: str, data: dict[str, str]) -> None:
    before = book.path(here, PROJECT).read_bytes()
    web = browser(here, name=OWNER)
    answer = web.get(path) if method == "GET" else web.post(path, data | {"csrf": web.csrf("/mof")})
    assert (answer.status_code, "OWNER-OTHER" in answer.text) == (403, True)
    assert book.path(here, PROJECT).read_bytes() == before


@pytest.mark.parametrize(("method", "path", "data"), ATTACKS)
def test_with_the_guard_off_the_same_succeeds(
    here: Settings, monkeypatch: pytest.MonkeyPatch, method: str, path: str, data: dict[str, str]
) -> None:
    monkeypatch.setattr(scope, "require", lambda *_: None)
    before = book.path(here, PROJECT).read_bytes()
    web = browser(here, name=OWNER)
    answer = web.get(path) if method == "GET" else web.post(path, data | {"csrf": web.csrf("/mof")})
    assert answer.status_code == (200 if method == "GET" else 303)
    assert (book.path(here, PROJECT).read_bytes() != before) == (method == "POST")


@pytest.mark.parametrize(("name", "page", "action"), [
    (OWNER, "/mof", "approve"), (OWNER, "/mof", "activate"), (OWNER, "/mof", "destroy"), (OWNER, "/mof", ""),
    (OWNER, "/mof", "extend"), (OWNER, "/mof", "revoke"),
    (KEEPER, "/keeper", "consent"), (KEEPER, "/keeper", "destroy"),
])  # fmt: skip
def test_nobody_does_what_its_role_may_not(here: Settings, name: str, page: str, action: str) -> None:
    web = browser(here, name=name)
    answer = consent(web, page[1:], page, action, LATER)
    assert (answer.status_code, "OWNER-OTHER" in answer.text) == (403, True)


def test_a_keeper_approves_once_and_never_what_it_consented_to(here: Settings) -> None:
    web = browser(here, name=KEEPER)
    assert consent(web, "keeper", "/keeper", "approve", LATER).status_code == 303
    again = consent(web, "keeper", "/keeper", "approve", LATER)
    assert (again.status_code, "PROJECT-EYES" in again.text) == (403, True)
    assert book.read(here, LATER).approvals == (KEEPER,)


def test_of_another_agencys_people_nothing_is_told(here: Settings) -> None:
    other = browser(here, name=OTHER)
    consent(other, "sso", "/sso")
    web = browser(here, name=OWNER)
    text = web.get("/mof/projects/poverty").text
    assert OTHER not in text
    assert "1 of" in text
    keeper = browser(here, name=KEEPER)
    assert OTHER in keeper.get("/keeper/projects/poverty").text


@pytest.mark.parametrize("name", ["nothing", "poverty2"])
def test_what_does_not_concern_an_owner_is_not_there(here: Settings, name: str) -> None:
    asked = policykit.request(name="poverty2", tables={"crop_rain": ["amphoe_code", "period"]})
    ownerkit.put(here, "poverty2", [policykit.drafted(asked), policykit.event("submit", by="analyst-a")])
    web = browser(here, name=OWNER)
    answer = web.get(f"/mof/projects/{name}")
    assert answer.status_code == 404
    assert "poverty2" not in web.get("/mof").text


def test_an_owner_is_told_who_used_its_columns(here: Settings) -> None:
    web = browser(here, name=OWNER)
    mine = web.get("/mof/uses").text
    keeper = browser(here, name=KEEPER)
    all_ = keeper.get("/keeper/uses").text
    assert "analyst-a.poverty" in mine
    assert ">36<" in mine  # three queries of twelve rows
    assert "<td>sso</td>" not in mine
    assert all_.count("<tr>") > mine.count("<tr>")


def test_what_a_requester_wrote_is_text_on_the_page(here: Settings) -> None:
    evil = policykit.request(name="evil", purpose='<script>alert(1)</script>"onload=x')
    ownerkit.put(here, "evil", [policykit.drafted(evil), policykit.event("submit", by="analyst-a")])
    web = browser(here, name=OWNER)
    assert "<script" not in web.get("/mof/projects/evil").text


@pytest.mark.parametrize("lang", ["th", "en"])
def test_the_page_speaks_both(here: Settings, lang: str) -> None:
    web = browser(here, name=OWNER)
    text = web.get(f"/mof?lang={lang}").text
    assert f'<html lang="{lang}">' in text
    assert ("Waiting for" in text) == (lang == "en")
    assert f'<html lang="{lang}">' in web.get("/mof/uses").text
