"""``khlang agency send``: parts the gateway lacks, then the manifest, then the signed receipt is kept beside them."""

import hashlib
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khlang import manifest, private
from khlang import receipt as receipt_
from khlang.agency import signing
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.errors import AccessError, InputError, IntegrityError
from khlang.manifest import Manifest, Part

PARALLEL = 3  # parts: while the pool stores some, the next is on its way
RECEIPT = "receipt.json"


@dataclass(frozen=True)
class Sent:
    """One submission that the gateway has received."""

    folder: Path
    manifest: Manifest
    receipt: dict[str, Any]
    parts_sent: int


def _silent(part: str, come_to: int) -> None:
    del part, come_to


def send(
    home: Home,
    folder: Path,
    *,
    gateway: Gateway,
    supersedes: str | None = None,
    tell: Callable[[str, int], None] = _silent,
) -> Sent:
    """Send one sealed folder; sent twice it is one submission, interrupted at any byte it goes on there.

    Args:
        home: The agency's folder.
        folder: A sealed folder.
        gateway: An open client.
        supersedes: The accepted submission that this earlier content shall replace.
        tell: Told each part's name and how many of its bytes have gone, as they go; from several threads.

    Raises:
        IntegrityError: A file is not as it was sealed.
        AccessError, SequenceError, ServiceError: The gateway refused, or did not answer.
    """
    data, signature, made = signed(home, folder, supersedes)
    prefix = prefix_of(made)
    there = set(gateway.look(prefix).get("parts", []))
    wanted = [part for part in manifest.files(made) if part["name"] not in there]

    def one(part: Part) -> None:
        name, size = part["name"], part["bytes"]
        if not (folder / name).is_file() or (folder / name).stat().st_size != size:
            whole(folder, part)
        try:
            gateway.put_part(prefix, folder / name, part["sha256"], tell=lambda come_to: tell(name, come_to))
        except IntegrityError:
            whole(folder, part)  # the gateway hashes it in any case: only when it differs is it looked at here
            raise

    with ThreadPoolExecutor(PARALLEL) as pool:
        try:
            for done in [pool.submit(one, part) for part in wanted]:
                done.result()
        except BaseException:
            gateway.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    receipt = gateway.put_manifest(prefix, data, signature)
    keep_receipt(home, folder, gateway.receipt(prefix))
    return Sent(folder, made, receipt, len(wanted))


def prefix_of(made: Manifest) -> str:
    """How the gateway's addresses name a submission."""
    return f"{made['dataset']}/{made['period']}/{made['submission']}"


def keep_receipt(home: Home, folder: Path, signed: dict[str, Any]) -> dict[str, Any]:
    """Keep a signed receipt beside what it is of; gives what it says.

    Raises:
        SignatureError: The pool that the bundle names did not sign it.
        IntegrityError: It is of another submission.
    """
    key = home.bundle().receipt_key
    said = receipt_.verify(signed, key=key or str(signed.get("key")))
    if said["submission"] != json.loads((folder / "manifest.json").read_bytes())["submission"]:
        raise IntegrityError(
            "ใบรับเป็นของชุดส่งอื่น / The receipt is of another submission.",
            "เลือกไฟล์ของชุดนี้ / Choose the file of this one.",
            code="RECEIPT-OTHER",
        )
    private.write(folder / RECEIPT, json.dumps(signed, ensure_ascii=False, indent=1) + "\n")
    return said


def unsent(home: Home) -> list[Path]:
    """Sealed folders that have no receipt yet, in the order they were sealed: of one period the last one counts."""
    waiting = [folder for folder in home.submissions() if not (folder / RECEIPT).exists()]
    return sorted(waiting, key=lambda folder: (folder / "manifest.sig").stat().st_mtime_ns)


def status(home: Home, folders: Iterable[Path], gateway: Gateway | None) -> list[dict[str, Any]]:
    """Each sealed folder and its receipt: asked for anew where there is a gateway, else the one that was kept.

    Raises:
        SignatureError: A receipt is not signed by the pool that the bundle names.
    """
    lines: list[dict[str, Any]] = []
    for folder in folders:
        made = manifest.parse((folder / "manifest.json").read_bytes())
        told = _asked(gateway, prefix_of(made)) if gateway else {}
        said = keep_receipt(home, folder, gateway.receipt(prefix_of(made))) if _known(told) and gateway else None
        said = said or kept(home, folder)
        state = str(said["state"]) if said else told.get("state", "sealed")
        lines.append(line(folder, "sealed" if state == "unknown" else state, said))
    return lines


def line(folder: Path, state: str, receipt: dict[str, Any] | None = None) -> dict[str, Any]:
    """What ``status`` says of one sealed folder."""
    made = manifest.parse((folder / "manifest.json").read_bytes())
    facts = {name: made[name] for name in ("dataset", "period", "submission", "rows")}
    return facts | {"folder": str(folder), "state": state, "receipt": receipt}


def kept(home: Home, folder: Path) -> dict[str, Any] | None:
    """What the receipt beside a sealed folder says, None where there is none.

    Raises:
        SignatureError: It was altered.
    """
    path = folder / RECEIPT
    if not path.exists():
        return None
    held = json.loads(path.read_text(encoding="utf-8"))
    return receipt_.verify(held, key=home.bundle().receipt_key or str(held.get("key")))


def _asked(gateway: Gateway, prefix: str) -> dict[str, Any]:
    """What the gateway has of one submission; one that it does not let us ask for hides no other."""
    try:
        return gateway.look(prefix)
    except AccessError as error:
        if error.code != "DATASET":
            raise
        return {}


def _known(told: dict[str, Any]) -> bool:
    return bool(told.get("receipt") or told.get("decisions"))


def signed(home: Home, folder: Path, supersedes: str | None = None) -> tuple[bytes, str, Manifest]:
    """A sealed folder's manifest, its signature, and what it says; signed anew where it is to go back.

    Raises:
        InputError: The folder is not sealed.
        AccessError: The contract asks for two people, and no second one has approved it.
    """
    plain = folder / "manifest.json"
    if plain.exists() and not (folder / "manifest.sig").exists():
        raise _unapproved(folder)
    if not (folder / "manifest.sig").exists():
        raise InputError(
            "โฟลเดอร์นี้ไม่ใช่ชุดที่ปิดผนึกแล้ว / This is no sealed folder.",
            "ปิดผนึกก่อน / Seal first: khlang agency seal FILE",
            code="SEND-FOLDER",
        )
    made = manifest.parse(plain.read_bytes())
    tables = home.bundle().contracts
    two_people = made["dataset"] in tables and tables[made["dataset"]].two_people
    if two_people and not manifest.approved_by_another(made):
        raise _unapproved(folder)
    if supersedes:
        made = manifest.check(made | {"supersedes": supersedes})
        return *signing.sign(home, made, folder), made
    return plain.read_bytes(), (folder / "manifest.sig").read_text(encoding="ascii").strip(), made


def _unapproved(folder: Path) -> AccessError:
    return AccessError(
        "ชุดนี้ยังรอผู้อนุมัติคนที่สอง / This submission waits for its approver, a second person.",
        f"ให้อีกคนหนึ่งอนุมัติ / Let the other person approve: khlang agency approve {folder.name[:12]}",
        code="APPROVE-WAITS",
    )


def whole(folder: Path, part: Part) -> None:
    """Hold a part against what was sealed.

    Raises:
        IntegrityError: It is missing or was altered.
    """
    path = folder / part["name"]
    digest = ""
    if path.exists() and path.stat().st_size == part["bytes"]:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != part["sha256"]:
        raise IntegrityError(
            f"ไฟล์ {part['name']} ขาดหายหรือถูกแก้ไข / {part['name']} is missing or was altered.",
            "ลบโฟลเดอร์นี้แล้วปิดผนึกใหม่ / Delete the folder and seal again.",
            code="SEND-PART",
        )
