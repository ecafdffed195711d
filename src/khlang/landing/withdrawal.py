"""Withdrawals: the agency asks through the gateway, land destroys the submission's key and says what stands instead.

From the moment it is asked, nothing waits to be landed or curated of it. Each step can be repeated after a crash.
"""

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from khlang import lake, receipt, signatures, store
from khlang.contracts import Contracts
from khlang.errors import SequenceError, UsageError
from khlang.landing import headers, ledger
from khlang.landing.ledger import Claim, Decision
from khlang.landing.refusal import refusal, require_place
from khlang.landing.registry import Agency

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

EMPTY = "withdrawal"  # what a claim "supersedes" that leaves a period without any content
_GONE = (
    (
        "กุญแจของไฟล์ส่วนทุกไฟล์: ไม่มีใครเปิดได้อีก แม้มีกุญแจของงวด / "
        "The keys of all its parts: nobody can open them again, not with the month's identity either."
    ),
    "สำเนาที่เปิดแล้วทุกไฟล์ / Every opened copy.",
)
_HISTORY = (
    "ตารางประวัติ {names}: สิ่งที่เคยทราบจากงวดนี้ยังอยู่จนพ้นระยะเก็บ หรือจนคลังสั่งลืม (khlang history forget) "
    "ค่าปัจจุบันเว้นว่างไว้ / Histories {names}: what had been known of this month stays until its retention ends, or "
    "until the pool gives `khlang history forget`; what holds now has a gap."
)
_KEPT = (
    "ไฟล์ที่เข้ารหัสซึ่งเปิดไม่ได้แล้ว จนพ้นระยะล็อก / The encrypted files, unreadable by now, until their lock ends.",
    (
        "แถวของงวดนี้ในตาราง จนกว่างานรอบถัดไปจะนำออก และตารางรุ่นเก่าจนกว่าจะล้าง (vacuum) / "
        "Rows of this period in tables and marts until the next run takes them out; old table versions until vacuum."
    ),
    (
        "รหัสแฝงที่ชุดนี้เพิ่มในทะเบียนรหัส (spine) และผลรวมที่เผยแพร่ไปแล้ว / "
        "Pseudonyms that it brought into the spine, and aggregates that were released."
    ),
    "ไฟล์ในหน่วยงานของท่านเอง / Your own files in your office.",
)


def ask(s3: "S3Client", agency: Agency, place: lake.Submission, text: str, signature: str) -> Decision:
    """Note an agency's signed request; from now on the submission is not used. Asked again, the first one stands.

    Raises:
        SignatureError: The enrolled key did not sign it.
        ContractError, InputError, IntegrityError: It is not of its form, or is of another submission.
        UsageError: The submission never was received.
    """
    data = text.encode("utf-8")
    signatures.verify(data, signature, agency.public_key)
    asked = receipt.read_withdrawal(data)
    require_place(asked, place)
    names = ledger.stages(s3, place.prefix + "/").get(place, [])
    if not any(name.startswith("received") for name in names):
        raise refusal(
            UsageError,
            "RECEIPT-NONE",
            th="คลังยังไม่เคยได้รับชุดส่งนี้",
            en="The pool has not received this submission.",
            remedy="ไม่ต้องถอน / There is nothing to withdraw.",
        )
    noted = {
        **place.named,
        "verdict": "withdrawn",
        "code": "WITHDRAWAL",
        "message_th": "หยุดใช้ชุดส่งนี้แล้ว กุญแจจะถูกทำลายในรอบงานถัดไป",
        "message_en": "It is not used any more; its key is destroyed at the next run of land.",
        "reason": asked["reason"],
        "request_sha256": hashlib.sha256(data).hexdigest(),
        "signature": signature,
        "at": _now(),
    }
    return ledger.write_decision(s3, place, ledger.WITHDRAWAL, noted)


def require_standing(s3: "S3Client", place: lake.Submission) -> None:
    """What was withdrawn is not taken again.

    Raises:
        SequenceError: It was withdrawn.
    """
    if ledger.WITHDRAWAL in ledger.stages(s3, place.prefix + "/").get(place, []):
        raise refusal(
            SequenceError,
            "WITHDRAWN",
            th="ชุดส่งนี้ถูกถอนแล้ว ส่งเนื้อหาเดิมซ้ำไม่ได้",
            en="This submission was withdrawn: the same content cannot be sent again.",
            remedy="ส่งไฟล์ที่แก้ไขแล้ว หรือถามคลังกลาง / Send a corrected file, or ask the pool.",
        )


def settle(s3: "S3Client", contracts: Contracts, place: lake.Submission) -> list[Decision]:
    """Destroy a submission's key and opened copy, and let what came before it count again, or nothing.

    Returns:
        What was decided: the content that counts again, where there is one, and the withdrawal.
    """
    headers.destroy(s3, place)
    store.delete_prefix(s3, lake.LAKE, _folder(place))
    claims = ledger.claims(s3, place.dataset, place.period)
    decided: list[Decision] = []
    told: Decision = {"restored": None}
    if claims and claims[-1].submission == place.id:
        before = next((claim for claim in reversed(claims) if _can_count(s3, place, claim)), None)
        told = _empty(s3, place) if before is None else {"restored": before.submission}
        decided += [] if before is None else [_restore(s3, place, before)]
    elif claims and claims[-1].supersedes == place.id:
        decided += _finish(s3, place, claims[-1])
    withdrawn: dict[str, Any] = {
        **place.named,
        **told,
        "verdict": "withdrawn",
        "code": "WITHDRAWN",
        "message_th": "ถอนแล้ว" + (" ชุดก่อนหน้ากลับมาใช้แทน" if told["restored"] or decided else ""),
        "message_en": "Withdrawn." + (" The content before it counts again." if told["restored"] or decided else ""),
        "gone": _GONE,
        "kept": kept(contracts, place.dataset),
        "marts": sorted(table.name for table in contracts.marts if place.dataset in table.inputs),
        "at": _now(),
    }
    return [*decided, ledger.write_decision(s3, place, ledger.WITHDRAWN, withdrawn)]


def kept(contracts: Contracts, dataset: str) -> list[str]:
    """What a withdrawal does not take away, as its receipt says it: in Thai and English."""
    histories = [table.name for table in contracts.histories if dataset in table.inputs]
    return [*_KEPT, *([_HISTORY.format(names=", ".join(histories))] if histories else [])]


def _can_count(s3: "S3Client", place: lake.Submission, claim: Claim) -> bool:
    """Whether an earlier claim's content is not withdrawn itself and its opened copy is still there."""
    other = place.beside(claim.submission)
    names = ledger.stages(s3, other.prefix + "/").get(other, [])
    there = next(store.list_keys(s3, lake.LAKE, _folder(other)), None)
    return other != place and ledger.WITHDRAWAL not in names and there is not None


def _restore(s3: "S3Client", place: lake.Submission, before: Claim) -> Decision:
    other = place.beside(before.submission)
    sequence = ledger.claim(s3, other, place.id)
    return _again(s3, place, other, sequence)


def _finish(s3: "S3Client", place: lake.Submission, claim: Claim) -> list[Decision]:
    """A run was killed after the earlier content's claim and before its decision."""
    other = place.beside(claim.submission)
    if ledger.read(s3, other, f"landed-{claim.sequence:06d}") is not None:
        return []
    return [_again(s3, place, other, claim.sequence)]


def _again(s3: "S3Client", place: lake.Submission, other: lake.Submission, sequence: int) -> Decision:
    names = ledger.stages(s3, other.prefix + "/").get(other, [])
    last = max(name for name in names if name.startswith("landed-") and name[7:].isdigit())
    decision = (ledger.read(s3, other, last) or {}) | {
        "code": "RESTORED",
        "message_th": "กลับมาใช้ชุดนี้ เพราะชุดที่มาแทนถูกถอน",
        "message_en": "It counts again: what had taken its place was withdrawn.",
        "sequence": sequence,
        "supersedes": place.id,
        "at": _now(),
    }
    return ledger.write_decision(s3, other, f"landed-{sequence:06d}", decision)


def _empty(s3: "S3Client", place: lake.Submission) -> Decision:
    """Nothing counts for the period any more: a sequence that curate fulfils by taking the period out."""
    sequence = ledger.claim(s3, place, EMPTY)
    emptied = {**place.named, "verdict": "withdrawn", "code": "EMPTIED", "sequence": sequence, "rows": 0}
    ledger.write_decision(s3, place, f"{ledger.EMPTIED}-{sequence:06d}", emptied)
    return {"restored": None, "sequence": sequence}


def _folder(place: lake.Submission) -> str:
    return place.accepted.removeprefix(f"s3://{lake.LAKE}/") + "/"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
