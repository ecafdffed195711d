"""A preview in words: one document of plain values that JSON, console and HTML page are made of. No value of a row."""

from collections.abc import Iterable
from typing import Any, Final

from khlang.agency.checking.judging import POOL_ONLY, Judged
from khlang.agency.checking.preview import Preview
from khlang.agency.counted import Counted
from khlang.contracts import Column

Pair = tuple[str, str]  # Thai, English
REASONS: Final[dict[str, Pair]] = {
    "missing": ("ว่าง", "empty"),
    "bad_format": ("รูปแบบผิด", "wrong form"),
    "bad_check": ("เลขตรวจสอบผิด", "check digit wrong"),
    "placeholder": ("เลขสมมติ", "placeholder"),
    "class_not_allowed": ("ประเภทบุคคลใช้ไม่ได้", "class not allowed"),
}
WHY: Final[dict[str, Pair]] = {
    "direct-identifier": ("ระบุตัวบุคคลโดยตรง (ชื่อ ที่อยู่ โทรศัพท์ …)", "direct identifier (name, address, telephone …)"),
    "free-text": ("ข้อความอิสระ", "free text"),
    "not-in-contract": ("ข้อตกลงไม่ได้ขอ", "the contract does not ask for it"),
    "comparison-key": ("ใช้ทำกุญแจเปรียบเทียบแล้วทิ้ง", "read for comparison keys, then dropped"),
}
TEXTS: Final[dict[str, Pair]] = {
    "undeclared": ("มีข้อความอิสระ แต่ข้อตกลงไม่ได้ประกาศไว้", "free text that the contract does not declare"),
    "cid": ("เลขประจำตัวประชาชนในข้อความ", "citizen IDs within the text"),
    "phone": ("เบอร์โทรศัพท์ในข้อความ", "telephone numbers within the text"),
    "email": ("อีเมลในข้อความ", "e-mail addresses within the text"),
    "name": ("ชื่อบุคคลในข้อความ", "names of persons within the text"),
}
REJECTS: Final[dict[str, Pair]] = {
    "BAD-TYPE": ("อ่านค่าไม่ได้", "cannot be read"),
    "PID-MISSING": ("ไม่มีเลขระบุตัวที่ใช้ได้", "no usable identifier"),
    "RULE-REQUIRED": ("ว่าง", "empty"),
    "BAD-CODE": ("รหัสนอกรายการ", "code outside the list"),
    "RULE-RANGE": ("นอกช่วง", "out of range"),
    "RULE-PERIOD": ("หลังสิ้นงวด", "after the period"),
    "RULE-ORDER": ("น้อยกว่าหรือมาก่อนค่าที่คู่กัน", "below the value it belongs to"),
    "DUPLICATE": ("แถวซ้ำ", "duplicate row"),
}


def how(column: Column) -> Pair:
    """What becomes of a column."""
    if column.identifier:
        return f"แฝงรหัส (ประเภท {column.identifier})", f"sealed, type {column.identifier}"
    if column.generalise:
        return "ลดเหลือปี ค.ศ.", f"generalised to {column.generalise}"
    if column.free_text == "mask":
        return "ส่ง โดยปิดชื่อและเลขในข้อความ", "kept, names and numbers in it masked"
    return "ส่งตามเดิม", "kept"


def document(preview: Preview) -> dict[str, Any]:
    """Everything a preview says, for a program."""
    table, files = preview.table, preview.files
    return {
        "dataset": table.name,
        "contract_version": table.version_text,
        "period": preview.period,
        "files": list(files),
        "form": preview.form,
        "rows": preview.rows,
        "verdict": "would-be-accepted" if preview.accepted else "would-be-refused",
        "columns": [_column(preview, column) for column in table.columns],
        "dropped": [{"header": one.header, "why": one.why} for one in preview.dropped],
        "findings": [
            {"code": one.code, "message": one.message, "file": one.file, "needs_answer": one in preview.open}
            for one in preview.findings
        ],
        "free_text": [
            {
                "column": one.column,
                "header": preview.headers[one.column],
                "kind": one.kind,
                "does": one.does,
                **_counted(one.counted, files),
            }
            for one in preview.texts
        ],
        "rules": [_rule(one, preview) for one in preview.judged],
        "kept_back": [
            {"reason": reason, "column": column, "header": preview.headers[column], **_counted(counted, files)}
            for (reason, column), counted in preview.rejects.items()
        ],
        "last_month": {"rows": preview.last_rows, "far": preview.far_from_last},
        "judged_by_the_pool_only": list(POOL_ONLY),
    }


def figure(value: float, *, share: bool) -> str:
    """A measured value or a limit, as people read it; a share that is not zero never looks like it."""
    if share:
        return f"{value:.2%}" if value == 0 or value >= 0.0001 else "< 0.01%"
    return f"{value:,.0f}"


def places(counted: dict[str, Any], shown: int = 10) -> str:
    """Row numbers of the office's own file, a list that ends where more follow."""
    listed: list[str] = []
    last = None
    several = len({one["file"] for one in counted["first_rows"]}) > 1
    for one in counted["first_rows"][:shown]:
        file = f"{one['file']}: " if several and one["file"] != last else ""
        last = one["file"]
        listed.append(f"{file}{one['row']}")
    return ", ".join(listed) + (" …" if counted["count"] > len(listed) and listed else "")


def _column(preview: Preview, column: Column) -> dict[str, Any]:
    reasons = preview.reasons.get(column.name, {})
    thai, english = how(column)
    return {
        "name": column.name,
        "header": preview.headers[column.name],
        "how_th": thai,
        "how_en": english,
        "sealed_as": column.identifier,
        "generalised_to": column.generalise,
        "pid_reasons": {reason: _counted(one, preview.files) for reason, one in sorted(reasons.items())},
        "lost": preview.lost_years.get(column.name, 0),
    }


def _rule(one: Judged, preview: Preview) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "code": one.rule.code,
        "column": one.rule.column,
        "header": preview.headers[one.rule.column] if one.rule.column else None,
        "state": one.state,
        "observed": one.observed,
        "share": one.share,
        "limit": one.rule.limit,
        "message_th": one.rule.message_th,
        "message_en": one.rule.message_en,
        **_counted(one.counted, preview.files),
    }


def _counted(counted: Counted, files: tuple[str, ...]) -> dict[str, Any]:
    return {"count": counted.count, "first_rows": _rows(counted.first, files)}


def _rows(first: Iterable[tuple[int, int]], files: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"file": files[file], "row": row} for file, row in first]
