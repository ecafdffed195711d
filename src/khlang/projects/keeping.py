"""What a step in a project's life does: to its tables, to its accounts, to its key; each step can be done again."""

import datetime as dt
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import contracts, private, signatures
from khlang.errors import AccessError
from khlang.landing import statement
from khlang.link.service import workshop
from khlang.policy import book, life, owners
from khlang.policy.life import Action, Event, Project
from khlang.policy.request import Request, narrowed
from khlang.serve import client, workspace
from khlang.serve.project import Project as Keyed
from khlang.settings import Settings
from khlang.stack import access
from khlang.stack.secrets import trino_password_file

KEY_BYTES = 32
KNOWN_SECONDS = 60  # Trino looks at its password file every five seconds, and a busy one is late


_AHEAD: ContextVar[dt.datetime | None] = ContextVar("ahead", default=None)


def now() -> dt.datetime:
    """The time, UTC: the only clock of this package."""
    return _AHEAD.get() or dt.datetime.now(dt.UTC)


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Put this package's clock to a moment, for the tour and for tests."""
    token = _AHEAD.set(moment)
    try:
        yield
    finally:
        _AHEAD.reset(token)


def key_file(settings: Settings, name: str) -> Path:
    """Where a project's key lies."""
    return Path(Keyed.of(settings, name).key_file)


def event(action: Action, *, by: str, why: str, **data: Any) -> Event:
    """What happens now."""
    return Event(action, by, now().isoformat(timespec="seconds"), why, data)


def draft(settings: Settings, request: Request, *, by: str, why: str) -> Project:
    """Begin a project, or begin it anew with another request.

    Raises:
        InputError: It asks for what no mart has.
        ContractError: A table of it has no contract.
        UsageError: It is on its way already.
    """
    known = contracts.load(settings.contracts)
    narrowed(request, known)
    data = {
        "request": request.as_dict(),
        "agencies": list(owners.agencies(known, request.tables)),
        "approvals": 2 if owners.four_eyes(known, request.tables) else 1,
    }
    return book.add(settings, request.name, lambda _: event("draft", by=by, why=why, **data))


def step(settings: Settings, name: str, action: Action, *, by: str, why: str, **data: Any) -> Project:
    """One step that changes nothing but the book and who may read what; raises as :func:`khlang.policy.life.after`."""
    book.read(settings, name)  # so that no book is begun by a name that was mistyped
    done = book.add(settings, name, lambda _: event(action, by=by, why=why, **data))
    if access.rules_file(settings).exists():
        access.apply(settings, now().date())
    return done


def activate(settings: Settings, name: str, *, by: str, why: str) -> Project:
    """Freeze the project's tables, give it a key and its people their accounts.

    Raises:
        UsageError: It is not approved, or a mart was not built yet.
        ServiceError: Spark, the store or Trino does not answer: do it again, what is done is skipped.
    """
    project = book.read(settings, name)
    life.check(project, event("activate", by=by, why=why))
    request = project.asked
    known = contracts.load(settings.contracts)
    tables = narrowed(request, known)
    if not key_file(settings, name).exists():
        private.write(key_file(settings, name), secrets.token_hex(KEY_BYTES) + "\n")
    # The stack's own Spark, where whoever starts this names no other: a JVM of its own would take half a minute.
    os.environ.setdefault("SPARK_REMOTE", settings.spark_remote)
    shop = workshop(settings, f"project {name}")
    copies = workspace.freeze(shop, Keyed.of(settings, name), tables, sample=request.sample)
    workspace.show(settings, shop, name, tables)
    done = step(settings, name, "activate", by=by, why=why, copies=[one.as_dict() for one in copies])
    for login in request.logins:
        _await(settings, login)
    return done


def _await(settings: Settings, login: str) -> None:
    """Wait until Trino knows a login: who is told that a project is active tries it at once."""
    last = time.monotonic() + KNOWN_SECONDS
    while True:
        try:
            with client.connect(settings, login) as connection:
                client.ask(connection, "SELECT 1")
        except AccessError:
            if time.monotonic() > last:
                raise
            time.sleep(0.5)
        else:
            return


def expire(settings: Settings, *, by: str = "khlang", why: str = "its last day is over") -> list[str]:
    """Close every project whose last day is over: no account, nothing in Trino; its files and key stay in escrow."""
    today = now().date()
    over = [
        name
        for name, project in book.every(settings).items()
        if project.state(today) == "expired" and project.stage == "active"
    ]
    for name in over:
        step(settings, name, "expire", by=by, why=why)
        _close(settings, name)
    return over


def keep(settings: Settings) -> list[str]:
    """What every day asks for: close what is over, then give and take every right as of today; gives what was closed.

    Raises:
        IntegrityError: The book of a project was tampered with: the rules stay as they are.
        ServiceError: Trino does not answer: do it again.
    """
    closed = expire(settings)
    access.apply(settings, now().date())
    return closed


def revoke(settings: Settings, name: str, *, by: str, why: str) -> Project:
    """End a project at once."""
    done = step(settings, name, "revoke", by=by, why=why)
    _close(settings, name)
    return done


def destroy(settings: Settings, name: str, *, by: str, why: str) -> dict[str, Any]:
    """Delete a project's tables, key and passwords, and certify it.

    Returns:
        The certificate: what was destroyed, when and by whom, signed with the pool's receipt key.

    Raises:
        UsageError: It has not ended, or its results may still have to be made again.
    """
    project = book.read(settings, name)
    made = event("destroy", by=by, why=why)
    life.check(project, made)
    _close(settings, name)
    files = workspace.erase(workshop(settings, f"project {name}"), name)
    key_file(settings, name).unlink(missing_ok=True)
    ended = step(settings, name, "destroy", by=by, why=why, files=files)
    told = {"project": name, "files": files, "tables": sorted(project.asked.tables), "key": "destroyed",
            "at": ended.events[-1].at, "by": by, "why": why, "events": len(ended.events)}  # fmt: skip
    signed = certificate(told, statement.ensure_key(settings))
    data = signatures.canonical(signed) + b"\n"
    private.write(book.certificate(settings, name), data, mode=0o644)
    return signed


def certificate(told: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """A certificate of destruction: what it says, and the signature over that in canonical JSON."""
    return {**told, "signature": signatures.sign(signatures.canonical(told), key), "signer": signatures.public_hex(key)}


def verify(signed: dict[str, Any], *, public: str) -> None:
    """Hold a certificate against the pool's receipt key.

    Raises:
        SignatureError: It does not say what was signed.
    """
    told = {name: value for name, value in signed.items() if name not in {"signature", "signer"}}
    signatures.verify(signatures.canonical(told), str(signed.get("signature", "")), public)


def _close(settings: Settings, name: str) -> None:
    for login in book.read(settings, name).asked.logins:
        trino_password_file(settings, login).unlink(missing_ok=True)
    workspace.hide(settings, name)
