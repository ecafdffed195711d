"""The agency's folder on its own machine: settings, keys (0600), what was sealed, and row maps that never leave."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import manifest, private
from khlang.agency import bundle as bundle_
from khlang.agency.bundle import Bundle

_INIT = "เริ่มด้วย / Begin with: khlang agency init --bundle FILE"


@dataclass(frozen=True)
class Home:
    """An agency's folder; holds no key itself, only where each lies."""

    path: Path

    def config(self) -> dict[str, Any]:
        """Agency id, the pinned authority, and the roles of preparer and approver."""
        text = private.read_text(self.path / "config.json", "ยังไม่ได้ตั้งค่า / Not set up yet", _INIT)
        loaded: dict[str, Any] = json.loads(text)
        return loaded

    def bundle(self) -> Bundle:
        """The bundle, its signature held against the pinned authority every time."""
        text = private.read_text(self.path / "bundle.json", "ไม่พบไฟล์ตั้งค่า / The bundle is missing", _INIT)
        return bundle_.read(text, authority=self.config()["authority"])[0]

    def source_key(self) -> str:
        """The derived sealing key, checked."""
        secret = private.read_text(self.path / "sealing.key", "ไม่พบกุญแจปิดผนึก / The sealing key is missing", _INIT)
        return self.bundle().source_key(secret)

    def signing_key(self) -> Ed25519PrivateKey:
        """This agency's own key, made here."""
        text = private.read_text(self.path / "signing.key", "ไม่พบกุญแจลงนาม / The signing key is missing", _INIT)
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))

    def token(self) -> str:
        """The credential for the gateway."""
        return private.read_text(self.path / "gateway.token", "ไม่พบรหัสผ่านเกตเวย์ / The token is missing", _INIT)

    def sealed(self, dataset: str, period: str) -> Path:
        """Where submissions of a dataset and period are kept."""
        return self.path / "sealed" / dataset / period

    def rowmap(self, dataset: str, period: str, submission: str) -> Path:
        """Sealed row number → file and row in the office's own extract."""
        return self.path / "rowmap" / dataset / period / f"{submission}.parquet"

    def submissions(self) -> list[Path]:
        """Every sealed folder that is whole, in the order of dataset and period."""
        return sorted(path.parent for path in (self.path / "sealed").glob("*/*/*/manifest.sig"))

    def enrolment(self) -> dict[str, Any]:
        """What the pool's keeper needs to enrol this agency: public key and the token's hash, no secret."""
        bundle = self.bundle()
        return {
            "agency": bundle.agency,
            "public_key": manifest.public_hex(self.signing_key()),
            "token_sha256": hashlib.sha256(self.token().encode("ascii")).hexdigest(),
            "datasets": [table.name for table in bundle.contracts.by_agency(bundle.agency)],
            "simulation": bundle.simulation,
        }


def start(path: Path, *, bundle: str, sealing_key: str, authority: str | None = None) -> Home:
    """Set an agency up, or give it a new bundle; its own keys stay as they are.

    Args:
        path: The agency's folder.
        bundle: Content of the bundle file.
        sealing_key: 64 hex characters, from a file or a prompt, never from a command line.
        authority: The authority's verify key where it was told by another way.

    Raises:
        SignatureError: The bundle is not signed by the authority that this agency knows.
        SealingKeyError: The key is not the one that the bundle speaks of.
    """
    home = Home(path)
    pinned = home.config()["authority"] if (path / "config.json").exists() else None
    checked, signer = bundle_.read(bundle, authority=authority or pinned)
    checked.source_key(sealing_key.strip())
    private.folder(path)
    private.write(path / "sealing.key", sealing_key.strip() + "\n")
    for name in ("signing.key", "gateway.token"):
        if not (path / name).exists():
            private.write(path / name, secrets.token_hex(32) + "\n")
    private.write(path / "signing.pub", manifest.public_hex(home.signing_key()) + "\n", mode=0o644)
    private.write(path / "bundle.json", bundle)
    roles = {"preparer": "ผู้จัดทำข้อมูล", "approver": "ผู้อนุมัติ"}
    kept = home.config() if pinned else roles
    config = kept | {"agency": checked.agency, "authority": signer}
    private.write(path / "config.json", json.dumps(config, ensure_ascii=False, indent=1) + "\n")
    request = json.dumps(home.enrolment(), ensure_ascii=False, indent=1) + "\n"
    private.write(path / "enrolment.json", request, mode=0o644)
    return home
