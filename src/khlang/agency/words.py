"""The words of receipts, Thai and English beside each other; no word of a receipt stands anywhere else."""

from khlang.web.language import Language

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("ใบรับข้อมูลแฝง", "Receipt for pseudonymised data"),
    "agency": ("หน่วยงาน", "Agency"),
    "dataset": ("ชุดข้อมูล", "Dataset"),
    "period": ("งวด", "Period"),
    "submission": ("รหัสชุดส่ง", "Submission"),
    "state": ("สถานะ", "State"),
    "receipt_id": ("เลขที่ใบรับ", "Receipt number"),
    "at": ("วันเวลาที่รับ (UTC)", "Received at (UTC)"),
    "rows": ("จำนวนแถว", "Rows"),
    "parts": ("จำนวนไฟล์ส่วน", "Parts"),
    "manifest_sha256": ("SHA-256 ของใบกำกับ", "SHA-256 of the manifest"),
    "letter": ("หนังสือนำส่ง", "Covering letter"),
    "agreement": ("ข้อตกลง", "Agreement"),
    "legal_basis": ("ฐานกฎหมาย", "Legal basis"),
    "retention_days": ("ระยะเวลาเก็บ (วัน)", "Retention (days)"),
    "preparer": ("ผู้จัดทำ", "Prepared by"),
    "approver": ("ผู้อนุมัติ", "Approved by"),
    "steps": ("ความเป็นมา", "What became of it"),
    "column": ("คอลัมน์", "Column"),
    "rule": ("กฎ", "Rule"),
    "count": ("จำนวน", "Count"),
    "where": ("แถวในไฟล์ของท่าน", "Rows of your file"),
    "meaning": ("ความหมาย", "Meaning"),
    "do": ("สิ่งที่ต้องทำ", "What to do"),
    "gone": ("สิ่งที่ลบหรือทำลายแล้ว", "What is gone"),
    "kept": ("สิ่งที่ยังอยู่", "What is not gone"),
    "marts": ("ตารางผลลัพธ์ที่เกี่ยวข้อง", "Marts concerned"),
    "reason": ("เหตุผล", "Reason"),
    "rows_in": ("แถวที่เข้าตรวจ", "rows judged"),
    "rows_curated": ("ใช้งาน", "in use"),
    "rows_quarantined": ("กักไว้", "kept back"),
    "signed": ("ลายมือชื่อของคลังกลาง ตรวจสอบแล้ว", "Signature of the pool, verified"),
    "unsigned": ("ไม่ได้ตรวจลายมือชื่อ: ไฟล์ตั้งค่าไม่มีกุญแจใบรับ", "Signature not verified: the bundle names no receipt key"),
    "note": (
        (
            "ข้อมูลแฝงยังเป็นข้อมูลส่วนบุคคลตาม พ.ร.บ. คุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562 "
            "เก็บใบรับนี้ไว้กับบันทึกรายการกิจกรรมการประมวลผล (มาตรา 39)"
        ),
        (
            "Pseudonymised data are still personal data under the Personal Data Protection Act B.E. 2562. "
            "Keep this receipt with the record of processing activities (section 39)."
        ),
    ),
}
STATES: dict[str, tuple[str, str]] = {
    "waits": ("รอผู้อนุมัติ", "waits for the approver"),
    "sealed": ("ปิดผนึกแล้ว ยังไม่ส่ง", "sealed, not sent"),
    "partial": ("ส่งค้าง", "partly sent"),
    "received": ("ได้รับแล้ว รอตรวจ", "received, waits to be verified"),
    "accepted": ("ตรวจรับแล้ว รอตรวจคุณภาพ", "verified, waits for the gate"),
    "promoted": ("ผ่านการตรวจคุณภาพ ใช้งานแล้ว", "gated and promoted: in use"),
    "refused": ("ไม่รับ", "refused"),
    "bridged": ("เชื่อมรหัสแฝงรุ่นเดิมกับรุ่นใหม่แล้ว", "old and new pseudonyms are joined"),
    "superseded": ("มีชุดใหม่กว่าแทนแล้ว", "superseded by a later one"),
    "withdrawn": ("ถอนแล้ว", "withdrawn"),
}
STAGES = (
    ("landed-refused", "ตรวจรับ", "Verifying"),
    ("landed", "ตรวจรับ", "Verifying"),
    ("curated", "ตรวจคุณภาพ", "Gate"),
    ("withdrawal", "ขอถอน", "Withdrawal asked for"),
    ("withdrawn", "ถอน", "Withdrawal"),
)
MEND = ("แก้ไขในไฟล์ แล้วปิดผนึกและส่งใหม่", "Mend them in your file, seal and send again.")


def word(name: str, lang: Language) -> str:
    """A label in one language."""
    return _WORDS[name][0 if lang == "th" else 1]


def state(name: str, lang: Language) -> str:
    """A state in words."""
    return STATES.get(name, (name, name))[0 if lang == "th" else 1]


def thai_period(period: str, lang: Language) -> str:
    """``2026-01`` with the Buddhist year beside it."""
    buddhist = f"{int(period[:4]) + 543}-{period[5:]}"
    return f"{buddhist} ({period})" if lang == "th" else f"{period} ({buddhist} B.E.)"
