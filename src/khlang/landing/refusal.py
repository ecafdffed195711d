"""What an agency is told when something is refused: a code, Thai, English and a remedy; nothing of values."""

from collections.abc import Mapping
from typing import Any

from khlang import lake
from khlang.errors import IntegrityError, KhlangError

# Thai for refusals that neutral modules raise in English only.
_THAI = {
    "MANIFEST-SCHEMA": "ใบกำกับไม่เป็นไปตามรูปแบบที่ประกาศ",
    "MANIFEST-CANONICAL": "ใบกำกับไม่ได้อยู่ในรูปมาตรฐาน RFC 8785",
    "MANIFEST-ID": "รหัสชุดส่งไม่ตรงกับเนื้อหา",
    "MANIFEST-ROWS": "จำนวนแถวของแต่ละส่วนรวมกันไม่เท่ากับที่แจ้ง",
    "SIGNATURE": "ลายมือชื่อไม่ตรงกับเนื้อหาหรือผู้ลงนาม",
    "SERVICE": "ระบบจัดเก็บไม่ตอบสนอง กรุณาส่งใหม่ ข้อมูลที่รับแล้วไม่สูญหาย",
    "ACCESS": "ไม่มีสิทธิ์ทำรายการนี้",
}


def refusal(kind: type[KhlangError], code: str, *, th: str, en: str, remedy: str) -> KhlangError:
    """Make an error of one class in both languages."""
    error = kind(f"{th} / {en}", remedy, code=code)
    error.__dict__["texts"] = (th, en)
    return error


def require_place(said: Mapping[str, Any], place: lake.Submission) -> None:
    """A manifest or request is of the agency, dataset, period and submission under whose path it came.

    Raises:
        IntegrityError: It is of another.
    """
    if {name: said[name] for name in place.named} != place.named:
        raise refusal(
            IntegrityError,
            "MANIFEST-PLACE",
            th="ใบกำกับหรือคำขอเป็นของหน่วยงาน ชุดข้อมูล งวด หรือชุดส่งอื่น",
            en="The manifest or request is of another agency, dataset, period or submission than the path.",
            remedy="ส่งด้วยคำสั่งของ khlang agency / Send with the commands of khlang agency.",
        )


def texts(error: KhlangError) -> tuple[str, str]:
    """An error's message in Thai and in English."""
    made = error.__dict__.get("texts")
    if made:
        return str(made[0]), str(made[1])
    if " / " in error.message:
        th, _, en = error.message.partition(" / ")
        return th, en
    return _THAI.get(error.code, error.message), error.message


def as_dict(error: KhlangError) -> dict[str, Any]:
    """The part of a decision or of an HTTP answer that tells the refusal."""
    th, en = texts(error)
    return {"code": error.code, "message_th": th, "message_en": en, "remedy": error.remedy}
