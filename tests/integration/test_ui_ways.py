"""The page where the month is not plain: headers, sheets, a cut line, no script, a stranger."""

import http.server
import threading
import time
from pathlib import Path

import httpx
import pytest
import xlsxwriter
from playwright.sync_api import Browser, expect
from tests import agency_kit
from tests.agency_kit import Kit
from tests.browserkit import Office, next_month, opened
from tests.faults.test_sending_cut import Proxy
from tests.landkit import Pool

from khlang.agency.gateway import Gateway
from khlang.agency.home import Home

_DROP = """([drop, name, text]) => { const all = new DataTransfer();
  all.items.add(new File([text], name));
  const how = {dataTransfer: all, bubbles: true, cancelable: true};
  document.querySelector(drop).dispatchEvent(new DragEvent('drop', how)) }"""


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """The Ministry of Finance, its gateway nowhere."""
    return agency_kit.make(tmp_path)


def drop(office: Office, file: Path) -> None:
    """Drop a file into the frame, and have it checked."""
    office.page.evaluate(_DROP, ["#drop", file.name, file.read_text(encoding="utf-8-sig")])
    expect(office.page.locator("#said")).to_have_text(file.name)
    office.page.get_by_role("button", name="ตรวจไฟล์").click()


def test_a_dropped_file_with_a_header_of_its_own(kit: Kit, tmp_path: Path, chrome: Browser) -> None:
    file = agency_kit.write_csv(tmp_path / "x.csv", agency_kit.registrants(60))
    text = file.read_text(encoding="utf-8-sig")
    known = next(name for name in text.splitlines()[0].split(",") if "หนี้" in name)
    file.write_text(text.replace(known, "ยอดค้าง", 1), encoding="utf-8-sig")
    with opened(chrome, kit.home) as office:
        drop(office, file)
        office.expect("ทำไม่สำเร็จ")
        office.expect_accessible()
        office.expect_picture("7-headers")
        assert office.page.evaluate("document.activeElement.getAttribute('role')") == "alert"
        office.page.get_by_label("debt_baht").select_option("ยอดค้าง")
        office.press("บันทึกและตรวจอีกครั้ง")
        office.expect("ตรวจดูก่อนปิดผนึก")
        assert "ยอดค้าง" in office.page.locator("main").inner_text()
    with opened(chrome, kit.home) as office:  # next month it is not asked again
        drop(office, file)
        office.expect("ตรวจดูก่อนปิดผนึก")


def test_sheets_and_hidden_rows_are_asked_about(kit: Kit, tmp_path: Path, chrome: Browser) -> None:
    rows = agency_kit.registrants(40)
    with xlsxwriter.Workbook(tmp_path / "ทะเบียน.xlsx") as book:
        for sheet in (book.add_worksheet("ทะเบียน"), book.add_worksheet("สำรอง")):
            for place, cells in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
                sheet.write_row(place, 0, cells)
            sheet.set_row(4, options={"hidden": True})
    with opened(chrome, kit.home) as office:
        office.choose(tmp_path / "ทะเบียน.xlsx")
        office.expect("ทำไม่สำเร็จ")
        office.page.get_by_label("แผ่นงาน", exact=True).select_option("สำรอง")
        office.press("อ่านแผ่นงานนี้")
        office.expect("ตรวจดูก่อนปิดผนึก")
        assert office.page.locator("button", has_text="ปิดผนึก").count() == 0
        office.expect_accessible()
        office.expect_picture("8-questions")
        for box in office.page.get_by_role("checkbox").all():
            box.check()
        office.press("ตรวจอีกครั้ง")
        office.press_when("ปิดผนึก")
        office.expect("ชุดที่ปิดผนึกและใบรับ")
    assert len(kit.home.submissions()) == 1


def test_a_refused_file_says_where_to_mend_it_and_cannot_be_sealed(kit: Kit, tmp_path: Path, chrome: Browser) -> None:
    rows = agency_kit.registrants(60)
    for row in rows[:30]:
        row["province_code"] = "99"
    file = agency_kit.write_csv(tmp_path / "x.csv", rows)
    with opened(chrome, kit.home) as office:
        office.choose(file)
        office.expect("ตรวจดูก่อนปิดผนึก")
        office.expect_accessible()
        office.expect_picture("9-mend")
        told = office.page.locator("main").inner_text()
        assert "แถว 2, 3" in told
        assert office.page.locator("button", has_text="ปิดผนึก").count() == 0
        office.press("English")
        office.expect("Look before sealing")


def test_stopped_and_cut_it_goes_on_from_there(pool: Pool, period: str, chrome: Browser) -> None:
    folder = pool.seal(period, seed=1, rows=6000)
    size = sum(part.stat().st_size for part in folder.glob("*.age"))
    proxy = Proxy(pool.settings.port("GATEWAY"), [1] * 8)

    def slow(home: Home) -> Gateway:
        made = Gateway(home, limit=size // 6, sleep=lambda seconds: time.sleep(min(seconds, 0.3)))
        made._client.base_url = httpx.URL(f"https://127.0.0.1:{proxy.port}")
        return made

    with opened(chrome, pool.home, month=next_month(period), gateway=slow) as office:
        office.page.goto(office.page.url + "submissions")
        office.page.locator(f"[aria-label*='{folder.name[:6]}']").click()
        office.expect("ทำไม่สำเร็จ")  # cut at every try
        office.press("ส่งต่อ")
        office.expect("กำลังส่ง")
        expect(office.page.locator("#left")).to_contain_text("เหลือประมาณ", timeout=10_000)
        office.expect_accessible()
        office.press("หยุดไว้ก่อน")
        office.expect("ทำไม่สำเร็จ")
        passed = proxy.passed
        assert passed > size // 20
        office.press("ส่งต่อ")
        office.expect("ใบรับข้อมูลแฝง")
    proxy.close()
    assert proxy.passed < size * 1.6  # what lay in buffers when it was stopped is all that went twice


def test_the_month_without_a_script(kit: Kit, tmp_path: Path, chrome: Browser) -> None:
    file = agency_kit.write_csv(tmp_path / "x.csv", agency_kit.registrants(60))
    with opened(chrome, kit.home, scripts=False) as office:
        office.page.get_by_label("ไฟล์ข้อมูล").set_input_files(file)
        office.page.get_by_role("button", name="ตรวจไฟล์").click()
        office.expect("ตรวจดูก่อนปิดผนึก")
        office.page.get_by_role("button", name="ปิดผนึก").click()
        office.expect("ชุดที่ปิดผนึกและใบรับ")
    assert len(kit.home.submissions()) == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_that_is_too_large(kit: Kit, tmp_path: Path, chrome: Browser, *, scripts: bool) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"a" * 3_000_000)
    with opened(chrome, kit.home, scripts=scripts, refused=not scripts, limit=1 << 20) as office:
        office.page.get_by_label("ไฟล์ข้อมูล").set_input_files(file)
        office.page.get_by_role("button", name="ตรวจไฟล์").click()
        expect(office.page.locator(".box.bad")).to_contain_text("ไฟล์ใหญ่เกิน 1 MB")
        assert list((kit.home.path / "ui").rglob("*.csv")) == []


def test_the_link_opens_once_and_another_site_changes_nothing(kit: Kit, chrome: Browser) -> None:
    with opened(chrome, kit.home) as office:
        address = office.page.url

        class Evil(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                page = f"<form method=post action={address}quit></form>"
                self.wfile.write(f"{page}<script>document.forms[0].submit()</script>".encode())

            def log_message(self, *_: object) -> None:
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Evil) as evil:
            threading.Thread(target=evil.serve_forever, daemon=True).start()
            stranger = office.page.context.new_page()  # of the same browser: it has the cookie
            stranger.goto(f"http://127.0.0.1:{evil.server_port}/")
            expect(stranger.locator("code")).to_have_text("UI-ORIGIN")
            evil.shutdown()
        assert stranger.locator("form").count() == 0
        office.page.goto(address)
        office.expect("เลือกไฟล์ของเดือน")
        other = chrome.new_context().new_page()
        other.goto(office.link)
        expect(other.locator("code")).to_have_text("UI-TOKEN")
        other.context.close()
