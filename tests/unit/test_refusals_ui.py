"""Every refusal of the agency's page: as the browser gets it, and with nothing of an upload left behind."""

import io
import socket
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from tests import agency_kit
from tests.refusalkit import expect_official, expect_raised

from khlang.agency import submission
from khlang.agency.ui import desk as desk_
from khlang.agency.ui.desk import Desk, Work
from khlang.agency.ui.server import Server

ASKED = {"dataset": "welfare_registrants", "period": "2569-01"}


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> agency_kit.Kit:
    return agency_kit.make(tmp_path_factory.mktemp("ui"))


@pytest.fixture
def server(kit: agency_kit.Kit) -> Iterator[Server]:
    with Server(Desk(kit.home)) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        made.shutdown()
        thread.join()
        made.desk.clear()


@pytest.fixture
def browser(server: Server) -> Iterator[httpx.Client]:
    base = f"http://127.0.0.1:{server.server_port}"
    with httpx.Client(base_url=base, headers={"Origin": base}, trust_env=False) as client:
        assert client.get(server.link).status_code == HTTPStatus.SEE_OTHER
        yield client


def expect_page(answer: httpx.Response, code: str, thai: str, *, status: int = 400) -> None:
    """A page that tells the refusal: its code, Thai, and what to do."""
    assert answer.status_code == status
    assert code in answer.text
    assert thai in answer.text


def upload(browser: httpx.Client, server: Server, name: str = "x.csv", content: bytes = b"a,b\n") -> httpx.Response:
    token = {"X-Khlang-CSRF": server.door.csrf}
    return browser.put("/upload", params={"name": name}, content=content, headers=token)


def form(server: Server, **fields: str) -> dict[str, str]:
    return {"csrf": server.door.csrf, **fields}


def drawer(server: Server) -> list[Path]:
    return [path for path in (server.desk.home.path / "ui").rglob("*") if path.is_file()]


def test_a_link_that_is_not_ours(server: Server) -> None:
    base = server.link.partition("?")[0]
    expect_page(httpx.get(f"{base}?token=x", trust_env=False), "UI-TOKEN", "เปิดหน้านี้ไม่ได้", status=403)


@pytest.mark.parametrize("name", ["..", "x" * 200, '<>:"|?*'])
def test_a_name_that_cannot_be_used(browser: httpx.Client, server: Server, name: str) -> None:
    expect_page(upload(browser, server, name), "UI-NAME", "ชื่อไฟล์ใช้ไม่ได้")
    assert drawer(server) == []


def test_a_file_that_does_not_come_whole(server: Server, browser: httpx.Client) -> None:
    """The browser was closed half-way: what came is gone, and nothing counts as chosen."""
    lines = [
        "PUT /upload?name=half.csv HTTP/1.1",
        f"Host: 127.0.0.1:{server.server_port}",
        f"Cookie: {server.door.cookie}={browser.cookies[server.door.cookie]}",
        f"X-Khlang-CSRF: {server.door.csrf}",
        "Content-Length: 1000",
    ]
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as wire:
        wire.sendall("\r\n".join([*lines, "", "half"]).encode())
        wire.shutdown(socket.SHUT_WR)
        told = b"".join(iter(lambda: wire.recv(65536), b"")).decode()
    assert "UI-UPLOAD" in told
    assert "ไฟล์มาไม่ครบ" in told
    assert drawer(server) == []
    assert server.desk.asked is None


class _Full(io.BytesIO):
    """A body whose second half finds the disk full."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(28, "No space left on device")
        return super().read(min(2, size or 2))


def test_an_upload_onto_a_full_disk_leaves_nothing(server: Server) -> None:
    body = _Full(b"91000000000")
    refused = expect_raised(lambda: server.desk.upload("x.csv", body, 11), code="DISK-FULL", exit_code=10)
    expect_official(refused, code="DISK-FULL", exit_code=10, says="disk is full")
    assert drawer(server) == []
    assert server.desk.asked is None


def test_nothing_was_chosen(browser: httpx.Client, server: Server) -> None:
    for path in ("/check", "/seal"):
        expect_page(browser.post(path, data=form(server, **ASKED)), "UI-FILE", "ยังไม่ได้เลือกไฟล์")


def test_one_piece_of_work_at_a_time(browser: httpx.Client, server: Server) -> None:
    assert upload(browser, server).status_code == HTTPStatus.OK
    server.desk.work = Work("seal", "/")
    for answer in (upload(browser, server), browser.post("/check", data=form(server, **ASKED))):
        expect_page(answer, "UI-BUSY", "มีงานที่ยังไม่เสร็จ")
    assert [path.name for path in drawer(server)] == ["x.csv"], "what is being worked on stays"


def test_a_fault_of_ours_tells_its_kind_and_no_value(
    browser: httpx.Client, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError(f"row of {agency_kit.cid(5)}")

    monkeypatch.setattr(desk_, "check", fails)
    upload(browser, server)
    assert browser.post("/check", data=form(server, **ASKED)).headers["Location"] == "/working"
    while not browser.get("/progress").json()["ended"]:
        pass
    told = browser.get("/failed")
    assert "UI-FAILED" in told.text
    assert server.desk.work is not None
    assert "ValueError" in str(server.desk.work.error)
    assert agency_kit.cid(5) not in told.text


def test_a_form_that_is_too_large(browser: httpx.Client, server: Server) -> None:
    expect_page(browser.post("/seal", data=form(server, letter="x" * 70_000)), "UI-FORM", "แบบฟอร์มใหญ่เกินไป")


def test_pages_that_are_not_there(browser: httpx.Client, server: Server) -> None:
    token = {"X-Khlang-CSRF": server.door.csrf}
    for answer in (
        browser.get("/../../etc/passwd"),
        browser.get("/preview"),
        browser.post("/rotate", data=form(server)),
        browser.put("/elsewhere", content=b"x", headers=token),
    ):
        expect_page(answer, "UI-PAGE", "ไม่พบหน้านี้")


def test_a_receipt_that_is_not_here(kit: agency_kit.Kit, browser: httpx.Client, tmp_path: Path) -> None:
    file = agency_kit.write_csv(tmp_path / "x.csv", agency_kit.registrants(5))
    made = submission.seal(kit.home, file, dataset="welfare_registrants", period="2569-01")
    for name in (made.folder.name, "0" * 32, "x"):
        expect_page(browser.get(f"/receipt/{name}"), "UI-RECEIPT", "ยังไม่มีใบรับ")


def test_an_id_that_is_none(server: Server, browser: httpx.Client) -> None:
    for field in ("", "../x", "zz"):
        expect_page(browser.post("/send", data=form(server, submission=field)), "UI-ID", "ไม่พบชุดส่งนี้")
