"""The pool keeper's acts: months' identities, the pool's and the demo project's key, enrolled agencies."""

import hashlib
import json
import re
import secrets
from pathlib import Path

from khlang import contracts, private
from khlang.errors import AccessError, ContractError, SignatureError, UsageError
from khlang.landing import registry, statement
from khlang.period import parse
from khlang.settings import Settings


def init(settings: Settings, *, start: str, months: int) -> dict[str, str]:
    """Make what is missing of the pool's keys; what is there stays, so that it can be run again.

    Args:
        settings: Of this installation.
        start: First month that can be sent.
        months: How many.

    Returns:
        The recipients: month → age public key.
    """
    closed = registry.closed(settings)
    wanted = [month for month in _months(parse(start), months) if month not in closed]
    private.folder(settings.secrets)
    recipients, links = (_identities(settings.secrets / name, wanted) for name in ("month", "link"))
    for name in ("pool.key", "project-demo.key"):
        if not (settings.secrets / name).exists():
            private.write(settings.secrets / name, secrets.token_hex(32) + "\n")
    statement.ensure_key(settings)
    for name, told in (("recipients", recipients), ("link-recipients", links)):
        private.write(settings.registry / f"{name}.json", json.dumps(told, indent=1) + "\n", mode=0o644)
    return recipients


def enrol(settings: Settings, *, agency: str, public_key: str, token_file: Path, simulation: bool) -> None:
    """Enrol an agency, or enrol it anew with another key; its token is written to a file (0600) and nowhere else.

    Args:
        settings: Of this installation.
        agency: Its id in the contracts.
        public_key: The hex Ed25519 key that verifies its signatures.
        token_file: Where its gateway token goes.
        simulation: Whether its people are simulated.

    Raises:
        ContractError: No contract names the agency.
        SignatureError: The key is no Ed25519 public key in hex.
    """
    token = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    register(settings, agency=agency, public_key=public_key, token_sha256=digest, simulation=simulation)
    private.write(token_file, token + "\n")


def register(settings: Settings, *, agency: str, public_key: str, token_sha256: str, simulation: bool) -> None:
    """Enrol an agency that made its own token: only the token's hash is known here.

    Raises:
        ContractError: No contract names the agency.
        SignatureError: The key is no Ed25519 public key in hex, or the hash no SHA-256.
        AccessError: The token is one that was revoked.
    """
    gone = registry.agencies(settings, revoked=True).get(agency)
    if gone and gone.token_sha256 == token_sha256:
        raise AccessError(f"The token of {agency} was revoked.", "Let the agency make a new one: delete gateway.token.")
    tables = contracts.load(settings.contracts).by_agency(agency)
    if not tables:
        raise ContractError(f"No contract names the agency {agency}.", "See `khlang contract list`.")
    if not all(re.fullmatch(r"[0-9a-f]{64}", text) for text in (public_key, token_sha256)):
        raise SignatureError("The public key is not 64 hex characters.", "Give the agency's enrolment.json.")
    before = gone or registry.agencies(settings).get(agency)
    entry = {
        "agency": agency,
        "public_key": public_key,
        "token_sha256": token_sha256,
        "datasets": sorted(table.name for table in tables),
        "simulation": simulation,
        **({"approvers": list(before.approvers)} if before and before.approvers else {}),
    }
    _keep(settings, agency, entry)


def approver(settings: Settings, *, agency: str, key: str, admitted: bool) -> list[str]:
    """Enrol a key of an agency's approver, or take it away; the agency's own enrolment leaves these as they are.

    Args:
        settings: Of this installation.
        agency: Its id.
        key: The approver's hex Ed25519 key, told by the approver and not by who seals.
        admitted: False where it is taken away.

    Returns:
        The keys that approve there now.

    Raises:
        UsageError: No such agency is enrolled.
        SignatureError: The key is no Ed25519 public key in hex, or the agency's own.
    """
    known = registry.agencies(settings).get(agency)
    if known is None:
        raise UsageError(f"{agency} is not enrolled.", "See the registry's folder agencies.")
    if not re.fullmatch(r"[0-9a-f]{64}", key) or key == known.public_key:
        raise SignatureError(
            "This is no key of an approver.", "Give what `khlang agency approver-key` made.", code="APPROVER-ENROL"
        )
    left = {*known.approvers, key} if admitted else {*known.approvers} - {key}
    path = settings.registry / "agencies" / f"{agency}.json"
    _keep(settings, agency, json.loads(path.read_text(encoding="utf-8")) | {"approvers": sorted(left)})
    return sorted(left)


def _keep(settings: Settings, agency: str, entry: dict[str, object]) -> None:
    private.write(settings.registry / "agencies" / f"{agency}.json", json.dumps(entry, indent=1) + "\n", mode=0o644)


def _identities(folder: Path, wanted: list[str]) -> dict[str, str]:
    """Make the identities of months that have none; the public key of every month that has one."""
    import pyrage

    private.folder(folder)
    for month in wanted:
        if not (path := folder / f"{month}.identity").exists():
            private.write(path, f"{pyrage.x25519.Identity.generate()}\n")
    found = {path.stem: path.read_text(encoding="ascii").strip() for path in sorted(folder.glob("*.identity"))}
    return {month: str(pyrage.x25519.Identity.from_str(secret).to_public()) for month, secret in found.items()}


def _months(start: str, count: int) -> list[str]:
    first = int(start[:4]) * 12 + int(start[5:]) - 1
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, first + count)]
