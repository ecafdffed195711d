"""What a keeper orders on the page is done by the command's own call and with its rights, and told as it ends."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests import ownerkit, policykit
from tests.ownerkit import KEEPER, PROJECT, browser

from khlang.owners import routes
from khlang.policy import book
from khlang.projects import orders, steps
from khlang.settings import Settings
from khlang.stack import access

WHY, LATER_DAY = "the paper is under review", "2028-01-31"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    made = ownerkit.founded(tmp_path, "activate")
    ownerkit.put(made, "approved", policykit.events("approve", asked=policykit.request(name="approved")))
    return made


def order(web: ownerkit.Browser, action: str, name: str = PROJECT, **data: str) -> Any:
    given = {"csrf": web.csrf("/keeper"), "action": action, "why": WHY, "ends": LATER_DAY, "sure": "yes"}
    return web.post(f"/keeper/projects/{name}", given | data)


def readers(settings: Settings) -> bool:
    """Whether the rules that Trino reads give the project's people anything."""
    return f"analyst-a.{PROJECT}".replace(".", "\\\\.") in access.rules_file(settings).read_text(encoding="utf-8")


def test_a_keeper_extends_by_a_process_of_its_own(here: Settings) -> None:
    web = browser(here, name=KEEPER)
    assert "YYYY-MM-DD" in web.get(f"/keeper/projects/{PROJECT}").text
    answer = order(web, "extend")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/owners/keeper/projects/{PROJECT}?done")
    last = book.read(here, PROJECT).events[-1]
    assert (last.action, last.by, last.why, last.data) == ("extend", KEEPER, WHY, {"ends": LATER_DAY})
    assert readers(here), "rights follow from the book at once"


def test_what_fails_halfway_is_told_until_something_else_is_done(here: Settings) -> None:
    """Revoking takes rights first; then Trino is asked, which nobody started here."""
    access.apply(here, policykit.START.date())
    assert readers(here), "else it proves nothing"
    web = browser(here, name=KEEPER)
    assert order(web, "revoke").headers["Location"] == f"/owners/keeper/projects/{PROJECT}"
    told = orders.last(here, PROJECT)
    assert told is not None
    assert told.state == "failed"
    text = web.get(f"/keeper/projects/{PROJECT}").text
    assert ("Failed: Revoke" in text, told.code in text) == (True, True)
    assert (book.read(here, PROJECT).stage, readers(here)) == ("revoked", False)


REFUSED = [
    ("extend", {"ends": "tomorrow"}, 422, "PROJECT-REQUEST"),
    ("extend", {"ends": "2031-01-01"}, 422, "PROJECT-ENDS"),
    ("extend", {"why": " "}, 422, "PROJECT-WHY"),
    ("revoke", {"sure": ""}, 422, "OWNER-SURE"),
    ("revoke", {"csrf": "another"}, 403, "OWNER-CSRF"),
    ("activate", {}, 422, "PROJECT-STATE"),
    ("destroy", {}, 403, "OWNER-OTHER"),
]


@pytest.mark.parametrize(("action", "data", "status", "code"), REFUSED)
def test_what_the_command_refuses_never_begins(
    here: Settings, action: str, data: dict[str, str], status: int, code: str
) -> None:
    answer = order(browser(here, name=KEEPER), action, **data)
    assert (answer.status_code, code in answer.text) == (status, True)
    assert orders.last(here, PROJECT) is None


def test_who_consented_for_an_owner_does_not_extend(here: Settings) -> None:
    asked = policykit.request(name="mine", people=[KEEPER.replace(".", "-")])
    mine = [policykit.event("consent", by=KEEPER, agency=agency) for agency in policykit.AGENCIES]
    rest = [
        policykit.event("approve", by="keeper"),
        policykit.event("approve", by="second"),
        policykit.event("activate"),
    ]
    begun = [policykit.drafted(asked), policykit.event("submit", by="analyst-a")]
    ownerkit.put(here, "mine", [*begun, *mine, *rest])
    answer = order(browser(here, name=KEEPER), "extend", "mine")
    assert (answer.status_code, "PROJECT-EYES" in answer.text) == (403, True)


def test_one_order_at_a_time_and_one_that_was_broken_off_is_known(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that only holds the lock, as an activation does for minutes."""
    holds = ("/bin/sh", "-c", "cat >/dev/null; exec sleep 60")
    monkeypatch.setattr(orders, "PROGRAM", holds)
    monkeypatch.setattr(steps, "now", lambda: policykit.START)
    monkeypatch.setattr(routes, "ORDER_SECONDS", 0.2)
    started: list[Any] = []
    begin = orders._start
    monkeypatch.setattr(orders, "_start", lambda *given: started.append(begin(*given)) or started[-1])
    web = browser(here, name=KEEPER)
    page = "/keeper/projects/approved"
    assert "approved" in web.get("/keeper").text
    assert order(web, "activate", "approved").headers["Location"] == f"/owners{page}"
    text = web.get(page).text
    assert ("Being done: Activate" in text, 'value="activate"' in text) == (True, False)
    again = order(web, "activate", "approved")
    assert (again.status_code, "ORDER-BUSY" in again.text) == (422, True)
    started[0].kill()
    last = time.monotonic() + 30
    while "Broken off: Activate" not in web.get(page).text:
        assert time.monotonic() < last
        time.sleep(0.1)
    assert 'value="activate"' in web.get(page).text, "it can be ordered again"


def test_the_page_itself_never_loads_what_gives_rights() -> None:
    code = "import sys, khlang.owners.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "khlang.projects.orders" in loaded, "else it proves nothing"
    assert {"khlang.projects.keeping", "khlang.stack.access", "khlang.serve.workspace"}.isdisjoint(loaded)
