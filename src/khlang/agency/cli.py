"""``khlang agency``: what a ministry team types once a month."""

import click

from khlang.lazygroup import LazyGroup

_HERE = "khlang.agency.commands"
# name → (module:attribute, one line of help)
COMMANDS = {
    "init": (f"{_HERE}.init:init", "ตั้งค่าหน่วยงาน / Set this agency up from its bundle and the sealing key."),
    "enrol-request": (f"{_HERE}.init:enrol_request", "คำขอขึ้นทะเบียน / What the pool's keeper needs (no secret)."),
    "map": (f"{_HERE}.map:map_", "จับคู่หัวตาราง / Say once which header of your file is which column."),
    "check": (f"{_HERE}.check:check", "ตรวจก่อนส่ง / See what would leave, and whether the pool would take it."),
    "seal": (f"{_HERE}.seal:seal", "ปิดผนึกไฟล์ / Seal one extract; nothing leaves this machine yet."),
    "approve": (f"{_HERE}.approve:approve", "อนุมัติ / Approve what another person sealed, where two are asked for."),
    "approver-key": (
        f"{_HERE}.approver:approver_key",
        "กุญแจผู้อนุมัติ / A key of the approver's own, where two are asked for.",
    ),
    "send": (f"{_HERE}.send:send", "ส่งข้อมูล / Send one sealed folder, or all that have no receipt."),
    "status": (f"{_HERE}.status:status", "สถานะ / What was sealed and sent, and what became of it."),
    "receipt": (f"{_HERE}.receipt:receipt", "ใบรับ / One submission's receipt, signed: text, JSON, HTML, PDF."),
    "ui": (f"{_HERE}.ui:ui", "หน้าจอ / The same as a page of this machine, for who does not use terminals."),
    "export": (f"{_HERE}.export:export", "ส่งทางแฟลชไดรฟ์ / Write a sealed submission to a stick instead of sending it."),
    "bridge": (f"{_HERE}.bridge:bridge", "เชื่อมรหัสเมื่อเปลี่ยนรุ่นกุญแจ / Keep links when the key changes: pair old with new."),
    "reidentify": (f"{_HERE}.reidentify:reidentify", "เปิดคำตอบว่าเป็นแถวใด / Open the keepers' answer: whose row it is."),
    "withdraw": (f"{_HERE}.withdraw:withdraw", "ถอนชุดส่ง / Stop the use of a submission and have its key destroyed."),
}


EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency check มกราคม.xlsx --dataset vehicles --period 2569-01
  khlang agency seal มกราคม.xlsx --dataset vehicles --period 2569-01
  khlang agency send
  khlang agency status
"""


@click.group(cls=LazyGroup, table=COMMANDS, epilog=EXAMPLES)
def agency() -> None:
    """Seal a monthly extract and send it / ปิดผนึกและส่งข้อมูลประจำเดือน."""
