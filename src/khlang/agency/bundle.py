"""Reading the signed bundle that the key authority gave this agency."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from khlang import comparison, contracts, identifiers, oprf, pseudonym, signatures
from khlang.contracts import Contracts, Table
from khlang.errors import ContractError, PeriodError, SealingKeyError, SignatureError

_AGAIN = "ขอไฟล์ตั้งค่าชุดใหม่จากผู้ดูแลกุญแจ / Ask the key authority for a new bundle."


@dataclass(frozen=True)
class Bundle:
    """A bundle whose signature held."""

    agency: str
    profile: Mapping[str, Any]
    contracts: Contracts
    recipients: Mapping[str, str]
    gateway_url: str
    gateway_ca: str
    canaries: Mapping[str, Mapping[str, list[str]]]
    receipt_key: str | None = None
    valid: tuple[str | None, str | None] = (None, None)
    dates: Mapping[str, Any] = field(default_factory=dict)
    service: Mapping[str, str] | None = None
    bridge: Mapping[str, Any] | None = None
    link: Mapping[str, Any] | None = None
    reidentification: Mapping[str, str] | None = None

    @property
    def simulation(self) -> bool:
        """Whether simulated people (class 9) are sealed."""
        return bool(self.profile["simulation"])

    @property
    def epoch(self) -> str:
        """The source epoch."""
        return str(self.profile["epoch"])

    @property
    def keyed(self) -> bool:
        """Whether the agency holds a sealing key; under ``voprf-v1`` it asks the key authority instead."""
        return bool(self.profile["id"] == pseudonym.PROFILE)

    def check_dates(self, today: date, *, early: bool = False) -> None:
        """The day lies within the bundle's and its epoch's dates.

        Args:
            today: The day.
            early: Whether the epoch need not have begun: a bridge may be made before.

        Raises:
            ContractError: The bundle is not good yet (or this machine's clock is wrong), or not any more.
            SealingKeyError: Its epoch has ended or has not begun.
        """
        day, (first, last) = today.isoformat(), self.valid
        clock = f"ตรวจวันที่ของเครื่องนี้ ({day}) / See whether this machine's date, {day}, is right."
        if first and day < first:
            raise ContractError(
                f"ไฟล์ตั้งค่าใช้ได้ตั้งแต่ {first} / The bundle is good from {first} on.", clock, code="BUNDLE-EARLY"
            )
        if last and day > last:
            raise ContractError(
                f"ไฟล์ตั้งค่าหมดอายุเมื่อ {last} / The bundle was good until {last}.", _AGAIN, code="BUNDLE-EXPIRED"
            )
        starts, ends = self.dates.get("starts"), self.dates.get("ends")
        if ends and day > ends:
            message = f"กุญแจรุ่น {self.epoch} เลิกใช้เมื่อ {ends} / Epoch {self.epoch} ended on {ends}."
            raise SealingKeyError(message, _AGAIN, code="KEY-EPOCH-ENDED")
        if starts and day < starts and not early:
            message = f"กุญแจรุ่น {self.epoch} เริ่มใช้ {starts} / Epoch {self.epoch} begins on {starts}."
            raise SealingKeyError(message, clock, code="KEY-EPOCH-EARLY")

    def profile_reference(self) -> dict[str, str]:
        """What a manifest says of the profile."""
        digest = hashlib.sha256(signatures.canonical(self.profile)).hexdigest()
        return {"id": self.profile["id"], "sha256": digest, "epoch": self.epoch, "kcv": self.profile["kcv"]}

    def table(self, dataset: str) -> Table:
        """The contract of a dataset that this agency sends.

        Raises:
            ContractError: It sends no such dataset.
        """
        if dataset not in self.contracts:
            raise ContractError(
                f"หน่วยงานนี้ไม่ได้ส่งชุดข้อมูล {dataset} / This agency does not send {dataset}.",
                f"เลือกจาก / Choose from: {', '.join(self.contracts)}.",
                code="CONTRACT-NONE",
            )
        return self.contracts[dataset]

    def recipient(self, period: str) -> str:
        """The public key that a month is encrypted to.

        Raises:
            PeriodError: The bundle has none for the month.
        """
        if period not in self.recipients:
            raise PeriodError(
                f"ยังไม่มีกุญแจเข้ารหัสของงวด {period} / There is no encryption key for {period} in the bundle.",
                _AGAIN,
                code="PERIOD-RECIPIENT",
            )
        return self.recipients[period]

    def link_recipient(self, period: str) -> str:
        """The public key that a month's link files are encrypted to: the linkage job's alone.

        Raises:
            PeriodError: The bundle has none for the month.
        """
        recipients: Mapping[str, str] = (self.link or {}).get("recipients", {})
        if period not in recipients:
            raise PeriodError(
                f"ยังไม่มีกุญแจของไฟล์เชื่อมโยงงวด {period} / There is no key for link files of {period} in the bundle.",
                _AGAIN,
                code="LINK-RECIPIENT",
            )
        return recipients[period]

    def link_key(self, secret: str) -> str:
        """The derived linkage key from ``K_lnk`` (64 hex characters), held against the check value.

        Raises:
            SealingKeyError: It is malformed, or not the key that the bundle speaks of.
        """
        said = self.link or {"epoch": self.epoch, "kcv": ""}
        try:
            ikm = bytes.fromhex(secret)
        except ValueError:
            ikm = b""
        key = comparison.derive_key(ikm, said["epoch"]) if len(ikm) == 32 else ""
        if not key or pseudonym.key_check_value(key) != said["kcv"]:
            raise SealingKeyError(
                f"กุญแจเชื่อมโยงไม่ตรงกับรุ่น {said['epoch']} / The linkage key is not the one of epoch {said['epoch']}.",
                f"ขอกุญแจเชื่อมโยงของรุ่น {said['epoch']} / Ask the key authority for it: khlang keys export --link.",
                code="LINK-KEY",
            )
        return key

    def source_key(self, secret: str) -> str:
        """The derived key from the sealing key (64 hex characters), held against the check value.

        Raises:
            SealingKeyError: It is malformed, or not the key of this profile and epoch.
        """
        remedy = f"ขอกุญแจของรุ่น {self.epoch} / Ask the key authority for the sealing key of epoch {self.epoch}."
        try:
            ikm = bytes.fromhex(secret)
        except ValueError:
            ikm = b""
        if len(ikm) != 32:
            message = "กุญแจปิดผนึกต้องเป็นเลขฐานสิบหก 64 ตัว / The sealing key must be 64 hex characters."
            raise SealingKeyError(message, remedy, code="KEY-FORM")
        return checked_key(ikm, self.profile)


def checked_key(ikm: bytes, profile: Mapping[str, Any]) -> str:
    """The derived key of a profile's epoch.

    Raises:
        SealingKeyError: Its check value is not the profile's.
    """
    epoch = profile["epoch"]
    key = pseudonym.derive_key(ikm, "src", epoch)
    if pseudonym.key_check_value(key) != profile["kcv"]:
        message = f"กุญแจปิดผนึกไม่ตรงกับรุ่น {epoch} / The sealing key is not the one of epoch {epoch}."
        remedy = f"ขอกุญแจของรุ่น {epoch} / Ask the key authority for the sealing key of epoch {epoch}."
        raise SealingKeyError(message, remedy, code="KEY-CHECK")
    return key


def read(text: str, *, authority: str | None = None) -> tuple[Bundle, str]:
    """Verify a bundle and read it.

    Args:
        text: Content of the bundle file.
        authority: The authority's verify key (hex) where it is known already; without it the bundle's own is used.

    Returns:
        The bundle, and the verify key that its signature held under.

    Raises:
        SignatureError: The signature does not hold, or is another authority's.
        ContractError: The bundle, its profile or its normaliser is of another version than this tool.
    """
    try:
        outer = json.loads(text)
        data, signature, signer = outer["bundle"].encode("utf-8"), str(outer["signature"]), str(outer["authority"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ContractError("ไฟล์ตั้งค่าอ่านไม่ได้ / The bundle is not readable.", _AGAIN, code="BUNDLE") from None
    if authority not in {None, signer}:
        raise SignatureError("ไฟล์ตั้งค่าลงนามโดยผู้อื่น / The bundle is signed by another authority.", _AGAIN)
    try:
        signatures.verify(data, signature, signer)
    except SignatureError:
        message = "ไฟล์ตั้งค่าถูกแก้ไขหรือเสียหาย / The bundle's signature does not hold: it was altered or damaged."
        raise SignatureError(message, _AGAIN) from None
    payload = json.loads(data)
    profile = payload["profile"]
    id_ = profile["id"] if profile["id"] in {pseudonym.PROFILE, oprf.PROFILE} else pseudonym.PROFILE
    known = {"bundle_version": "1", "id": id_, "normaliser": identifiers.NORMALISER}
    given = {"bundle_version": payload["bundle_version"], "id": profile["id"], "normaliser": profile["normaliser"]}
    if given != known:
        raise ContractError(
            f"โปรแกรมรุ่นนี้ใช้กับไฟล์ตั้งค่านี้ไม่ได้ / This tool knows {known}, the bundle wants {given}.",
            "ปรับรุ่นโปรแกรม / Update khlang.",
            code="BUNDLE-VERSION",
        )
    bundle = Bundle(
        agency=payload["agency"],
        profile=profile,
        contracts=contracts.from_dict(payload["contracts"]),
        recipients=payload["recipients"],
        gateway_url=payload["gateway"]["url"],
        gateway_ca=payload["gateway"]["ca_pem"],
        canaries=payload["canaries"],
        receipt_key=payload.get("receipt_key"),
        valid=(payload.get("valid", {}).get("from"), payload.get("valid", {}).get("until")),
        dates=payload.get("epoch", {}),
        service=payload.get("service"),
        bridge=payload.get("bridge"),
        link=payload.get("link"),
        reidentification=payload.get("reidentification"),
    )
    return bundle, signer
