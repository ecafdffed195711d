"""The agency's page: who gets in, what an upload may be called, and that no value of a row is ever on it."""

import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import agency_kit

from khlang.agency import receipts
from khlang.agency.ui import security
from khlang.agency.ui.desk import Desk
from khlang.agency.ui.server import Server
from khlang.errors import InputError


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> agency_kit.Kit:
    """An agency that is set up."""
    return agency_kit.make(tmp_path_factory.mktemp("ui"))


@pytest.fixture
def server(kit: agency_kit.Kit) -> Iterator[Server]:
    """The page, listening."""
    desk = Desk(kit.home)
    with Server(desk) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        made.shutdown()
        thread.join()
    desk.drawer.close()


@pytest.fixture
def browser(server: Server) -> Iterator[httpx.Client]:
    """One that came through the link."""
    base = f"http://127.0.0.1:{server.server_port}"
    with httpx.Client(base_url=base, headers={"Origin": base}, trust_env=False) as client:
        assert client.get(server.link).status_code == 303
        yield client


def test_the_link_opens_once_and_sets_a_strict_cookie(server: Server) -> None:
    first, again = (httpx.get(server.link, trust_env=False) for _ in range(2))
    assert first.status_code == 303
    assert again.status_code == 403
    assert {"HttpOnly", "SameSite=Strict"} <= set(first.headers["Set-Cookie"].split("; "))
    assert "Set-Cookie" not in again.headers
    assert server.door.csrf not in again.text


def test_without_the_cookie_nothing_is_shown(server: Server) -> None:
    answer = httpx.get(server.link.partition("?")[0], trust_env=False)
    assert answer.status_code == 403
    assert "UI-SESSION" in answer.text
    assert server.door.csrf not in answer.text


@pytest.mark.parametrize(("name", "value", "code"), [
    ("Host", "evil.example:80", "UI-HOST"), ("Origin", "http://evil.example", "UI-ORIGIN"),
    ("Origin", "null", "UI-ORIGIN"),
])  # fmt: skip
def test_another_site_is_refused(browser: httpx.Client, name: str, value: str, code: str) -> None:
    answer = browser.get("/", headers={name: value})
    assert answer.status_code == 403
    assert code in answer.text


def test_a_change_without_an_origin_is_refused(browser: httpx.Client, server: Server) -> None:
    del browser.headers["Origin"]
    answer = browser.post("/seal", data={"csrf": server.door.csrf})
    assert answer.status_code == 403
    assert "UI-ORIGIN" in answer.text


def test_a_change_needs_the_token_of_the_form(browser: httpx.Client) -> None:
    file = {"file": ("a.csv", b"x")}
    for answer in (browser.post("/seal", data={"csrf": "x"}), browser.post("/file", data={"csrf": "x"}, files=file)):
        assert answer.status_code == 403
        assert "UI-CSRF" in answer.text


def test_the_policy_lets_nothing_in_from_elsewhere(browser: httpx.Client) -> None:
    answer = browser.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "//" not in answer.text
    assert not [one for one in ("<style", "style=", "onclick", "<script>") if one in answer.text]


@pytest.mark.parametrize("given", ["../../x.csv", "..\\..\\x.csv", "/etc/x.csv", "C:\\a\\x.csv", "a/\x00x.csv"])
def test_a_name_never_leads_out_of_the_folder(given: str) -> None:
    assert security.file_name(given) == "x.csv"


@pytest.mark.parametrize("given", ["", "..", "/", "\x00", "x" * 200])
def test_a_name_of_nothing_is_refused(given: str) -> None:
    with pytest.raises(InputError, match="ชื่อไฟล์"):
        security.file_name(given)


def test_an_id_is_never_a_path(browser: httpx.Client, server: Server) -> None:
    answer = browser.post("/send", data={"csrf": server.door.csrf, "submission": "/etc"})
    assert answer.status_code == 400
    assert "UI-ID" in answer.text


def test_a_month_is_looked_at_and_sealed_without_a_value_on_any_page(
    kit: agency_kit.Kit, browser: httpx.Client, server: Server, tmp_path: Path
) -> None:
    rows = agency_kit.registrants(300)
    file = tmp_path / "มกราคม.csv"
    agency_kit.write_csv(file, rows)
    token = {"csrf": server.door.csrf}
    dataset = kit.home.bundle().contracts.by_agency("mof")[0].name
    asked = {"dataset": dataset, "period": "2569-01"}
    seen = [expect_done(browser, "/file", token | asked, {"file": ("../มกราคม.csv", file.read_bytes())})]
    held = next((kit.home.path / "ui").rglob("*.csv"))
    assert [stat.S_IMODE(one.stat().st_mode) for one in (held, held.parent)] == [0o600, 0o700]
    assert (held.name, held.read_bytes()) == ("มกราคม.csv", file.read_bytes())
    assert server.desk.seen.preview, seen[0]
    codes = [one["code"] for one in server.desk.seen.preview["findings"] if one["needs_answer"]]
    if codes:
        seen.append(expect_done(browser, "/check", token | asked | {"accept": codes}))
    seen.append(expect_done(browser, "/seal", token))
    assert receipts.find(kit.home, kit.home.submissions()[0].name[:6]).is_dir()
    assert not (kit.home.path / "ui").exists()
    values = {str(row["pid"]) for row in rows}
    assert not [value for value in values for text in seen if value in text]


def expect_done(browser: httpx.Client, path: str, data: dict[str, Any], files: dict[str, Any] | None = None) -> str:
    """Ask for something and wait for its page."""
    answer = browser.post(path, data=data, files=files)
    assert answer.headers.get("Location") == "/working", answer.text
    until = time.monotonic() + 10
    while not (now := browser.get("/progress").json())["ended"]:
        assert time.monotonic() < until
    assert now["then"] != "/failed", browser.get("/failed").text
    return browser.get(now["then"]).text
