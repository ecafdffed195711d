"""What a receipt says, put into words: one page model that text, HTML and PDF are made of. Pure.

No value of any row is in a receipt, so none can be on a page. Rows are named by the office's own file and row where
the row map, which stays here, knows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["th", "en"]
Rows = Mapping[int, str]  # sealed row number → "file, row 12"

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
_STAGES = (
    ("landed-refused", "ตรวจรับ", "Verifying"),
    ("landed", "ตรวจรับ", "Verifying"),
    ("curated", "ตรวจคุณภาพ", "Gate"),
    ("withdrawal", "ขอถอน", "Withdrawal asked for"),
    ("withdrawn", "ถอน", "Withdrawal"),
)
_MEND = ("แก้ไขในไฟล์ แล้วปิดผนึกและส่งใหม่", "Mend them in your file, seal and send again.")


@dataclass(frozen=True)
class Step:
    """One thing that became of it: a heading, sentences, and a table (its first row is the head)."""

    heading: str
    lines: tuple[str, ...]
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Page:
    """One receipt in one language."""

    lang: Language
    title: str
    state: str
    facts: tuple[tuple[str, str], ...]
    steps_title: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...]


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


def page(
    said: Mapping[str, Any], *, lang: Language, verified: bool, manifest: Mapping[str, Any] | None, rows: Rows
) -> Page:
    """Put a receipt into words.

    Args:
        said: What the receipt says.
        lang: In which language.
        verified: Whether its signature was held against the pool's key.
        manifest: Of the same submission, where it lies here: legal basis and retention come from it.
        rows: The office's own names of sealed rows.
    """
    received, papers = said["received"] or {}, manifest or {}
    values = {
        "agency": said["agency"],
        "dataset": said["dataset"],
        "period": thai_period(said["period"], lang),
        "submission": said["submission"],
        "state": state(said["state"], lang),
        **{name: received.get(name) for name in ("receipt_id", "at", "rows", "parts", "manifest_sha256")},
        **{name: papers.get(name) for name in ("letter", "agreement", "legal_basis", "retention_days")},
        **{name: papers.get(name) for name in ("preparer", "approver")},
    }
    return Page(
        lang=lang,
        title=word("title", lang),
        state=state(said["state"], lang),
        facts=tuple((word(name, lang), _shown(value)) for name, value in values.items() if value not in {None, ""}),
        steps_title=word("steps", lang),
        steps=tuple(_step(step, lang, rows) for step in said["steps"]),
        notes=(word("signed" if verified else "unsigned", lang), word("note", lang)),
    )


def named_rows(said: Mapping[str, Any]) -> set[int]:
    """Sealed row numbers that a receipt names."""
    findings = [finding for step in said["steps"] for finding in step["findings"]]
    return {number for finding in findings for number in _numbers(finding)}


def _step(step: Mapping[str, Any], lang: Language, rows: Rows) -> Step:
    stage = next(
        (name[1 if lang == "th" else 2] for name in _STAGES if step["stage"].startswith(name[0])), step["stage"]
    )
    verdict = state(str(step.get("verdict", "")), lang)
    lines = [str(step[f"message_{lang}"])] if step.get(f"message_{lang}") else []
    if step.get("verdict") == "refused" and step.get("code"):
        lines.append(f"{word('rule', lang)}: {step['code']}")
    if step.get("remedy"):
        lines.append(f"{word('do', lang)}: {_half(str(step['remedy']), lang)}")
    if step.get("reason"):
        lines.append(f"{word('reason', lang)}: {step['reason']}")
    for name in ("gone", "kept"):
        lines += [f"{word(name, lang)}: {_half(str(line), lang)}" for line in step.get(name, ())]
    if step.get("marts"):
        lines.append(f"{word('marts', lang)}: {', '.join(step['marts'])}")
    counts = [
        f"{word(name, lang)} {step[name]:,}" for name in ("rows_in", "rows_curated", "rows_quarantined") if name in step
    ]
    lines += [", ".join(counts)] if counts else []
    if step["findings"]:
        lines.append(f"{word('do', lang)}: {_MEND[0 if lang == 'th' else 1]}")
    return Step(f"{stage}: {verdict}".rstrip(": "), tuple(lines), _table(step["findings"], lang, rows))


def _table(findings: Sequence[Mapping[str, Any]], lang: Language, rows: Rows) -> tuple[tuple[str, ...], ...]:
    if not findings:
        return ()
    head = tuple(word(name, lang) for name in ("column", "rule", "count", "where", "meaning"))
    body = [
        (
            str(one.get("column") or "—"),
            str(one.get("code") or one.get("reason") or ""),
            _shown(one["count"]) if "count" in one else "",
            ", ".join(rows[number] for number in _numbers(one) if number in rows),
            str(one.get(f"message_{lang}", "")),
        )
        for one in findings
    ]
    return (head, *body)


def _numbers(finding: Mapping[str, Any]) -> list[int]:
    first = [finding["first_row"]] if "first_row" in finding else []
    return [int(number) for number in (*finding.get("rows", ()), *first)]


def _half(text: str, lang: Language) -> str:
    """The half of a "Thai / English" text that is in this language."""
    thai, slash, english = text.partition(" / ")
    return (thai if lang == "th" else english) if slash else text


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
