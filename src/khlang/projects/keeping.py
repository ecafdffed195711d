"""What a step in a project's life does: to its tables, to its accounts, to its key; each step can be done again."""

import os
import secrets
import shutil
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import contracts, private, signatures
from khlang.errors import AccessError, InputError
from khlang.landing import statement
from khlang.link.service import workshop
from khlang.policy import accounts, book, canaries, life, owners, people, usage
from khlang.policy import staff as staff_
from khlang.policy.life import Action, Project
from khlang.policy.request import Request, narrowed
from khlang.projects import enter, scratch, steps
from khlang.projects.steps import at, event, now
from khlang.serve import client, workspace
from khlang.serve.project import Project as Keyed
from khlang.settings import Settings
from khlang.stack import access
from khlang.stack.secrets import trino_password_file

__all__ = [
    "activate",
    "at",
    "certificate",
    "destroy",
    "draft",
    "event",
    "expire",
    "extend",
    "keep",
    "key_file",
    "now",
    "revoke",
    "step",
    "verify",
]
KEY_BYTES = 32
ENDED = ("expired", "revoked")  # and not yet destroyed
KNOWN_SECONDS = 60  # Trino looks at its password file every five seconds, and a busy one is late


def key_file(settings: Settings, name: str) -> Path:
    """Where a project's key lies."""
    return Path(Keyed.of(settings, name).key_file)


def draft(settings: Settings, request: Request, *, by: str, why: str) -> Project:
    """Begin a project, or begin it anew with another request.

    Raises:
        InputError: It asks for what no mart has, or names a person as an agency is named.
        ContractError: A table of it has no contract.
        UsageError: It is on its way already.
    """
    known = contracts.load(settings.contracts)
    narrowed(request, known)
    if taken := sorted(people.reserved(known) & set(request.people)):
        raise InputError(
            f"{request.name}: people names an agency or the keepers: {', '.join(taken)}.",
            "Name people: a login that begins so is an owner's or a keeper's.",
            code="PROJECT-REQUEST",
        )
    data = {
        "request": request.as_dict(),
        "agencies": list(owners.agencies(known, request.tables)),
        "approvals": 2 if owners.four_eyes(known, request.tables) else 1,
    }
    return book.add(settings, request.name, lambda _: event("draft", by=by, why=why, **data))


def step(settings: Settings, name: str, action: Action, *, by: str, why: str, **data: Any) -> Project:
    """One step that changes nothing but the book and who may read what; raises as :func:`khlang.policy.life.after`."""
    done = steps.record(settings, name, action, by=by, why=why, **data)
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
    scratch.make(settings, name)
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


def extend(settings: Settings, name: str, *, ends: str, by: str, why: str) -> Project:
    """Give a project a later last day; one that was closed already is shown in Trino again, as it was frozen.

    Raises:
        UsageError, AccessError: As :func:`khlang.policy.life.after`.
        ServiceError: Trino does not answer: do it again with `policy apply` and `extend`.
    """
    closed = book.read(settings, name).stage == "expired"
    done = step(settings, name, "extend", by=by, why=why, ends=ends)
    if closed:
        known = contracts.load(settings.contracts)
        workspace.show(settings, workshop(settings, f"project {name}"), name, narrowed(done.asked, known))
    return done


def expire(settings: Settings, *, by: str = "khlang", why: str = "its last day is over") -> list[str]:
    """Close every project whose last day is over: no account, nothing in Trino; its files and key stay in escrow.

    One that ended while Trino was down has lost its rights and is still shown there: it is closed again.
    """
    today = now().date()
    over = [
        name
        for name, project in book.every(settings).items()
        if project.state(today) == "expired" and project.stage == "active"
    ]
    for name in over:
        step(settings, name, "expire", by=by, why=why)
    for name, project in book.every(settings).items():
        if project.stage in ENDED:
            _close(settings, name)
    return over


def keep(settings: Settings) -> list[str]:
    """What every hour asks for: close what is over, give and take every right as of today, then by the room taken.

    Returns:
        The projects that were closed.

    Raises:
        IntegrityError: The book of a project was tampered with: the rules stay as they are.
        ServiceError: Trino or the store does not answer: do it again.
    """
    closed, before = expire(settings), usage.full(settings)
    access.apply(settings, now().date())
    scratch.measure(settings)
    if usage.full(settings) != before:
        access.apply(settings, now().date())
    return closed


def staff(settings: Settings, done: accounts.Done, login: str, *, by: str, why: str) -> staff_.Member:
    """Open or close an account of an agency's or a province's staff, and make it so where Trino has rules.

    Raises:
        InputError: The login is of no agency and no province.
        UsageError, AccessError, IntegrityError: As :func:`khlang.policy.accounts.write`.
    """
    known = contracts.load(settings.contracts)
    one = staff_.member(login, staff_.load(settings.contracts / "staff.yaml", known), known)
    accounts.write(settings, done, login, by=by, why=why, at=now())
    if done == "close":
        for each in (login, *(canary.login for canary in canaries.of_staff([one]))):
            trino_password_file(settings, each).unlink(missing_ok=True)  # a canary of somebody else's gets a new one
    if access.rules_file(settings).exists():
        access.apply(settings, now().date())
    return one


def revoke(settings: Settings, name: str, *, by: str, why: str) -> Project:
    """End a project at once."""
    done = step(settings, name, "revoke", by=by, why=why)
    _close(settings, name)
    return done


def destroy(settings: Settings, name: str, *, by: str, why: str) -> dict[str, Any]:
    """Delete a project's tables, its own ones and its files too, its key and passwords, and certify it.

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
    own, brought = scratch.erase(settings, name), _erase_files(settings, name)
    key_file(settings, name).unlink(missing_ok=True)
    ended = step(settings, name, "destroy", by=by, why=why, files=files, scratch_files=own, workspace_files=brought)
    told = {"project": name, "files": files, "tables": sorted(project.asked.tables), "key": "destroyed",
            "scratch_files": own, "workspace_files": brought, "at": ended.events[-1].at, "by": by, "why": why,
            "events": len(ended.events)}  # fmt: skip
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


def _erase_files(settings: Settings, name: str) -> int:
    """Delete what a project brought in and wrote; gives how many files there were."""
    folder = enter.files(settings, name)
    count = sum(1 for one in folder.rglob("*") if one.is_file())
    if folder.exists():
        shutil.rmtree(folder)
    return count


def _close(settings: Settings, name: str) -> None:
    for login in (*book.read(settings, name).asked.logins, canaries.of_project(name)):
        trino_password_file(settings, login).unlink(missing_ok=True)
    workspace.hide(settings, name)
