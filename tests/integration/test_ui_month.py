"""The official's month on the page, in a browser, against a gateway: by keyboard alone, to the receipt and beyond."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests import agency_kit
from tests.browserkit import Office, next_month, opened
from tests.landkit import Pool, place, read

from khlang import store
from khlang.agency.home import Home
from khlang.landing import ledger


@pytest.fixture
def office_home(pool: Pool, tmp_path: Path) -> Home:
    """The enrolled agency on a PC that has sealed nothing yet: other tests' submissions are not on its page."""
    aside = shutil.ignore_patterns("sealed", "rowmap", "extracts", "reports", "ui*")
    return Home(Path(shutil.copytree(pool.home.path, tmp_path / "mof", ignore=aside)))


@pytest.fixture
def extract(period: str, tmp_path: Path) -> Path:
    """An extract of the month."""
    file = tmp_path / f"ทะเบียน-{period}.csv"
    return agency_kit.write_csv(file, agency_kit.registrants(300, seed=11))


def refuse(pool: Pool, folder: Path) -> None:
    """The pool's gate turns a submission away and names two of its rows."""
    finding = {"rule_id": "x", "code": "GATE-NULL", "column": "debt_baht", "count": 30, "share": 0.1, "limit": 0.05,
               "severity": "critical", "message_th": "ว่างเกินเกณฑ์", "message_en": "too many nulls",
               "rows": [1, 2]}  # fmt: skip
    decision = {"verdict": "refused", "failures": [finding], "rejects": [], "metrics": {}, "rows_in": 300}
    ledger.write_decision(store.client(pool.settings, "curate"), place(read(folder)), "curated-000001-100", decision)


def expect_step(office: Office, heading: str, picture: str = "") -> str:
    """A page has come, is accessible, and looks as the how-to shows it; gives all its text."""
    office.expect(heading)
    office.expect_accessible()
    if picture:
        office.expect_picture(picture)
    return office.page.content()


def test_a_month_by_keyboard_alone(pool: Pool, office_home: Home, period: str, extract: Path, chrome: Browser) -> None:
    with opened(chrome, office_home, month=next_month(period)) as office:
        seen = [expect_step(office, "เลือกไฟล์ของเดือน", "1-choose")]
        office.choose(extract)
        seen.append(expect_step(office, "ตรวจดูก่อนปิดผนึก", "2-look"))
        assert "ลดเหลือปี" in seen[1] or "แฝงรหัส" in seen[1]
        assert "โทรศัพท์" in seen[1]
        office.press("ปิดผนึก")
        seen.append(expect_step(office, "ชุดที่ปิดผนึกและใบรับ", "3-sealed"))
        office.press("ส่ง welfare")
        seen.append(expect_step(office, "ใบรับข้อมูลแฝง", "4-receipt"))
        assert "ได้รับแล้ว" in seen[-1]
        (folder,) = [one for one in office_home.submissions() if one.parent.name == period]
        pool.land()
        refuse(pool, folder)
        office.press("กลับไปที่รายการ")
        office.expect("ชุดที่ปิดผนึกและใบรับ")
        office.press("ถามสถานะล่าสุด")
        expect(office.page.locator(".state.refused").first).to_be_visible(timeout=20_000)
        office.press(f"ใบรับ {office_home.bundle().contracts.by_agency('mof')[0].name}")
        seen.append(expect_step(office, "ใบรับข้อมูลแฝง", "5-refused"))
        assert f"{extract.name} แถว " in seen[-1]
        paper = office.page.get_by_role("link", name="ใบรับเป็น PDF").get_attribute("href") or ""
        assert office.page.request.get(office.page.url.partition("/receipt")[0] + paper).body().startswith(b"%PDF")
        office.press("English")
        office.expect("Receipt for pseudonymised data")
    rows = agency_kit.registrants(300, seed=11)
    values = {str(row[name]) for row in rows for name in ("pid", "house_id", "ชื่อ-สกุล", "โทรศัพท์")}
    assert not [value for value in values for text in seen if value in text]
    assert not (office_home.path / "ui").exists()


def test_closing_the_program(office_home: Home, period: str, chrome: Browser) -> None:
    with opened(chrome, office_home, month=next_month(period)) as office:
        office.press("ปิดโปรแกรม")
        office.expect("ปิดโปรแกรมแล้ว")
        assert not (office_home.path / "ui").exists()
