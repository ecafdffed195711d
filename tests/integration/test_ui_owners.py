"""The owners' page in a browser: signing in and consent by keyboard, two widths, every page held against axe."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import uvicorn
from playwright.sync_api import Browser, expect
from tests import browserkit, ownerkit, policykit
from tests.browserkit import PICTURES, Reader
from tests.ownerkit import KEEPER, OTHER, OWNER, PROJECT
from tests.stackfixture import free_ports

from khlang.owners.pages import BASE
from khlang.policy import book
from khlang.projects import orders, steps
from khlang.settings import Settings
from khlang.stack import tls

pytestmark = pytest.mark.soak
WIDE, NARROW = (1280, 900), (420, 900)
WHY = "อยู่ในอำนาจหน้าที่ตามกฎหมายของกระทรวง"


@dataclass
class Person(Reader):
    """An owner or keeper at the page."""

    here: Settings
    base: str
    pictures: ClassVar[Path] = PICTURES / "owners"

    def sign_in(self, name: str, typed: str = "") -> None:
        """By keyboard."""
        self.page.goto(f"{self.base}{BASE}/")
        self.tab_to("ชื่อบัญชี")
        self.page.keyboard.type(name)
        self.tab_to("รหัสผ่าน")
        self.page.keyboard.type(typed or ownerkit.password(self.here, name))
        self.press("เข้าสู่ระบบ")

    def answer(self, word: str) -> None:
        """Write the reason and press a button."""
        self.tab_to("เหตุผล")
        self.page.keyboard.type(WHY)
        self.press(word)
        expect(self.page.locator(".box.good")).to_have_text("บันทึกแล้ว")

    def expect_whole(self, name: str) -> None:
        """The page as the how-to shows it, accessible, and no wider than a narrow screen."""
        self.expect_accessible()
        self.expect_picture(name)
        self.page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        assert self.page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        self.expect_accessible()
        self.expect_picture(f"{name}-narrow")
        self.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, str]]:
    """The page over TLS, on the day of the projects' requests."""
    here = ownerkit.founded(tmp_path_factory.mktemp("owners"))
    tls.ensure(here)
    (port,) = free_ports(1)
    folder = here.var / "tls"
    config = uvicorn.Config(
        ownerkit.page(here), host="127.0.0.1", port=port, log_level="warning", access_log=False,
        ssl_certfile=folder / "gateway.pem", ssl_keyfile=str(folder / "gateway.key"),
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "now", lambda: policykit.START)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.05)
        yield here, f"https://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(20)


@contextmanager
def at_the_page(chrome: Browser, site: tuple[Settings, str], name: str = "", *, refused: str = "") -> Iterator[Person]:
    """A person at the page; ``refused``: the status that one answer is expected to have."""
    size = {"width": WIDE[0], "height": WIDE[1]}
    context = chrome.new_context(ignore_https_errors=True, locale="th-TH", viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        page = context.new_page()
        complaints = browserkit.heard(page)
        person = Person(page, *site)
        if name:
            person.sign_in(name)
            person.expect("โครงการ")
        yield person
        assert [one for one in complaints if not (refused and f"status of {refused}" in one)] == []
    finally:
        context.close()


def test_an_owner_signs_in_reads_consents_and_sees_who_used_what(chrome: Browser, site: tuple[Settings, str]) -> None:
    with at_the_page(chrome, site) as owner:
        owner.page.goto(f"{owner.base}{BASE}/")
        owner.expect_whole("1-sign-in")
        owner.sign_in(OWNER)
        owner.expect("โครงการ")
        owner.expect_whole("2-projects")
        owner.press("เปิดดู ใครตกหล่นจากสวัสดิการ (poverty)")
        owner.expect("ใครตกหล่นจากสวัสดิการ (poverty)")
        owner.expect_whole("3-project")
        owner.answer("ยินยอม")
        owner.expect_whole("4-consented")
        owner.press("ใครใช้ข้อมูล")
        owner.expect("ใครใช้ข้อมูล")
        owner.expect_whole("5-uses")
        assert "analyst-a.poverty" in owner.page.locator("main").inner_text()
        owner.press("English")
        owner.expect("Who used the data")
        owner.press("Sign out")
        owner.expect("Sign in")
    assert book.read(site[0], PROJECT).consents["mof"] == OWNER


def test_a_keeper_extends_and_revokes_by_keyboard(
    chrome: Browser, site: tuple[Settings, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is done by a process of its own; the second has no Trino to hide the tables from."""
    here, heading = site[0], "ใครตกหล่นจากสวัสดิการ (active)"
    ownerkit.put(here, "active", policykit.events(asked=policykit.request(name="active")))
    apart = "from khlang.serve import workspace; workspace.hide = lambda *_: []; from khlang.projects import orders; "
    monkeypatch.setattr(orders, "PROGRAM", (sys.executable, "-c", apart + "orders.main()"))
    with at_the_page(chrome, site, KEEPER) as keeper:
        keeper.press(f"เปิดดู {heading}")
        keeper.expect(heading)
        keeper.expect_whole("8-active")
        keeper.tab_to("วันสุดท้ายใหม่")
        keeper.page.keyboard.type("2028-01-31")
        keeper.tab_to("เหตุผล")
        keeper.page.keyboard.type(WHY)
        keeper.press("ขยายเวลา")
        expect(keeper.page.locator(".box.good")).to_have_text("บันทึกแล้ว", timeout=60_000)
        keeper.tab_to("วันสุดท้ายใหม่")
        keeper.tab_to("ขยายเวลา")
        keeper.tab_to("เหตุผล")
        keeper.page.keyboard.type("บัญชีถูกใช้ร่วมกัน")
        keeper.press("ข้าพเจ้าตั้งใจเพิกถอนโครงการนี้", "Space")
        keeper.press("เพิกถอน")
        expect(keeper.page.locator(".box.good")).to_have_text("บันทึกแล้ว", timeout=60_000)
        keeper.expect_whole("9-revoked")
    told = book.read(here, "active")
    assert [(one.action, one.by) for one in told.events[-2:]] == [("extend", KEEPER), ("revoke", KEEPER)]
    assert (told.stage, told.ends) == ("revoked", "2028-01-31")


def test_another_owners_page_and_a_wrong_password_are_told_aloud(chrome: Browser, site: tuple[Settings, str]) -> None:
    with at_the_page(chrome, site, OTHER, refused="403") as owner:
        owner.page.goto(f"{owner.base}{BASE}/mof")
        expect(owner.page.get_by_role("alert")).to_contain_text("ไม่ใช่เรื่องของหน่วยงานท่าน")
        owner.expect_accessible()
    with at_the_page(chrome, site, refused="401") as stranger:
        stranger.sign_in(OTHER, "wrong")
        expect(stranger.page.get_by_role("alert")).to_contain_text("ชื่อบัญชีหรือรหัสผ่านไม่ถูกต้อง")
        stranger.expect_picture("7-wrong")
