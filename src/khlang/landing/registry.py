"""What the pool knows of agencies, months, epochs and canaries: public keys and hashes in ``<var>/registry``."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from khlang import oprf, signatures
from khlang.errors import AccessError, PeriodError, SetupError
from khlang.landing.refusal import refusal
from khlang.settings import Settings


@dataclass(frozen=True)
class Agency:
    """One enrolled agency: its verify key (hex), the hash of its gateway token, the datasets it may send.

    ``approvers``: verify keys (hex) of those who approve there, where they have keys of their own.
    """

    name: str
    public_key: str
    token_sha256: str
    datasets: tuple[str, ...]
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Epoch:
    """A source epoch as the authority published it: its profile, and the first and last day on which it is taken."""

    name: str
    profile: Mapping[str, Any]
    starts: str | None = None
    ends: str | None = None
    previous: str | None = None
    compromised: bool = False
    link_kcv: str | None = None

    @property
    def sha256(self) -> str:
        """The hash by which a manifest names the profile."""
        return hashlib.sha256(signatures.canonical(self.profile)).hexdigest()

    @property
    def pattern(self) -> str:
        """What a source pseudonym of this epoch looks like; the other profile's has another prefix."""
        prefix = "s1v" if self.profile["id"] == oprf.PROFILE else "s1"
        return rf"^{prefix}\.{self.name}\.[0-9a-f]{{32}}$"


def agencies(settings: Settings, *, revoked: bool = False) -> dict[str, Agency]:
    """Every enrolled agency by its id; or those whose credential was revoked."""
    found: dict[str, Agency] = {}
    for path in sorted((settings.registry / "agencies").glob("*.json")):
        entry = json.loads(path.read_text(encoding="utf-8"))
        if bool(entry.get("revoked")) == revoked:
            found[entry["agency"]] = Agency(
                entry["agency"],
                entry["public_key"],
                entry["token_sha256"],
                tuple(entry["datasets"]),
                tuple(entry.get("approvers", ())),
            )
    return found


def of_token(settings: Settings, token: str) -> Agency:
    """The agency whose token this is; every entry is compared, in constant time.

    Raises:
        AccessError: Nobody's, or revoked.
    """
    digest = hashlib.sha256(token.encode("utf-8")).hexdigest()
    owner = _owner(agencies(settings), digest)
    if owner is None and _owner(agencies(settings, revoked=True), digest):
        raise refusal(
            AccessError,
            "TOKEN-REVOKED",
            th="รหัสประจำหน่วยงาน (token) นี้ถูกเพิกถอนแล้ว",
            en="This gateway token was revoked.",
            remedy="ติดต่อคลังกลางเพื่อขึ้นทะเบียนใหม่ / Ask the pool to be enrolled anew.",
        )
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


def link_recipients(settings: Settings) -> dict[str, str]:
    """The age public key of each month's linkage job: link files are encrypted to it alone."""
    path = settings.registry / "link-recipients.json"
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def link_canaries(settings: Settings, agency: str, epoch: str, dataset: str) -> list[dict[str, str | None]]:
    """The comparison keys of an agency's link canaries, by name of key.

    Raises:
        SetupError: The authority published none for this dataset.
    """
    again = "Run `khlang keys publish` with the contracts that the pool has."
    found: dict[str, list[dict[str, str | None]]] = _read(settings, f"links/{epoch}/{agency}.json", again)
    if dataset not in found:
        raise SetupError(f"The registry has no link canaries of {dataset}.", again)
    return found[dataset]


def closed(settings: Settings) -> dict[str, str]:
    """Months whose correction window is over, each with the day on which its identity was destroyed."""
    path = settings.registry / "closed.json"
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def require_open(settings: Settings, period: str) -> None:
    """A month that was closed takes nothing any more.

    Raises:
        PeriodError: Its identity was destroyed: what is sealed for it can never be opened.
    """
    if day := closed(settings).get(period):
        raise refusal(
            PeriodError,
            "PERIOD-ENDED",
            th=f"งวด {period} พ้นช่วงแก้ไขแล้ว กุญแจเปิดถูกทำลายเมื่อ {day}",
            en=f"The correction window of {period} is over; its key was destroyed on {day}.",
            remedy="แก้ไขในงวดถัดไป หรือถามคลังกลาง / Correct it in a later month, or ask the pool.",
        )


def epochs(settings: Settings) -> dict[str, Epoch]:
    """Every source epoch that the key authority published, by name."""
    said: dict[str, dict[str, Any]] = _read(settings, "epochs.json", "Run `khlang keys publish`.")
    return {name: Epoch(name=name, **entry) for name, entry in said.items()}


def unrotated(settings: Settings) -> frozenset[str]:
    """Epochs that replace a leaked one and for which the pool's pids were not redrawn yet."""
    if not (settings.registry / "epochs.json").exists():
        return frozenset()
    known, path = epochs(settings), settings.registry / "rotated.json"
    done = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    leaked = {name for name, one in known.items() if one.compromised}
    return frozenset(name for name, one in known.items() if one.previous in leaked and name not in done)


def rotated(settings: Settings) -> bool:
    """Whether any source epoch followed another."""
    known = epochs(settings) if (settings.registry / "epochs.json").exists() else {}
    return any(one.previous for one in known.values())


def bridgeable(settings: Settings) -> frozenset[str]:
    """Epochs that followed another as planned: bridges into them write aliases."""
    if not (settings.registry / "epochs.json").exists():
        return frozenset()
    known = epochs(settings)
    return frozenset(
        name for name, one in known.items()
        if one.previous and not one.compromised and not known[one.previous].compromised
    )  # fmt: skip


def current(settings: Settings) -> str:
    """The epoch that bundles are of now."""
    return str(_read(settings, "profile.json", "Run `khlang keys publish`.")["epoch"])


def canaries(settings: Settings, agency: str, epoch: str | None = None) -> dict[str, dict[str, list[str]]]:
    """Dataset → sealed column → the pseudonyms that must be met; of the current epoch unless another is named."""
    name = f"canaries/{epoch or current(settings)}/{agency}.json"
    found: dict[str, dict[str, list[str]]] = _read(settings, name, "Run `khlang keys publish`.")
    return found


def bridge_pairs(settings: Settings, agency: str, epoch: str) -> set[tuple[str, str]]:
    """Pairs (old, new) of canaries that an agency's bridge to an epoch must hold."""
    found = _read(settings, f"bridges/{epoch}/{agency}.json", "Run `khlang keys publish`.")
    return {(str(old), str(new)) for old, new in found}


def _owner(known: Mapping[str, Agency], digest: str) -> Agency | None:
    matching = [agency for agency in known.values() if hmac.compare_digest(agency.token_sha256, digest)]
    return matching[-1] if matching else None


def _read(settings: Settings, name: str, remedy: str) -> Any:
    try:
        return json.loads((settings.registry / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SetupError(f"The pool's registry has no {name}.", remedy) from None
