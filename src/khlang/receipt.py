"""A receipt: what the pool says of one submission, in canonical JSON, signed with the pool's receipt key.

Neutral: the pool builds and signs with it, the agency verifies with it, offline. It holds counts, codes and names of
columns; never a value, a pseudonym or an identifier. So does the request that withdraws a submission.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import signatures
from khlang.errors import ContractError, InputError, IntegrityError, SignatureError

VERSION = "1"
REASON_LENGTH = 300
PLACE = ("agency", "dataset", "period", "submission")
_STEP = (
    "stage", "verdict", "code", "message_th", "message_en", "remedy", "sequence", "revision", "rows", "rows_in",
    "rows_curated", "rows_quarantined", "canary_rows", "contract_version", "supersedes", "at", "reason", "gone", "kept",
    "restored", "marts",
)  # fmt: skip
_FINDING = (
    "rule_id", "code", "reason", "column", "count", "share", "limit", "severity", "radius", "message_th", "message_en",
    "first_row", "rows",
)  # fmt: skip
_TELLING = re.compile(r"(?:[0-9๐-๙][\s.\-]*){9,}|@")

Signed = dict[str, str]


def build(
    place: Mapping[str, str], *, state: str, received: Mapping[str, Any], steps: list[Mapping[str, Any]]
) -> bytes:
    """Put a receipt together; only what is meant to be told goes in.

    Args:
        place: ``agency``, ``dataset``, ``period``, ``submission``.
        state: The last thing that became of it.
        received: What the gateway acknowledged; empty for what was never received whole.
        steps: What land, curate and withdrawal decided, in order.
    """
    told = [{**_only(step, _STEP), "findings": _findings(step)} for step in steps]
    document = {
        "receipt_version": VERSION,
        **{name: place[name] for name in PLACE},
        "state": state,
        "received": dict(received) or None,
        "steps": told,
    }
    return signatures.canonical(document)


def sign(data: bytes, key: Ed25519PrivateKey) -> Signed:
    """The receipt with its signature and the key that verifies it, as it is handed over."""
    return {"receipt": data.decode("utf-8"), "signature": signatures.sign(data, key), "key": signatures.public_hex(key)}


def verify(signed: Any, *, key: str | None) -> dict[str, Any]:
    """Read a receipt whose signature holds.

    Args:
        signed: ``receipt``, ``signature`` and ``key``, as :func:`sign` made them.
        key: The pool's receipt key as the agency's bundle names it.

    Raises:
        IntegrityError: It is no receipt.
        SignatureError: It was altered, or signed by another, or the bundle names no receipt key.
    """
    try:
        text, signature, signer = (str(signed[name]) for name in ("receipt", "signature", "key"))
        document = json.loads(text)
        known = document["receipt_version"] == VERSION and all(isinstance(document[name], str) for name in PLACE)
    except (KeyError, TypeError, ValueError, RecursionError):
        known = False
    if not known:
        raise IntegrityError(
            "ไฟล์นี้ไม่ใช่ใบรับ / This is no receipt.", "ขอใบรับใหม่ / Ask again: khlang agency receipt", code="RECEIPT-FORM"
        )
    if key is None:
        raise SignatureError(
            "ไฟล์ตั้งค่าไม่มีกุญแจใบรับของคลัง / The bundle does not name the pool's receipt key.",
            "ขอไฟล์ตั้งค่าชุดใหม่ / Ask the key authority for a new bundle.",
            code="RECEIPT-KEY",
        )
    if signer != key:
        raise SignatureError(
            "ใบรับลงนามโดยผู้อื่น ไม่ใช่คลังกลาง / The receipt is signed by another than the pool.",
            "อย่าใช้ใบรับนี้ ติดต่อคลังกลาง / Do not rely on it; ask the pool.",
            code="RECEIPT-SIGNER",
        )
    signatures.verify(text.encode("utf-8"), signature, key)
    found: dict[str, Any] = document
    return found


def withdrawal(place: Mapping[str, str], reason: str) -> bytes:
    """The request that withdraws a submission, to be signed by the agency.

    Raises:
        InputError: The reason is empty, too long, or looks as if it held an identifier or an address.
    """
    text = " ".join(reason.split())
    if not text or len(text) > REASON_LENGTH or _TELLING.search(text):
        raise InputError(
            f"เหตุผลต้องไม่ว่าง ไม่เกิน {REASON_LENGTH} ตัวอักษร และไม่มีเลขยาวหรืออีเมล / "
            f"The reason must be given in at most {REASON_LENGTH} characters, no long number or e-mail address in it.",
            "เขียนเหตุผลโดยไม่ระบุตัวบุคคล / Say why without naming a person.",
            code="WITHDRAW-REASON",
        )
    return signatures.canonical(
        {"withdrawal_version": VERSION, **{name: place[name] for name in PLACE}, "reason": text}
    )


def read_withdrawal(data: bytes) -> dict[str, str]:
    """Read a request to withdraw, whose signature the caller has verified.

    Raises:
        ContractError: It is not of its form.
        InputError: Its reason is not.
    """
    try:
        document = json.loads(data)
        texts = all(isinstance(document[name], str) for name in (*PLACE, "reason"))
        same = texts and withdrawal(document, document["reason"]) == data
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        same = False
    if not same:
        raise ContractError("The request to withdraw is not of its form.", "Send with khlang agency withdraw.")
    found: dict[str, str] = document
    return found


def _findings(step: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_only(one, _FINDING) for name in ("failures", "rejects") for one in step.get(name) or ()]


def _only(given: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given[name] for name in names if given.get(name) is not None}
