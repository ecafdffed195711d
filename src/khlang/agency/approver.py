"""The approver's own key at an office: on the approver's stick or account, opened by a passphrase of the approver's."""

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import KeySerializationEncryption, PrivateFormat, pkcs12

from khlang import private, signatures
from khlang.agency.home import Home
from khlang.errors import AccessError, InputError

SHORTEST = 10  # letters: the file may be copied by who finds it, and tried
ROUNDS = (
    600_000  # of PBKDF2 with SHA-256, as OWASP asks for; a fixed number, so that a slow PC opens what a fast one made
)
_LARGEST = 10_000  # bytes
_KNOWN = "approver_keys"  # in config.json: public keys


def make(home: Home, path: Path, passphrase: str) -> Path:
    """Make a key, and beside it what the pool's keeper needs of it; from then on nothing is approved here without one.

    Args:
        home: The agency's folder.
        path: Where the key's file goes: a stick, or a folder of the approver's own account.
        passphrase: The approver's.

    Returns:
        The request to the pool's keeper: the agency and the public key.

    Raises:
        InputError: The passphrase is too short, or there is a file already.
        AccessError: The file would lie in the agency's folder, where the preparer's keys lie.
    """
    if len(passphrase) < SHORTEST:
        raise InputError(
            f"รหัสผ่านสั้นกว่า {SHORTEST} ตัวอักษร / The passphrase is shorter than {SHORTEST} letters.",
            "ตั้งใหม่ ให้ผู้อนุมัติรู้คนเดียว / Choose a longer one that only the approver knows.",
            code="APPROVER-PASSPHRASE",
        )
    if path.resolve().is_relative_to(home.path.resolve()):
        raise AccessError(
            "กุญแจผู้อนุมัติเก็บในโฟลเดอร์ของหน่วยงานไม่ได้ / The approver's key cannot lie in the agency's folder.",
            "ใช้แฟลชไดรฟ์ของผู้อนุมัติ / Name a place of the approver's own, such as a stick.",
            code="APPROVER-PLACE",
        )
    request = path.with_name(f"{path.name}.json")
    if path.exists() or request.exists():
        raise InputError(
            f"มีไฟล์ {path.name} อยู่แล้ว / {path.name} is there already.",
            "ตั้งชื่ออื่น / Choose another name: no key is written over.",
            code="APPROVER-FILE",
        )
    key = Ed25519PrivateKey.generate()
    public = signatures.public_hex(key)
    private.write(path, pkcs12.serialize_key_and_certificates(None, key, None, None, _sealed(passphrase)))
    told = {"agency": home.bundle().agency, "approver_key": public}
    private.write(request, json.dumps(told, indent=1) + "\n", mode=0o644)
    config = home.config()
    config |= {_KNOWN: sorted({*config.get(_KNOWN, []), public})}
    private.write(home.path / "config.json", json.dumps(config, ensure_ascii=False, indent=1) + "\n")
    return request


def needed(home: Home) -> bool:
    """Whether this office's approver has a key."""
    return bool(home.config().get(_KNOWN))


def require(home: Home, key: Ed25519PrivateKey | None) -> None:
    """Where the office's approver has a key, it is that key that approves.

    Raises:
        AccessError: None was given, or another one.
    """
    known = home.config().get(_KNOWN, [])
    if known and (key is None or signatures.public_hex(key) not in known):
        raise AccessError(
            "หน่วยงานนี้ต้องอนุมัติด้วยกุญแจของผู้อนุมัติ / This agency approves with the approver's own key.",
            "ให้ผู้อนุมัติใส่กุญแจของตน / Let the approver give it: khlang agency approve … --key FILE",
            code="APPROVE-KEY",
        )


def opened(path: Path, passphrase: str) -> Ed25519PrivateKey:
    """The key in a file.

    Raises:
        AccessError: There is no such file, the passphrase is another one, or it holds no key.
    """
    try:
        with path.open("rb") as file:
            sealed = file.read(_LARGEST)
        key = pkcs12.load_key_and_certificates(sealed, passphrase.encode("utf-8"))[0]
    except (OSError, ValueError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise AccessError(
            "เปิดกุญแจผู้อนุมัติไม่ได้: ไฟล์หรือรหัสผ่านไม่ถูกต้อง / The approver's key does not open: file or passphrase is wrong.",
            "ตรวจไฟล์และรหัสผ่าน / Check both. Lost: khlang agency approver-key, then enrol it anew.",
            code="APPROVER-OPEN",
        )
    return key


def _sealed(passphrase: str) -> KeySerializationEncryption:
    return (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(SHA256())
        .build(passphrase.encode("utf-8"))
    )
