"""Two people: what one prepared is signed, and can be sent, only when another has looked at it and approves."""

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import approver as approver_
from khlang import manifest, private
from khlang.agency import approver, signing
from khlang.agency.home import Home
from khlang.errors import AccessError, InputError
from khlang.manifest import Manifest

RECORD = "approval.json"  # names stay here: the manifest carries roles only


def pending(home: Home) -> list[Path]:
    """Sealed folders that wait for the approver, in the order of dataset and period."""
    made = sorted(path.parent for path in (home.path / "sealed").glob("*/*/*/manifest.json"))
    return [folder for folder in made if not folder.name.startswith(".") and not (folder / "manifest.sig").exists()]


def find(home: Home, wanted: str) -> Path:
    """The waiting folder whose id begins so.

    Raises:
        InputError: None waits under this id, or several do.
    """
    found = [folder for folder in pending(home) if folder.name.startswith(wanted)]
    if len(found) != 1:
        raise InputError(
            "ไม่มีชุดที่รออนุมัติตามรหัสนี้ / No single submission of this id waits for approval.",
            "ดูรหัสจาก / See: khlang agency approve",
            code="APPROVE-NONE",
        )
    return found[0]


def approve(home: Home, folder: Path, *, name: str, role: str, key: Ed25519PrivateKey | None = None) -> Manifest:
    """Sign what waits, as its approver.

    Args:
        home: The agency's folder.
        folder: A folder of ``pending``.
        name: The approver's, kept at the agency only.
        role: The approver's office; it goes into the manifest.
        key: The approver's own, where there is one.

    Raises:
        AccessError: The approver is the one who prepared it, acts in the preparer's role, or has a key and did
            not give it.
        InputError: Name or role is empty.
    """
    made = manifest.parse((folder / "manifest.json").read_bytes())
    if not name.strip() or not role.strip():
        raise InputError("ต้องมีชื่อและตำแหน่ง / Name and role are needed.", code="APPROVE-WHO")
    signed = manifest.check(made | {"approver": role.strip()})
    prepared = str(home.config().get("preparer_name", ""))
    if not manifest.approved_by_another(signed) or name.strip().casefold() == prepared.strip().casefold():
        raise AccessError(
            "ผู้อนุมัติต้องไม่ใช่ผู้จัดทำ / The approver must be another person than the preparer.",
            "ให้อีกคนหนึ่งอนุมัติ / Let the other person approve.",
            code="APPROVE-SAME",
        )
    approver.require(home, key)
    signed = approver_.add(signed, key) if key else signed
    private.write(folder / RECORD, json.dumps({"name": name.strip(), "role": role.strip()}, ensure_ascii=False) + "\n")
    signing.sign(home, signed, folder)
    return signed
