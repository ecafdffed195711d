"""Refusals of the agency's page: as the browser gets each of them, and with nothing of an upload left behind."""

import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from tests import agency_kit
from tests.refusalkit import expect_official, expect_raised
from tests.roomkit import no_room_beyond

from khlang.agency import submission
from khlang.agency.ui import desk as desk_
from khlang.agency.ui.desk import Desk
from khlang.agency.ui.server import Server
from khlang.agency.ui.work import Work

ASKED = {"dataset": "welfare_registrants", "period": "2569-01"}
FULL = SimpleNamespace(free=0)


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> agency_kit.Kit:
    return agency_kit.make(tmp_path_factory.mktemp("ui"))


@pytest.fixture
def server(kit: agency_kit.Kit) -> Iterator[Server]:
    desk = Desk(kit.home, limit=100_000)
    with Server(desk) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        made.shutdown()
        thread.join()
    desk.drawer.close()


@pytest.fixture
def browser(server: Server) -> Iterator[httpx.Client]:
    base = f"http://127.0.0.1:{server.server_port}"
    with httpx.Client(base_url=base, headers={"Origin": base}, trust_env=False) as client:
        assert client.get(server.link).status_code == 303
        yield client


def expect_page(answer: httpx.Response, code: str, thai: str, *, status: int = 400) -> None:
    """A page that tells the refusal: its code, in Thai."""
    assert (answer.status_code, code in answer.text, thai in answer.text) == (status, True, True), answer.text


def chosen(browser: httpx.Client, server: Server, name: str = "x.csv", content: bytes = b"a,b\n") -> httpx.Response:
    data = {"csrf": server.door.csrf, **ASKED}
    return browser.post("/file", data=data, files={"file": (name, content)})


def asked(server: Server, **fields: str) -> dict[str, str]:
    return {"csrf": server.door.csrf, **fields}


def uploads(server: Server) -> list[str]:
    return [path.name for path in (server.desk.home.path / "ui").rglob("*") if path.is_file()]


def finished(browser: httpx.Client) -> None:
    while not browser.get("/progress").json()["ended"]:
        pass


def test_a_link_that_is_not_ours(server: Server) -> None:
    base = server.link.partition("?")[0]
    expect_page(httpx.get(f"{base}?token=x", trust_env=False), "UI-TOKEN", "เปิดหน้านี้ไม่ได้", status=403)


def test_the_page_of_one_agency_is_open_once(kit: agency_kit.Kit, server: Server) -> None:
    assert server.desk.home == kit.home
    refused = expect_raised(lambda: Desk(kit.home), code="UI-OPEN", exit_code=26, says="open already")
    expect_official(refused, code="UI-OPEN", exit_code=26, says="เปิดอยู่แล้ว")


#: A file that is not taken: its name, its content, the code and Thai of the refusal.
FILES = {
    "a name of nothing": ("..", b"x", "UI-NAME", "ชื่อไฟล์ใช้ไม่ได้"),
    "a name too long": ("x" * 200, b"x", "UI-NAME", "ชื่อไฟล์ใช้ไม่ได้"),
    "no byte": ("x.csv", b"", "UI-EMPTY", "ไฟล์ว่างเปล่า"),
    "too many bytes": ("x.csv", b"x" * 100_001, "UI-LARGE", "ไฟล์ใหญ่เกิน"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_not_taken(browser: httpx.Client, server: Server, case: str) -> None:
    name, content, code, thai = FILES[case]
    expect_page(chosen(browser, server, name, content), code, thai)
    assert (uploads(server), server.desk.asked) == ([], None)


def test_a_disk_that_fills_up_while_a_file_comes(browser: httpx.Client, server: Server) -> None:
    with no_room_beyond(20_000):
        answer = chosen(browser, server, content=b"a,b\n" * 15_000)
    expect_page(answer, "UI-DISK", "เนื้อที่ดิสก์")
    assert (uploads(server), server.desk.asked) == ([], None)


def test_a_disk_without_room(browser: httpx.Client, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: FULL)
    expect_page(chosen(browser, server), "UI-DISK", "เนื้อที่ดิสก์")
    assert (uploads(server), server.desk.asked) == ([], None)


def test_a_file_that_does_not_come_whole(server: Server, browser: httpx.Client) -> None:
    """The browser was closed half-way."""
    fields = f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{server.door.csrf}\r\n'
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="half.csv"\r\n\r\nhalf'
    lines = [
        "POST /file HTTP/1.1",
        f"Host: 127.0.0.1:{server.server_port}",
        f"Origin: {browser.headers['Origin']}",
        f"Cookie: {server.door.cookie}={browser.cookies[server.door.cookie]}",
        "Content-Type: multipart/form-data; boundary=b",
        "Content-Length: 5000",
    ]
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as wire:
        wire.sendall("\r\n".join([*lines, "", fields + file]).encode())
        wire.shutdown(socket.SHUT_WR)
        told = b"".join(iter(lambda: wire.recv(65536), b"")).decode()
    assert "UI-UPLOAD" in told
    assert "ไฟล์มาไม่ครบ" in told
    assert (uploads(server), server.desk.asked) == ([], None)


def test_nothing_was_chosen(browser: httpx.Client, server: Server) -> None:
    for path in ("/check", "/seal"):
        expect_page(browser.post(path, data=asked(server, **ASKED)), "UI-FILE", "ยังไม่ได้เลือกไฟล์")


def test_one_piece_of_work_at_a_time(browser: httpx.Client, server: Server) -> None:
    assert chosen(browser, server).status_code == 303
    finished(browser)
    server.desk.bench.work = Work("seal", "/")
    for answer in (chosen(browser, server), browser.post("/check", data=asked(server, **ASKED))):
        expect_page(answer, "UI-BUSY", "มีงานที่ยังไม่เสร็จ")
    assert uploads(server) == ["x.csv"], "what is being worked on stays"


def test_a_fault_of_ours_tells_its_kind_and_no_value(
    browser: httpx.Client, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError(f"row of {agency_kit.cid(5)}")

    monkeypatch.setattr(desk_, "check", fails)
    assert chosen(browser, server).status_code == 303
    finished(browser)
    told = browser.get("/failed").text
    assert "UI-FAILED" in told
    assert "ValueError" in str(server.desk.bench.work and server.desk.bench.work.error)
    assert agency_kit.cid(5) not in told


def test_sending_that_was_stopped_says_so(server: Server) -> None:
    """Whatever the client raises when its connection is closed under it, it was the person who stopped it."""
    begun, go_on = threading.Event(), threading.Event()

    def do(_: Work) -> None:
        begun.set()
        go_on.wait(10)
        raise RuntimeError("closed")

    work = Work("send", "/", stop=go_on.set)
    server.desk.bench.start(work, do)
    assert begun.wait(10)
    server.desk.bench.stop()
    while not work.ended:
        pass
    assert work.error is not None
    expect_official(work.error, code="UI-STOPPED", exit_code=26, says="stopped")


def test_a_form_that_is_too_large(browser: httpx.Client, server: Server) -> None:
    expect_page(browser.post("/seal", data=asked(server, letter="x" * 70_000)), "UI-FORM", "แบบฟอร์มใหญ่เกินไป")


def test_an_approval_without_a_look(browser: httpx.Client, server: Server) -> None:
    answer = browser.post("/approve", data=asked(server, submission="0" * 32, name="ข", role="ค"))
    expect_page(answer, "UI-LOOK", "ยังไม่ได้ตรวจ")


def test_pages_that_are_not_there(browser: httpx.Client, server: Server) -> None:
    for answer in (browser.get("/etc/passwd"), browser.post("/rotate", data=asked(server))):
        expect_page(answer, "UI-PAGE", "ไม่พบหน้านี้")


def test_a_receipt_that_is_not_here(kit: agency_kit.Kit, browser: httpx.Client, tmp_path: Path) -> None:
    file = agency_kit.write_csv(tmp_path / "x.csv", agency_kit.registrants(5))
    made = submission.seal(kit.home, file, dataset="welfare_registrants", period="2569-01")
    for name in (made.folder.name, "0" * 32):
        expect_page(browser.get(f"/receipt/{name}"), "UI-RECEIPT", "ยังไม่มีใบรับ")
