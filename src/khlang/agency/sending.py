"""``khlang agency send``: parts the gateway lacks, then the manifest, then the receipt is kept beside them."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khlang import manifest, private
from khlang.agency import submission
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.errors import InputError, IntegrityError
from khlang.manifest import Manifest, Part


@dataclass(frozen=True)
class Sent:
    """One submission that the gateway has received."""

    folder: Path
    manifest: Manifest
    receipt: dict[str, Any]
    parts_sent: int


def _silent(part: str, number: int, total: int) -> None:
    del part, number, total


def send(
    home: Home,
    folder: Path,
    *,
    gateway: Gateway,
    supersedes: str | None = None,
    say: Callable[[str, int, int], None] = _silent,
) -> Sent:
    """Send one sealed folder; sent twice it is one submission, interrupted it goes on where it stopped.

    Args:
        home: The agency's folder.
        folder: A sealed folder.
        gateway: An open client.
        supersedes: The accepted submission that this earlier content shall replace.
        say: Told each part's name, number and how many, as it begins.

    Raises:
        IntegrityError: A file is not as it was sealed.
        AccessError, SequenceError, ServiceError: The gateway refused, or did not answer.
    """
    data, signature, made = _signed(home, folder, supersedes)
    prefix = f"{made['dataset']}/{made['period']}/{made['submission']}"
    there = set(gateway.look(prefix).get("parts", []))
    wanted = [part for part in made["parts"] if part["name"] not in there]
    for number, part in enumerate(wanted, start=1):
        say(part["name"], number, len(wanted))
        _whole(folder, part)
        gateway.put_part(prefix, folder / part["name"], part["sha256"])
    receipt = gateway.put_manifest(prefix, data, signature)
    private.write(folder / "receipt.json", json.dumps(receipt, ensure_ascii=False, indent=1) + "\n")
    return Sent(folder, made, receipt, len(wanted))


def unsent(home: Home) -> list[Path]:
    """Sealed folders that have no receipt yet."""
    return [folder for folder in home.submissions() if not (folder / "receipt.json").exists()]


def status(folders: Iterable[Path], gateway: Gateway | None) -> list[dict[str, Any]]:
    """Each sealed folder: what is known here, and what the gateway answers if it is asked."""
    lines: list[dict[str, Any]] = []
    for folder in folders:
        made = manifest.parse((folder / "manifest.json").read_bytes())
        prefix = f"{made['dataset']}/{made['period']}/{made['submission']}"
        told = gateway.look(prefix) if gateway else {}
        state = told.get("state") or ("received" if (folder / "receipt.json").exists() else "sealed")
        facts = {name: made[name] for name in ("dataset", "period", "submission", "rows")}
        lines.append(facts | {"state": state, "decisions": told.get("decisions", []), "receipt": told.get("receipt")})
    return lines


def _signed(home: Home, folder: Path, supersedes: str | None) -> tuple[bytes, str, Manifest]:
    plain = folder / "manifest.json"
    if not (folder / "manifest.sig").exists():
        raise InputError(
            "โฟลเดอร์นี้ไม่ใช่ชุดที่ปิดผนึกแล้ว / This is no sealed folder.",
            "ปิดผนึกก่อน / Seal first: khlang agency seal FILE",
            code="SEND-FOLDER",
        )
    made = manifest.parse(plain.read_bytes())
    if supersedes:
        made = manifest.check(made | {"supersedes": supersedes})
        return *submission.sign(home, made, folder), made
    return plain.read_bytes(), (folder / "manifest.sig").read_text(encoding="ascii").strip(), made


def _whole(folder: Path, part: Part) -> None:
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
