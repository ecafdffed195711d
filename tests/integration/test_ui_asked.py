"""What the page asks before it goes on: last month's file, one person on many rows."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests import agency_kit
from tests.agency_kit import Kit
from tests.browserkit import opened


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """The Ministry of Finance, its gateway nowhere."""
    return agency_kit.make(tmp_path)


def test_the_same_file_as_last_month_is_asked_about(kit: Kit, tmp_path: Path, chrome: Browser) -> None:
    file = agency_kit.write_csv(tmp_path / "x.csv", agency_kit.registrants(60))
    agency_kit.seal(kit, file)
    with opened(chrome, kit.home, month="2026-03") as office:
        office.choose(file)
        office.expect("ตรวจดูก่อนปิดผนึก")
        office.press("ปิดผนึก")
        office.expect("ทำไม่สำเร็จ")
        office.expect_accessible()
        told = office.page.locator("main")
        expect(told.locator("code").first).to_have_text("SAME-AS-LAST-MONTH")
        assert "2026-01" in told.inner_text()
        assert len(kit.home.submissions()) == 1
        office.page.get_by_role("button", name="ปิดผนึก").click()  # without an answer nothing goes on
        assert len(kit.home.submissions()) == 1
        office.page.get_by_role("checkbox").check()
        office.press("ปิดผนึก")
        office.expect("ชุดที่ปิดผนึกและใบรับ")
    assert sorted(folder.parent.name for folder in kit.home.submissions()) == ["2026-01", "2026-02"]


def test_one_person_on_very_many_rows_must_be_mended(kit: Kit, tmp_path: Path, chrome: Browser) -> None:
    rows = agency_kit.registrants(60)
    for row in rows[10:50]:
        row["pid"] = rows[10]["pid"]
    with opened(chrome, kit.home) as office:
        office.choose(agency_kit.write_csv(tmp_path / "x.csv", rows))
        office.expect("ตรวจดูก่อนปิดผนึก")
        told = office.page.locator("main").inner_text()
        assert "แถว 12" in told
        assert str(rows[10]["pid"]) not in told
        assert office.page.locator("button", has_text="ปิดผนึก").count() == 0
    assert kit.home.submissions() == []
