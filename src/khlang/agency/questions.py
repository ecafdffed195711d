"""Questions that an official answers before anything is sealed: what may be right, and is more often a mistake."""

from collections.abc import Mapping, Sequence
from typing import Any

from khlang.agency.content import Content
from khlang.agency.reading import Finding, ReadOptions
from khlang.errors import InputError


class UnansweredError(InputError):
    """Questions are open; ``findings`` says which, for a page that asks them."""

    def __init__(self, findings: Sequence[Finding], remedy: str) -> None:
        said = (f"{finding.file}: {finding.message}".removeprefix(": ") for finding in findings)
        super().__init__("\n".join(said), remedy, code=findings[0].code)
        self.findings = tuple(findings)


def same_as_before(known: list[dict[str, Any]], content: Content, month: str) -> list[Finding]:
    """The same bytes were sealed for another month.

    Args:
        known: What the agency remembers of the dataset's submissions.
        content: What lies here now.
        month: For which it is to be sealed.
    """
    others = sorted({facts["period"] for facts in known if facts["files"] == content.files.hex()} - {month})
    if not others:
        return []
    message = f"เนื้อหาเหมือนกับที่ปิดผนึกไว้สำหรับงวด {others[-1]} ทุกตัวอักษร / byte for byte what was sealed for {others[-1]}"
    return [Finding("SAME-AS-LAST-MONTH", message, "", needs_answer=True)]


def heavy(counts: Mapping[str, int], file: str) -> list[Finding]:
    """Persons on more rows than the pool accepts, by column."""
    return [
        Finding(
            "SEAL-HEAVY",
            f"คอลัมน์ {name}: {count} คนปรากฏในหลายแถวเกินปกติ คลังกลางจะไม่รับ / "
            f"column {name}: {count} persons stand on more rows than the pool accepts",
            file,
            needs_answer=True,
        )
        for name, count in counts.items()
    ]


def require_answers(findings: Sequence[Finding], options: ReadOptions) -> None:
    """Nothing is sealed over a question that the official has not answered.

    Raises:
        UnansweredError: Naming every open one, and how to say yes.
    """
    open_ = [finding for finding in findings if finding.needs_answer and finding.code not in options.accept]
    if open_:
        accept = " ".join(f"--accept {code}" for code in dict.fromkeys(finding.code for finding in open_))
        raise UnansweredError(
            open_, f"ตรวจแล้วแก้ไฟล์ หรือถ้าถูกต้องแล้วให้เพิ่ม / Look, and mend the file; if it is right, add: {accept}"
        )
