"""Two people on the page: one prepares, another looks and approves, and only then it is sent, landed and told."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests import agency_kit, landkit
from tests.browserkit import Office, next_month, opened
from tests.landkit import Pool, place, read

from khlang import lake, store
from khlang.agency.home import Home
from khlang.landing import land, ledger, registry

DATASET = "insured_persons"
NAME, ROLE = "ผู้ตรวจคนที่สอง", "ผู้อำนวยการกอง"


@pytest.fixture(scope="module")
def sso(pool: Pool) -> Home:
    """The Social Security Office, whose contract asks for two people, enrolled beside the others."""
    return landkit.enrolled(pool.settings, "sso", registry.recipients(pool.settings))


@pytest.fixture
def wages(period: str, tmp_path: Path) -> Path:
    """A month's wages; one row has a number that is too short."""
    year, month = int(period[:4]) + 543, period[5:]
    rows = [(agency_kit.cid(n), agency_kit.cid(10**6 + n), f"{n}00.50") for n in range(1, 80)]
    rows.append(("12", agency_kit.cid(10**6), "9.50"))
    lines = [f"{pid},{employer},{year}-{month},{baht},33,10,28/{month}/{year}" for pid, employer, baht in rows]
    names = "pid,employer_id,wage_month,wage_baht,section_code,province_code,reported_on"
    file = tmp_path / "ค่าจ้าง.csv"
    file.write_text("\n".join([names, *lines]) + "\n", encoding="utf-8")
    return file


def sealed(office: Office, file: Path) -> None:
    """The first person's part."""
    office.page.get_by_label("ชุดข้อมูล").select_option(DATASET)
    office.page.get_by_label("ไฟล์ข้อมูล").set_input_files(file)
    office.press("ตรวจไฟล์")
    office.expect("ตรวจดูก่อนปิดผนึก")
    office.press("ปิดผนึก")
    office.expect("ชุดที่ปิดผนึกและใบรับ")


def approved(office: Office) -> None:
    """The second person's part, by keyboard alone."""
    office.press("ดูและอนุมัติ")
    office.expect("อนุมัติโดยบุคคลที่สอง")
    office.expect_accessible()
    office.expect_picture("6-approve")
    counts = office.page.locator("table").inner_text()
    assert "pid" in counts
    assert "รูปแบบผิด" in counts
    office.tab_to("ชื่อผู้อนุมัติ")
    office.page.keyboard.type(NAME)
    office.tab_to("ตำแหน่งผู้อนุมัติ")
    office.page.keyboard.type(ROLE)
    office.tab_to("ข้าพเจ้าตรวจ")
    office.page.keyboard.press("Space")
    office.press("อนุมัติ")
    office.expect("ชุดที่ปิดผนึกและใบรับ")


def test_what_a_second_person_approved_is_sent_and_landed(
    pool: Pool, sso: Home, period: str, wages: Path, chrome: Browser
) -> None:
    send = f"ส่ง {DATASET}"
    with opened(chrome, sso, month=next_month(period)) as office:
        sealed(office, wages)
        expect(office.page.locator(".state.waits")).to_have_text("รอผู้อนุมัติ")
        expect(office.page.get_by_role("button", name=send)).to_have_count(0)
        assert land.land(pool.hall, DATASET) == []
        approved(office)
        expect(office.page.locator(".state.waits")).to_have_count(0)
        office.press(send)
        office.expect("ใบรับข้อมูลแฝง")
        office.expect_accessible()
        receipt = office.page.locator("main").inner_text()
        (folder,) = sso.submissions()
        (decision,) = land.land(pool.hall, DATASET)
        office.press("กลับไปที่รายการ")
        office.press_when("ถามสถานะล่าสุด")
        expect(office.page.locator(".state.accepted")).to_have_text("ตรวจรับแล้ว รอตรวจคุณภาพ", timeout=20_000)
    made = read(folder)
    assert decision["verdict"] == "accepted"
    assert (made["preparer"], made["approver"]) == ("ผู้จัดทำข้อมูล", ROLE)
    assert ROLE in receipt
    told = (store.get(pool.root(), lake.LANDING, place(made).landing_key("manifest.json")) or b"").decode()
    assert ROLE in told
    assert NAME not in told + receipt
    assert ledger.claims(pool.hall.s3, DATASET, period)[-1].submission == folder.name
