"""Every word of the pages, Thai first; one place, so that nothing is said in one language only."""

import re
from typing import Final

from khlang.web.language import Language
from khlang.web.markup import e

WORDS: Final[dict[str, tuple[str, str]]] = {
    "app": ("ส่งข้อมูลประจำเดือน", "The month's data"),
    "new": ("ส่งไฟล์ใหม่", "New file"),
    "list": ("ชุดที่ปิดผนึกและใบรับ", "Sealed submissions and receipts"),
    "skip": ("ข้ามไปที่เนื้อหา", "Skip to content"),
    "steps": ("ขั้นตอน", "Steps"),
    "step_choose": ("เลือกไฟล์", "Choose"),
    "step_look": ("ตรวจดู", "Look"),
    "step_seal": ("ปิดผนึก", "Seal"),
    "step_send": ("ส่ง", "Send"),
    "step_receipt": ("ใบรับ", "Receipt"),
    "promise": (
        "ไฟล์อยู่ในเครื่องนี้เท่านั้น จะถูกลบเมื่อปิดผนึกเสร็จ และยังไม่มีข้อมูลใดออกไปจนกว่าท่านจะกดส่ง",
        "The file stays on this machine and is removed once sealed; nothing leaves before you press Send.",
    ),
    "personal": (
        "ข้อมูลแฝงยังเป็นข้อมูลส่วนบุคคลตามกฎหมาย",
        "Pseudonymised data are still personal data under the law.",
    ),
    # choose
    "choose": ("เลือกไฟล์ของเดือน", "Choose the month's file"),
    "dataset": ("ชุดข้อมูล", "Dataset"),
    "period": ("งวดเดือน", "Month"),
    "file": ("ไฟล์ข้อมูล", "Data file"),
    "filehint": (
        "Excel, CSV หรือ zip ลากไฟล์มาวางในกรอบนี้ก็ได้ ไม่เกิน {limit}",
        "Excel, CSV or zip; you can also drop it into this frame. Up to {limit}.",
    ),
    "pick": ("เลือกไฟล์…", "Choose a file…"),
    "large": ("ไฟล์ใหญ่เกิน {limit}", "The file is larger than {limit}."),
    "check": ("ตรวจไฟล์", "Check the file"),
    "waiting": ("มี {n} ชุดที่รอผู้อนุมัติ", "{n} wait for the approver"),
    "unsent": ("มี {n} ชุดที่ปิดผนึกแล้วแต่ยังไม่ส่ง", "{n} are sealed and not sent"),
    # working
    "w_check": ("กำลังตรวจไฟล์", "Checking the file"),
    "w_seal": ("กำลังปิดผนึก", "Sealing"),
    "w_send": ("กำลังส่ง", "Sending"),
    "w_refresh": ("กำลังถามคลังกลาง", "Asking the pool"),
    "wait": ("โปรดรอสักครู่ หน้านี้จะเปลี่ยนเองเมื่อเสร็จ", "Please wait; this page goes on by itself."),
    "left": ("เหลือประมาณ", "About"),
    "left_end": ("", "left"),
    "minutes": ("นาที", "min"),
    "seconds": ("วินาที", "s"),
    "stop": ("หยุดไว้ก่อน", "Stop for now"),
    "stophint": ("ส่งต่อภายหลังได้จากจุดที่หยุด", "You can go on later from where it stopped."),
    # preview
    "look": ("ตรวจดูก่อนปิดผนึก", "Look before sealing"),
    "passed": ("ผ่าน: เท่าที่ตรวจได้ที่นี่ คลังกลางจะรับไฟล์นี้", "Good: as far as can be told here, the pool would accept it."),
    "asks": ("มีข้อที่ท่านต้องตอบก่อนปิดผนึก", "There are questions to answer before sealing."),
    "refused": ("ไม่ผ่าน: คลังกลางจะไม่รับไฟล์นี้ โปรดแก้ก่อน", "Not good: the pool would refuse it. Mend it first."),
    "read_as": ("อ่านเป็น", "Read as"),
    "rows": ("จำนวนแถว", "Rows"),
    "before": ("งวดก่อน", "Month before"),
    "far": ("ต่างกันมาก โปรดตรวจ", "far apart, please look"),
    "answers": ("ท่านได้ตรวจแล้วว่าข้อต่อไปนี้ถูกต้อง", "You have looked, and the following is right"),
    "again": ("ตรวจอีกครั้ง", "Check again"),
    "other_sheet": ("อ่านแผ่นงานอื่น", "Read another sheet"),
    "sheet": ("แผ่นงาน", "Sheet"),
    "read_sheet": ("อ่านแผ่นงานนี้", "Read this sheet"),
    "letter": ("เลขหนังสือนำส่ง (ถ้ามี)", "Number of the covering letter (if any)"),
    "seal": ("ปิดผนึก", "Seal"),
    "sealhint": ("ปิดผนึกแล้วยังไม่ส่ง", "Sealing does not send."),
    "todo": ("สิ่งที่ต้องแก้", "What to mend"),
    "mend": ("แก้ในไฟล์ของท่าน บันทึก แล้วเลือกไฟล์ใหม่", "Mend it in your file, save it, and choose it again."),
    "choose_again": ("เลือกไฟล์ใหม่", "Choose a file again"),
    "leaves": ("สิ่งที่จะออกจากเครื่องนี้", "What would leave this machine"),
    "stays": ("คอลัมน์ที่ไม่ส่งออก", "Columns that stay here"),
    "rules": ("กฎที่ตรวจแล้ว", "Rules that were judged"),
    "rules_passed": ("ผ่าน {n} จาก {all} กฎ", "{n} of {all} rules pass"),
    "kept_back": ("แถวที่คลังกลางจะกักไว้", "Rows that the pool would keep back"),
    "pool_only": ("ตรวจได้เฉพาะที่คลังกลาง", "Only the pool can judge"),
    "in_file": ("ในไฟล์", "In the file"),
    "as": ("ออกไปเป็น", "Leaves as"),
    "how": ("วิธี", "How"),
    "no_code": ("แถวที่ไม่มีรหัสแฝง", "Rows without a pseudonym"),
    "no_year": ("ไม่พบปี", "no year found"),
    "none_short": ("ไม่มี", "none"),
    "why": ("เหตุผล", "Why"),
    "rule": ("กฎ", "Rule"),
    "found": ("พบ", "Found"),
    "limit": ("เกณฑ์", "Limit"),
    "result": ("ผล", "Result"),
    "where": ("แถวแรก ๆ", "First rows"),
    "row": ("แถว", "rows"),
    "s_passed": ("✓ ผ่าน", "✓ passes"),
    "s_warning": ("! เตือน", "! warning"),
    "s_refused": ("✗ ไม่ผ่าน", "✗ refused"),
    "s_mask": ("! จะถูกปิดบัง", "! will be masked"),
    "report": ("รายงานฉบับเต็มสำหรับพิมพ์", "Full report for printing"),
    # refusals that the page itself can help with
    "error": ("ทำไม่สำเร็จ", "It did not work"),
    "map": ("จับคู่หัวตาราง", "Match the headers"),
    "maphint": (
        "บอกครั้งเดียวว่าหัวตารางใดในไฟล์คือคอลัมน์ที่ขาด เดือนหน้าไม่ถามอีก",
        "Say once which header of the file is the missing column; next month it is not asked again.",
    ),
    "no_header": ("— ไม่มีในไฟล์ —", "— not in the file —"),
    "keep_map": ("บันทึกและตรวจอีกครั้ง", "Keep it and check again"),
    "same_file": ("ตรวจไฟล์เดิมเป็นชุดข้อมูลหรืองวดอื่น", "Check the same file as another dataset or month"),
    "seal_anyway": ("ปิดผนึก", "Seal"),
    "go_on": ("ส่งต่อ", "Go on sending"),
    "r_map": ("จับคู่หัวตารางด้านล่าง หรือแก้ไฟล์แล้วเลือกใหม่", "Match the headers below, or mend the file and choose it again."),
    "r_sheet": ("เลือกแผ่นงานด้านล่าง", "Choose a sheet below."),
    "r_other": ("เลือกชุดข้อมูลให้ตรงกับไฟล์ หรือเลือกไฟล์ใหม่", "Choose the dataset that fits the file, or another file."),
    "r_answer": ("ตรวจแล้วแก้ไฟล์ หรือถ้าถูกต้องแล้ว ให้ตอบด้านล่าง", "Look, and mend the file; if it is right, say so below."),
    # list
    "send": ("ส่ง", "Send"),
    "receipt": ("ใบรับ", "Receipt"),
    "state": ("สถานะ", "State"),
    "do": ("ทำต่อ", "Next"),
    "none": ("ยังไม่มีชุดที่ปิดผนึก", "Nothing is sealed yet."),
    "refresh": ("ถามสถานะล่าสุดจากคลังกลาง", "Ask the pool for the latest"),
    "submission": ("รหัสชุดส่ง", "Submission"),
    "open": ("ดูและอนุมัติ", "Look and approve"),
    # approve
    "approve": ("อนุมัติ", "Approve"),
    "approval": ("อนุมัติโดยบุคคลที่สอง", "Approval by a second person"),
    "approvehint": (
        "ผู้อนุมัติต้องไม่ใช่ผู้จัดทำ ตรวจจำนวนด้านล่างแล้วจึงอนุมัติ",
        "The approver is another person than the preparer. Look at the counts below first.",
    ),
    "name": ("ชื่อผู้อนุมัติ", "Approver's name"),
    "namehint": ("เก็บไว้ที่หน่วยงานเท่านั้น ไม่ส่งออก", "It stays at the agency and does not leave."),
    "role": ("ตำแหน่งผู้อนุมัติ", "Approver's office"),
    "key": ("ไฟล์กุญแจผู้อนุมัติ", "File of the approver's key"),
    "keyhint": (
        "ที่อยู่ไฟล์ในแฟลชไดรฟ์ของผู้อนุมัติ เช่น E:\\approver.key",
        "Its place on the approver's stick, such as E:\\approver.key",
    ),
    "passphrase": ("รหัสผ่านของผู้อนุมัติ", "Approver's passphrase"),
    "looked": ("ข้าพเจ้าตรวจจำนวนข้างต้นแล้ว", "I have looked at the counts above"),
    "preparer": ("ผู้จัดทำ", "Prepared by"),
    "agreement": ("ข้อตกลง", "Agreement"),
    "all_sealed": ("แฝงรหัสครบทุกแถว", "all rows sealed"),
    # receipt
    "pdf": ("ใบรับเป็น PDF", "Receipt as PDF"),
    "print": ("สั่งพิมพ์หน้านี้เพื่อเก็บเข้าแฟ้ม", "Print this page for the file."),
    "back": ("กลับไปที่รายการ", "Back to the list"),
    "resend": ("แก้ไฟล์แล้วเลือกใหม่", "Mend the file and choose it again"),
    # end
    "quit": ("ปิดโปรแกรม", "Close the program"),
    "closed": ("ปิดโปรแกรมแล้ว", "The program is closed"),
    "closedhint": ("ปิดแท็บนี้ได้ ไฟล์ที่เลือกไว้ถูกลบแล้ว", "You can close this tab; the chosen file is removed."),
}
_THAI: Final = re.compile("[\u0e00-\u0e7f]")
_MONTHS: Final = (
    ("มกราคม", "January"), ("กุมภาพันธ์", "February"), ("มีนาคม", "March"), ("เมษายน", "April"), ("พฤษภาคม", "May"),
    ("มิถุนายน", "June"), ("กรกฎาคม", "July"), ("สิงหาคม", "August"), ("กันยายน", "September"), ("ตุลาคม", "October"),
    ("พฤศจิกายน", "November"), ("ธันวาคม", "December"),
)  # fmt: skip


class Words:
    """Words of one language, escaped for markup."""

    def __init__(self, lang: Language) -> None:
        self.lang: Language = lang

    def __call__(self, name: str, **numbers: object) -> str:
        """One word or sentence."""
        return e(self.pair(WORDS[name]).format(**numbers))

    def plain(self, name: str) -> str:
        """One word or sentence, not escaped."""
        return self.pair(WORDS[name])

    def pair(self, both: tuple[str, str]) -> str:
        """This language's of a pair, not escaped."""
        return both[0 if self.lang == "th" else 1]

    def half(self, text: str) -> str:
        """This language's half of each line that holds both, escaped."""
        return "<br>".join(e(self._line(line)) for line in text.splitlines())

    def month(self, period: str) -> str:
        """A period as it is spoken, with what an official types for it."""
        year, month = int(period[:4]), _MONTHS[int(period[5:]) - 1]
        return f"{month[0]} {year + 543}" if self.lang == "th" else f"{month[1]} {year} ({year + 543} B.E.)"

    def _line(self, text: str) -> str:
        thai, slash, english = text.partition(" / ")
        if not slash:
            return text
        # The file stands before the Thai half only, what is listed behind the English half only.
        file, colon, _ = thai.partition(": ")
        if self.lang == "en":
            return f"{file}: {english}" if colon and not _THAI.search(file) else english
        _, colon, listed = english.partition(": ")
        return f"{thai}: {listed}" if colon and listed not in thai else thai
