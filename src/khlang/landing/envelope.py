"""The envelope of a submission: who signed it, for which contract, period, profile; and each part's bytes."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from khlang import approver, lake, manifest, signatures
from khlang.contracts import Contracts, Table
from khlang.errors import AccessError, ContractError, IntegrityError, KhlangError, PeriodError, SealingKeyError
from khlang.landing.refusal import refusal, require_place
from khlang.landing.registry import Agency, Epoch
from khlang.manifest import Manifest, Part

AGAIN = "ปิดผนึกใหม่แล้วส่ง / Seal again, then send."
TWO_PEOPLE = "ขอ bundle ชุดปัจจุบัน ปิดผนึก แล้วให้อีกคนอนุมัติ / With the current bundle, seal; let another approve."
BUNDLE = "ขอไฟล์ตั้งค่า (bundle) ชุดปัจจุบัน แล้วปิดผนึกใหม่ / Ask for the current bundle, then seal again."


@dataclass(frozen=True)
class Known:
    """What the pool holds a submission against."""

    agency: Agency
    contracts: Contracts
    epochs: Mapping[str, Epoch]
    current: str
    months: frozenset[str]
    today: date


def read(data: bytes, signature: str, place: lake.Submission, known: Known) -> tuple[Manifest, Table | None]:
    """Verify signature and manifest, and that they belong to this place, contract, period and profile.

    A bridge has no table.

    Raises:
        SignatureError: The enrolled key did not sign these bytes.
        ContractError: The manifest is malformed, or of another contract or version.
        AccessError: The contract asks for two people, and the manifest does not name two, or the agency's approver has
            a key and did not sign with it.
        PeriodError: The month cannot be sent.
        SealingKeyError: It was sealed with another key, epoch or profile.
        IntegrityError: It contradicts itself or lies in another's place.
    """
    signatures.verify(data, signature.strip(), known.agency.public_key)
    made = manifest.parse(data)
    require_place(made, place)
    table = _contract(made, known)
    _approved(made, (table,) if table else known.contracts.by_agency(made["agency"]), known.agency.approvers)
    if made["period"] not in known.months:
        raise refusal(
            PeriodError,
            "PERIOD-CLOSED",
            th=f"งวด {made['period']} ยังไม่เปิดรับ หรือปิดรับแล้ว",
            en=f"The period {made['period']} is not open yet, or is closed.",
            remedy="ตรวจงวดในคำสั่ง หรือถามคลังกลาง / Check the period, or ask the pool.",
        )
    _profile(made, known)
    _linked(made, table, known)
    return made, table


def _contract(made: Manifest, known: Known) -> Table | None:
    if made["dataset"] == manifest.BRIDGE:
        if made["contract"] != {"id": manifest.BRIDGE, "version": manifest.BRIDGE_VERSION}:
            raise refusal(
                ContractError,
                "BRIDGE-VERSION",
                th="ชุดเชื่อมรหัสทำด้วยโปรแกรมรุ่นอื่น",
                en="The bridge is of another form than this pool knows.",
                remedy="ปรับรุ่นโปรแกรม / Update khlang.",
            )
        return None
    tables = {table.name: table for table in known.contracts.by_agency(made["agency"])}
    table = tables.get(made["dataset"])
    if table is None or made["contract"]["id"] != table.name or made["dataset"] not in known.agency.datasets:
        raise refusal(
            ContractError,
            "CONTRACT",
            th="ไม่มีข้อตกลงข้อมูลของชุดข้อมูลนี้กับหน่วยงานนี้",
            en="There is no contract of this dataset with this agency.",
            remedy=BUNDLE,
        )
    if made["contract"]["version"] != table.version_text:
        sent = made["contract"]["version"]
        raise refusal(
            ContractError,
            "CONTRACT-VERSION",
            th=f"ปิดผนึกตามข้อตกลงข้อมูลรุ่น {sent} แต่รุ่นที่ใช้คือ {table.version_text}",
            en=f"Sealed under contract version {sent}; the current one is {table.version_text}.",
            remedy=BUNDLE,
        )
    return table


def _approved(made: Manifest, tables: Iterable[Table], approvers: Collection[str]) -> None:
    """The names stay at the agency; what the pool holds it to are two roles, and the approver's key if it has one."""
    if not any(table.two_people for table in tables):
        return
    if not manifest.approved_by_another(made):
        raise refusal(
            AccessError,
            "APPROVER",
            th="ข้อตกลงข้อมูลกำหนดให้ผู้จัดทำและผู้อนุมัติเป็นคนละคน แต่ใบกำกับไม่มีผู้อนุมัติ หรือเป็นตำแหน่งเดียวกัน",
            en="The contract asks for two people; the manifest names no approver, or the preparer's role again.",
            remedy=TWO_PEOPLE,
        )

    if approvers and not approver.holds(made, approvers):
        raise refusal(
            AccessError,
            "APPROVER-KEY",
            th="ใบกำกับไม่มีลายมือชื่อของผู้อนุมัติที่ขึ้นทะเบียนไว้",
            en="The manifest is not signed by an approver whose key is enrolled.",
            remedy="ให้ผู้อนุมัติใช้กุญแจของตน / Let the approver use the own key: khlang agency approve … --key FILE",
        )


def _profile(made: Manifest, known: Known) -> None:
    sent, ours = made["profile"], known.epochs.get(made["profile"]["epoch"])
    if ours is None:
        raise _key(
            "KEY-EPOCH",
            f"ปิดผนึกด้วยกุญแจรุ่น {sent['epoch']} แต่รุ่นที่ใช้คือ {known.current}",
            f"Sealed under epoch {sent['epoch']}; the current one is {known.current}.",
        )
    _in_force(ours, known, early=made.get("dataset") == manifest.BRIDGE)
    if sent["kcv"] != ours.profile["kcv"]:
        raise _key(
            "KEY-KCV",
            "กุญแจปิดผนึกไม่ใช่กุญแจที่ใช้ (ค่าตรวจสอบกุญแจไม่ตรง)",
            "The sealing key is not the right one: its check value differs.",
        )
    if (sent["id"], sent["sha256"]) != (ours.profile["id"], ours.sha256):
        raise _key(
            "KEY-PROFILE",
            "ปิดผนึกตามกติกา (profile) ที่ไม่ใช่ชุดที่ใช้",
            "Sealed under another profile than the one in force.",
        )


def _linked(made: Manifest, table: Table | None, known: Known) -> None:
    """A link file is there exactly where the contract has a second route, with its keys, under the linkage key.

    Of an optional route it may be missing: the office's extract had no names.
    """
    route, sent = table.second_route if table else None, made.get("link")
    if sent is None and route and route.optional:
        return
    wanted = [key.recipe for key in route.keys] if route else []
    if wanted != (sent["recipes"] if sent else []):
        raise refusal(
            ContractError,
            "LINK-RECIPES",
            th="ไฟล์เชื่อมโยงไม่ตรงกับเส้นทางที่สองในข้อตกลงข้อมูล",
            en="The link file is missing, not asked for, or has other keys than the contract's second route.",
            remedy=BUNDLE,
        )
    if sent is None:
        return
    ours = known.epochs.get(sent["epoch"])
    if sent["epoch"] != made["profile"]["epoch"] or ours is None or sent["kcv"] != ours.link_kcv:
        raise _key(
            "KEY-LINK",
            "กุญแจเชื่อมโยงไม่ใช่กุญแจที่ใช้ (รุ่นหรือค่าตรวจสอบไม่ตรง)",
            "The linkage key is not the right one: its epoch or its check value differs.",
        )


def _in_force(epoch: Epoch, known: Known, *, early: bool) -> None:
    """The day of landing lies between the epoch's first and last day; ISO dates compare as text.

    A bridge may come early: best it is here before the first delivery of its epoch.
    """
    today = known.today.isoformat()
    if epoch.ends and today > epoch.ends:
        raise _key(
            "KEY-EPOCH-ENDED",
            f"กุญแจรุ่น {epoch.name} เลิกใช้ตั้งแต่ {epoch.ends} รุ่นที่ใช้คือ {known.current}",
            f"Epoch {epoch.name} ended on {epoch.ends}; the current one is {known.current}.",
        )
    if epoch.starts and today < epoch.starts and not early:
        raise _key(
            "KEY-EPOCH-EARLY",
            f"กุญแจรุ่น {epoch.name} เริ่มใช้วันที่ {epoch.starts}",
            f"Epoch {epoch.name} begins on {epoch.starts}.",
        )


def _key(code: str, th: str, en: str) -> KhlangError:
    return refusal(SealingKeyError, code, th=th, en=en, remedy=BUNDLE)


def inner(part: Part, sealed: bytes | None, identity: str) -> bytes:
    """Decrypt one part; its bytes are those that the manifest names, outside and inside.

    Raises:
        IntegrityError: The part is missing, truncated, altered, or encrypted to another month.
    """
    import pyrage

    name = part["name"]
    if sealed is None:
        raise _bytes("PART-MISSING", name, "ไม่พบ", "is missing")
    if len(sealed) != part["bytes"] or hashlib.sha256(sealed).hexdigest() != part["sha256"]:
        raise _bytes("PART-SHA256", name, "ไม่ครบหรือถูกแก้ไข", "is truncated or altered")
    try:
        opened: bytes = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)])
    except pyrage.DecryptError:
        raise _bytes(
            "PART-RECIPIENT",
            name,
            "เปิดไม่ได้ด้วยกุญแจของงวดนี้ (เข้ารหัสให้งวดอื่นหรือเสียหาย)",
            "does not open with this month's identity: encrypted to another recipient, or damaged",
        ) from None
    if hashlib.sha256(opened).hexdigest() != part["inner_sha256"]:
        raise _bytes("PART-INNER", name, "มีเนื้อหาไม่ตรงกับใบกำกับ", "holds other content than the manifest says")
    return opened


def _bytes(code: str, name: str, th: str, en: str) -> KhlangError:
    return refusal(IntegrityError, code, th=f"ไฟล์ส่วน {name} {th}", en=f"Part {name} {en}.", remedy=AGAIN)
