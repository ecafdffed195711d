"""What the pool knows of agencies, months, profile and canaries: public keys and hashes in ``<var>/registry``."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from khlang import manifest
from khlang.errors import AccessError, SetupError
from khlang.landing.refusal import refusal
from khlang.settings import Settings


@dataclass(frozen=True)
class Agency:
    """One enrolled agency: its verify key (hex), the hash of its gateway token, the datasets it may send."""

    name: str
    public_key: str
    token_sha256: str
    datasets: tuple[str, ...]


def agencies(settings: Settings) -> dict[str, Agency]:
    """Every enrolled agency by its id."""
    found: dict[str, Agency] = {}
    for path in sorted((settings.registry / "agencies").glob("*.json")):
        entry = json.loads(path.read_text(encoding="utf-8"))
        found[entry["agency"]] = Agency(
            entry["agency"], entry["public_key"], entry["token_sha256"], tuple(entry["datasets"])
        )
    return found


def of_token(settings: Settings, token: str) -> Agency:
    """The agency whose token this is; every entry is compared, in constant time.

    Raises:
        AccessError: Nobody's.
    """
    digest = hashlib.sha256(token.encode("utf-8")).hexdigest()
    owner: Agency | None = None
    for agency in agencies(settings).values():
        if hmac.compare_digest(agency.token_sha256, digest):
            owner = agency
    if owner is None:
        raise refusal(
            AccessError,
            "TOKEN",
            th="ไม่รู้จักรหัสประจำหน่วยงาน (token) นี้",
            en="The gateway token is not known.",
            remedy="ตรวจไฟล์ gateway.token หรือขอออกใหม่จากคลังกลาง / Check gateway.token, or ask the pool for another.",
        )
    return owner


def recipients(settings: Settings) -> dict[str, str]:
    """The age public key of each month that can be sent."""
    found: dict[str, str] = _read(settings, "recipients.json", "Run `khlang pool init`.")
    return found


def profile(settings: Settings) -> dict[str, Any]:
    """The profile that the key authority published."""
    found: dict[str, Any] = _read(settings, "profile.json", "Run `khlang keys publish`.")
    return found


def profile_sha256(found: Mapping[str, Any]) -> str:
    """The hash by which a manifest names a profile."""
    return hashlib.sha256(manifest.canonical(found)).hexdigest()


def canaries(settings: Settings, agency: str) -> dict[str, dict[str, list[str]]]:
    """Dataset → sealed column → the pseudonyms that must be met."""
    found: dict[str, dict[str, list[str]]] = _read(settings, f"canaries/{agency}.json", "Run `khlang keys publish`.")
    return found


def _read(settings: Settings, name: str, remedy: str) -> Any:
    try:
        return json.loads((settings.registry / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SetupError(f"The pool's registry has no {name}.", remedy) from None
