"""The way back to one person: the papers that pool, key authority and agency hand to each other, and who opens what.

The pool finds in which row of which sealed submission a project's person stands and says it to nobody: the *pointer*
is encrypted to the re-identification key, whose private half the keepers hold in shares. m of them together turn it
into an *answer*, which the agency that sealed that row opens with its own signing key, and nobody else. No paper holds
an identifier or a pseudonym: a row's number means something only beside the row map, which never left the agency.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from khlang import signatures
from khlang.errors import InputError, IntegrityError

Kind = Literal["question", "request", "answer"]
DAILY: Final = 1  # persons a project and day; the pool and the authority each count for themselves
#: What a question says in clear, for keepers to judge by; every later paper repeats it.
FACTS: Final = ("request", "project", "agency", "dataset", "purpose", "legal_basis", "by", "at")
REQUEST: Final = re.compile(r"[0-9a-f]{16}")
_AGENCY: Final = re.compile(r"[a-z][a-z0-9_-]{0,40}")
_AGAIN = "ขอไฟล์ใหม่จากผู้ส่ง / Ask who sent it for the file again."


@dataclass(frozen=True)
class Pointer:
    """Where one person stands: one row of one submission, and the column that identifies the person there."""

    request: str
    agency: str
    dataset: str
    period: str
    submission: str
    row_number: int
    column: str

    def sealed(self, recipient: Any) -> str:
        """Encrypted to one age recipient (of ``pyrage``), as base64."""
        import pyrage

        return base64.b64encode(pyrage.encrypt(signatures.canonical(asdict(self)), [recipient])).decode("ascii")

    @classmethod
    def opened(cls, sealed: str, identity: Any) -> "Pointer":
        """Decrypt a pointer.

        Raises:
            IntegrityError: It was encrypted to somebody else, or is damaged (REID-OPEN).
            InputError: It is not exactly one row of one submission (REID-ONE).
        """
        import pyrage

        try:
            data = pyrage.decrypt(base64.b64decode(sealed, validate=True), [identity])
        except (ValueError, pyrage.DecryptError):
            raise IntegrityError(
                "เปิดไม่ได้ ไฟล์นี้เข้ารหัสถึงผู้อื่นหรือเสียหาย / This was encrypted to somebody else, or is damaged.",
                "เฉพาะหน่วยงานที่ปิดผนึกเปิดคำตอบได้ / Only the agency that sealed opens an answer.",
                code="REID-OPEN",
            ) from None
        return cls.of(json.loads(data))

    @classmethod
    def of(cls, told: Any) -> "Pointer":
        """A pointer from plain values; raises InputError (REID-ONE) where it names more, or less, than one row."""
        whole = isinstance(told, dict) and set(told) == {one.name for one in fields(cls)}
        if not whole or any(type(told[one.name]) is not one.type for one in fields(cls)):
            raise InputError(
                "คำถามต้องชี้แถวเดียวเท่านั้น / A pointer names exactly one row.",
                "ถามครั้งละหนึ่งคน / Ask for one person at a time.",
                code="REID-ONE",
            )
        return cls(**told)


def paper(kind: Kind, told: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """A signed paper as the bytes of a file."""
    body = {"paper": f"khlang-reidentification-{kind}-1", **told}
    signed = {**body, "signature": signatures.sign(signatures.canonical(body), key)}
    return json.dumps(signed, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8") + b"\n"


def read(data: bytes, kind: Kind, public: str) -> dict[str, Any]:
    """What a paper says, once it is known who signed it.

    Raises:
        InputError: It is no paper of this kind (REID-PAPER).
        SignatureError: It is not what this signer signed.
    """
    try:
        told: dict[str, Any] = json.loads(data)
        signature = str(told.pop("signature"))
        known = told["paper"] == f"khlang-reidentification-{kind}-1" and set(FACTS) <= set(told)
        # Both become names of files with who reads this.
        known = known and bool(REQUEST.fullmatch(told["request"]) and _AGENCY.fullmatch(told["agency"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        known = False
    if not known:
        raise InputError(f"ไฟล์นี้ไม่ใช่ {kind} / This file is no {kind} of a re-identification.", _AGAIN, code="REID-PAPER")
    signatures.verify(signatures.canonical(told), signature, public)
    return told


def facts(told: Mapping[str, Any]) -> dict[str, str]:
    """What of a paper keepers judge by, and books keep."""
    return {name: str(told[name]) for name in FACTS}


def shown(told: Mapping[str, Any]) -> list[str]:
    """The same as lines for a person."""
    return [
        f"  คำขอ / request       {told['request']}  {told['at']}",
        f"  โครงการ / project     {told['project']}  ({told['by']})",
        f"  เหตุผล / purpose      {told['purpose']}",
        f"  ฐานกฎหมาย / law       {told['legal_basis']}",
        f"  หน่วยงาน / agency     {told['agency']}: {told['dataset']}",
    ]


def recipient_of(public_key: str) -> Any:
    """The age recipient that an agency's enrolled Ed25519 key is: as age takes an ssh-ed25519 key."""
    import pyrage

    known = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    line = known.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return pyrage.ssh.Recipient.from_str(line.decode("ascii"))


def identity_of(key: Ed25519PrivateKey) -> Any:
    """The age identity of an agency's own signing key."""
    import pyrage

    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    return pyrage.ssh.Identity.from_buffer(text)
