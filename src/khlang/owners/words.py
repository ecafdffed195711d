"""Every word of the owners' page, Thai first; one place, so that nothing is said in one language only."""

from typing import Final

from khlang.web.language import Language
from khlang.web.markup import e

WORDS: Final[dict[str, tuple[str, str]]] = {
    "app": ("เจ้าของข้อมูลและผู้ดูแล", "Data owners and keepers"),
    "skip": ("ข้ามไปที่เนื้อหา", "Skip to content"),
    "nav": ("เมนู", "Menu"),
    "projects": ("โครงการ", "Projects"),
    "uses": ("ใครใช้ข้อมูล", "Who used the data"),
    "sign_in": ("เข้าสู่ระบบ", "Sign in"),
    "sign_out": ("ออกจากระบบ", "Sign out"),
    "account": ("ชื่อบัญชี", "Account"),
    "account_hint": (
        "หน่วยงาน.บุคคล เช่น mof.first หรือ keeper.first",
        "agency.person, such as mof.first, or keeper.first",
    ),
    "password": ("รหัสผ่าน", "Password"),
    "ended": ("ท่านออกจากระบบแล้ว", "You are signed out."),
    "for": ("ในนามของ", "For"),
    "keeper": ("ผู้ดูแลคลังกลาง", "the pool's keepers"),
    "personal": ("ข้อมูลแฝงยังเป็นข้อมูลส่วนบุคคลตามกฎหมาย", "Pseudonymised data are still personal data under the law."),
    # list
    "waiting_owner": ("รอคำตอบของหน่วยงาน", "Waiting for your agency's answer"),
    "waiting_keeper": ("รอผู้ดูแล", "Waiting for a keeper"),
    "none_waiting": ("ไม่มีคำขอที่รอท่าน", "No request waits for you."),
    "others": ("โครงการอื่นที่ขอข้อมูลของหน่วยงาน", "Other projects that asked for your data"),
    "others_keeper": ("โครงการอื่น", "Other projects"),
    "open": ("เปิดดู", "Open"),
    "project": ("โครงการ", "Project"),
    "state": ("สถานะ", "State"),
    "ends": ("เข้าถึงได้ถึง", "Access until"),
    "replicate": ("เก็บไว้ถึง", "Kept until"),
    "days_left": ("เหลือ {n} วัน", "{n} days left"),
    "over": ("สิ้นสุดแล้ว", "over"),
    # project
    "purpose": ("วัตถุประสงค์", "Purpose"),
    "legal": ("ฐานกฎหมาย", "Legal basis"),
    "people": ("ผู้ใช้ข้อมูล", "People"),
    "sample": ("สัดส่วนบุคคลที่ได้", "Share of persons"),
    "asked": ("สิ่งที่ขอจากข้อมูลของหน่วยงาน", "What is asked of your data"),
    "asked_keeper": ("สิ่งที่ขอ", "What is asked"),
    "table": ("ตาราง", "Table"),
    "columns": ("คอลัมน์ที่ขอ", "Columns asked for"),
    "made_of": ("มาจากชุดข้อมูล", "Made of"),
    "consents": ("คำยินยอม", "Consents"),
    "of": ("{n} จาก {m} หน่วยงาน", "{n} of {m} agencies"),
    "approvals": ("คำอนุมัติ", "Approvals"),
    "of_people": ("{n} จาก {m} คน", "{n} of {m} people"),
    "happened": ("สิ่งที่เกิดขึ้น", "What happened"),
    "when": ("เวลา (UTC)", "When (UTC)"),
    "what": ("สิ่งที่ทำ", "What"),
    "who": ("ใคร", "Who"),
    "why": ("เหตุผล", "Reason"),
    "answer": ("คำตอบของท่าน", "Your answer"),
    "why_hint": ("จะบันทึกไว้ในสมุดโครงการ แก้ไขภายหลังไม่ได้", "It will stand in the project's book and cannot be changed."),
    "consent": ("ยินยอม", "Consent"),
    "refuse": ("ไม่ยินยอม", "Refuse"),
    "approve": ("อนุมัติ", "Approve"),
    "activate": ("เปิดใช้", "Activate"),
    "activate_told": (
        "ตรึงตารางของโครงการ ให้กุญแจ และเปิดบัญชีให้ผู้ใช้ ใช้เวลาหลายนาที",
        "Freezes the project's tables, gives it a key and its people their accounts. Takes minutes.",
    ),
    "extend": ("ขยายเวลา", "Extend"),
    "extend_told": (
        "ผู้ที่ขอ ผู้ที่ทำงานในโครงการ และผู้ที่ยินยอม ขยายเวลาไม่ได้ ตารางยังเป็นชุดที่ตรึงไว้",
        "Not by who asked, works in it or consented. Its tables stay as they were frozen.",
    ),
    "ends_new": ("วันสุดท้ายใหม่", "New last day"),
    "ends_hint": ("ปี ค.ศ.-เดือน-วัน เช่น 2028-01-31 ไม่เกินวันที่เก็บไว้ถึง", "YYYY-MM-DD, not after the day it is kept until."),
    "revoke": ("เพิกถอน", "Revoke"),
    "revoke_told": (
        "ทุกคนในโครงการเข้าถึงข้อมูลไม่ได้ทันที และเปิดใช้อีกไม่ได้ ตารางและกุญแจเก็บไว้จนถึงวันทำลาย",
        "Ends everybody's access at once, for good. Its tables and key are kept until the day of destruction.",
    ),
    "sure": ("ข้าพเจ้าตั้งใจเพิกถอนโครงการนี้", "I mean to revoke this project."),
    "running": ("กำลังทำ: {what}", "Being done: {what}"),
    "running_hint": (
        "ทำต่อเองแม้ปิดหน้านี้ เปิดหน้านี้ใหม่เพื่อดูผล",
        "It goes on when this page is closed. Open the page again to see how it ended.",
    ),
    "failed": ("ทำไม่สำเร็จ: {what}", "Failed: {what}"),
    "broken": ("หยุดกลางคัน: {what}", "Broken off: {what}"),
    "again": (
        "ดูสถานะข้างล่าง ถ้ายังไม่เปลี่ยน สั่งใหม่ได้ ส่วนที่ทำแล้วจะไม่ทำซ้ำ",
        "See the state below. Where it has not changed, order it again: what is done is skipped.",
    ),
    "back": ("กลับไปที่รายการ", "Back to the list"),
    "done": ("บันทึกแล้ว", "Recorded"),
    # uses
    "uses_hint": (
        "นับจากบัญชีการสืบค้นที่แก้ไขไม่ได้ แถวที่ส่งออกคือแถวที่ผู้ใช้ได้รับ ยังไม่มีการเผยแพร่ออกนอกคลัง",
        "From the ledger of queries. Rows told are those the reader was given; nothing is released from the pool yet.",
    ),
    "dataset": ("ชุดข้อมูล", "Dataset"),
    "user": ("ผู้ใช้", "User"),
    "used": ("คอลัมน์", "Columns"),
    "queries": ("จำนวนครั้ง", "Queries"),
    "rows": ("แถวที่ส่งออก", "Rows told"),
    "last": ("ครั้งล่าสุด", "Last"),
    "none_used": ("ยังไม่มีใครใช้", "Nobody has used them yet."),
}
STATES: Final[dict[str, tuple[str, str]]] = {
    "draft": ("ร่าง", "draft"),
    "submitted": ("รอเจ้าของข้อมูลยินยอม", "waits for owners"),
    "refused": ("เจ้าของข้อมูลไม่ยินยอม", "refused by an owner"),
    "consented": ("รออนุมัติ", "waits for approval"),
    "approved": ("อนุมัติแล้ว", "approved"),
    "active": ("ใช้งานอยู่", "active"),
    "expired": ("หมดอายุ", "expired"),
    "revoked": ("ถูกเพิกถอน", "revoked"),
    "destroyed": ("ทำลายแล้ว", "destroyed"),
}
ACTIONS: Final[dict[str, tuple[str, str]]] = {
    "draft": ("ร่างคำขอ", "drafted"),
    "submit": ("ส่งคำขอ", "submitted"),
    "consent": ("ยินยอม", "consented"),
    "refuse": ("ไม่ยินยอม", "refused"),
    "approve": ("อนุมัติ", "approved"),
    "activate": ("เปิดใช้", "activated"),
    "extend": ("ขยายเวลา", "extended"),
    "revoke": ("เพิกถอน", "revoked"),
    "expire": ("หมดอายุ", "expired"),
    "destroy": ("ทำลาย", "destroyed"),
}


class Words:
    """Words of one language, escaped for markup."""

    def __init__(self, lang: Language) -> None:
        self.lang: Language = lang

    def __call__(self, name: str, **numbers: object) -> str:
        """One word or sentence."""
        return e(self.pair(WORDS[name]).format(**numbers))

    def pair(self, both: tuple[str, str]) -> str:
        """This language's of a pair, not escaped."""
        return both[0 if self.lang == "th" else 1]

    def state(self, name: str) -> str:
        """A project's state."""
        return e(self.pair(STATES[name]))

    def action(self, name: str) -> str:
        """What was done."""
        return e(self.pair(ACTIONS[name]))

    def half(self, text: str) -> str:
        """This language's half of a message that has both."""
        thai, slash, english = text.partition(" / ")
        return e(english if slash and self.lang == "en" else thai)
