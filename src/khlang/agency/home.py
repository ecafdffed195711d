"""The agency's folder on its own machine: settings, keys (0600), what was sealed, and row maps that never leave."""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import period, private, signatures
from khlang.agency import bundle as bundle_
from khlang.agency import keystore
from khlang.agency.bundle import Bundle
from khlang.agency.keystore import Keystore, Kind
from khlang.errors import SetupError

_INIT = "เริ่มด้วย / Begin with: khlang agency init --bundle FILE"


@dataclass(frozen=True)
class Home:
    """An agency's folder; holds no key itself, only where each lies."""

    path: Path
    today: Callable[[], date] = period.today

    def config(self) -> dict[str, Any]:
        """Agency id, the pinned authority, and the roles of preparer and approver."""
        text = private.read_text(self.path / "config.json", "ยังไม่ได้ตั้งค่า / Not set up yet", _INIT)
        loaded: dict[str, Any] = json.loads(text)
        return loaded

    def bundle(self) -> Bundle:
        """The bundle, its signature held against the pinned authority every time."""
        text = private.read_text(self.path / "bundle.json", "ไม่พบไฟล์ตั้งค่า / The bundle is missing", _INIT)
        return bundle_.read(text, authority=self.config()["authority"])[0]

    def keystore(self) -> Keystore:
        """Where the sealing key lies: as it was chosen at ``init``."""
        return keystore.choose(self.path, self.config().get("key_store", "file"))

    def source_key(self, *, early: bool = False) -> str:
        """The derived sealing key, checked, on a day on which bundle and epoch are good (or will be, for a bridge)."""
        bundle = self.bundle()
        bundle.check_dates(self.today(), early=early)
        return bundle.source_key(self._secret("sealing"))

    def order_key(self) -> str:
        """What decides the order of sealed rows, so that nobody else can guess it: the sealing key, or an own one.

        Under ``voprf-v1`` there is no sealing key here; a random key of this machine is made on first use.
        """
        bundle = self.bundle()
        if bundle.keyed:
            return self.source_key()
        bundle.check_dates(self.today())
        store = self.keystore()
        if store.get("order") is None:
            store.put("order", secrets.token_hex(32))
        return self._secret("order")

    def previous_key(self) -> str:
        """The derived key of the epoch before, for a bridge.

        Raises:
            SetupError: It is not here any more, or the bundle knows of no epoch before.
            SealingKeyError: It is another key.
        """
        before = self.bundle().bridge
        if before is None:
            raise SetupError("ไม่มีรุ่นก่อนหน้า / The bundle knows of no epoch before.", "ไม่ต้องเชื่อม / No bridge is needed.")
        profile = before["profile"]
        return bundle_.checked_key(bytes.fromhex(self._secret(f"sealing-{profile['epoch']}")), profile)

    def link_key(self) -> str:
        """The derived linkage key, checked.

        Raises:
            SetupError: It was not given to this agency.
            SealingKeyError: It is another key.
        """
        found = self.keystore().get("link")
        if found is None:
            raise SetupError(
                "ไม่พบกุญแจเชื่อมโยง / The linkage key is missing.",
                "khlang agency init --bundle FILE --link-key FILE",
                code="LINK-KEY-NONE",
            )
        return self.bundle().link_key(found)

    def service_token(self) -> str:
        """The credential for the key authority's own service, where the profile has one; never the gateway's."""
        what = "ไม่พบรหัสผ่านบริการกุญแจ / The service's token is missing"
        return private.read_text(self.path / "service.token", what, _INIT)

    def _secret(self, name: str) -> str:
        found = self.keystore().get(name)
        if found is None:
            raise SetupError(f"ไม่พบกุญแจปิดผนึก / The sealing key is missing: {name}.", _INIT)
        return found

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
            "public_key": signatures.public_hex(self.signing_key()),
            "token_sha256": _hash(self.token()),
            "datasets": [table.name for table in bundle.contracts.by_agency(bundle.agency)],
            "simulation": bundle.simulation,
            **({} if bundle.keyed else {"service_sha256": _hash(self.service_token())}),
        }


def start(
    path: Path,
    *,
    bundle: str,
    sealing_key: str | None,
    authority: str | None = None,
    key_store: Kind = "file",
    preparer: str | None = None,
    link_key: str | None = None,
) -> Home:
    """Set an agency up, or give it a new bundle; its own keys stay as they are.

    With the bundle of a new epoch the key of the one before is kept beside it, for the bridge.

    Args:
        path: The agency's folder.
        bundle: Content of the bundle file.
        sealing_key: 64 hex characters, from a file or a prompt, never from a command line; None under ``voprf-v1``.
        authority: The authority's verify key where it was told by another way.
        key_store: ``auto`` takes the operating system's keyring where there is one.
        preparer: The name of who seals here. It stays here, and this person cannot approve where two are asked for.
        link_key: 64 hex characters of the linkage key, where a contract has a second route.

    Raises:
        SignatureError: The bundle is not signed by the authority that this agency knows.
        SealingKeyError: The key is not the one that the bundle speaks of.
    """
    home = Home(path)
    pinned = home.config() if (path / "config.json").exists() else None
    checked, signer = bundle_.read(bundle, authority=authority or (pinned["authority"] if pinned else None))
    secret = (sealing_key or "").strip()
    if checked.keyed:
        checked.source_key(secret)
    if link_key:
        checked.link_key(link_key.strip())
    private.folder(path)
    store = keystore.choose(path, key_store)
    if pinned and (path / "bundle.json").exists():
        _keep_previous(home, checked, store)
    if checked.keyed:
        store.put("sealing", secret)
    if link_key:
        store.put("link", link_key.strip())
    for name in ("signing.key", "gateway.token", *(() if checked.keyed else ("service.token",))):
        if not (path / name).exists():
            private.write(path / name, secrets.token_hex(32) + "\n")
    private.write(path / "signing.pub", signatures.public_hex(home.signing_key()) + "\n", mode=0o644)
    private.write(path / "bundle.json", bundle)
    kept = pinned or {"preparer": "ผู้จัดทำข้อมูล", "approver": "ผู้อนุมัติ"}
    config = kept | {"agency": checked.agency, "authority": signer, "key_store": store.kind}
    config |= {"preparer_name": preparer.strip()} if preparer else {}
    private.write(path / "config.json", json.dumps(config, ensure_ascii=False, indent=1) + "\n")
    request = json.dumps(home.enrolment(), ensure_ascii=False, indent=1) + "\n"
    private.write(path / "enrolment.json", request, mode=0o644)
    return home


def _keep_previous(home: Home, fresh: Bundle, store: Keystore) -> None:
    """Move the key of the epoch that ends to a name of its own; called again, it finds that done."""
    old = home.bundle()
    secret = home.keystore().get("sealing")
    if old.keyed and old.epoch != fresh.epoch and secret:
        store.put(f"sealing-{old.epoch}", secret)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("ascii")).hexdigest()
