"""Canary accounts ask the running Trino, and the ledger's events of their queries are held against the policy.

A rules file that Trino did not take up, one that was changed on disk, a Trino that reads a filter or mask otherwise
than it is meant: here it is seen before anybody uses it. ``khlang policy canary``; the DAG ``policy`` after each
change of the rules, the DAG ``audit`` every night.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang import contracts, inside, private
from khlang.audit import ledger, store
from khlang.audit.event import Event
from khlang.errors import AccessError, IntegrityError
from khlang.policy import proof, versions
from khlang.policy.proof import Ask, Given
from khlang.projects import steps
from khlang.serve import client
from khlang.settings import Settings
from khlang.stack import access, canarypass, passes

if TYPE_CHECKING:
    from trino.dbapi import Connection

AT_ONCE = 4
#: Trino looks at its rules every second and at its passwords every five, a busy one later; events come within a few.
SETTLE_SECONDS, PATIENCE_SECONDS = 5.0, 60.0
#: Trino's words for a table that was not written yet: nothing can be shown of it.
ABSENT = frozenset({"TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND"})


@dataclass(frozen=True)
class Proof:
    """What was asked and is as the policy says; tables that are not written yet; accounts that could not ask."""

    asked: int
    absent: tuple[str, ...]
    unasked: tuple[str, ...]

    def told(self) -> str:
        """What was proven and what was not, in a line of a log."""
        missing = f"; not proven, for want of a pass: {', '.join(self.unasked)}" if self.unasked else ""
        return f"{self.asked} tables are given to canary accounts as the policy says{missing}"


def due(settings: Settings) -> bool:
    """Whether the newest rules were not proven yet, outside and inside; raises as :func:`.versions.every`."""
    path, held = _proven(settings), versions.every(settings)
    known = json.loads(path.read_bytes()) if path.exists() else {}
    return bool(held) and (held[-1].sha256 != known.get("sha256") or bool(known.get("unasked")))


def prove(settings: Settings, say: Callable[[str], object]) -> Proof:
    """Let every canary ask for every guarded table.

    Args:
        settings: An installation whose Trino, gateway and store are up.
        say: Told of each difference before the alarm.

    Raises:
        IntegrityError: Trino does otherwise than the policy, or the ledger did not get an event of it.
        ServiceError: Trino or the store does not answer.
    """
    known = contracts.load(settings.contracts)
    held, document = access.compiled(settings, steps.now().date())
    every = proof.asks(known, held)
    given = _passes(settings)
    mine = [one for one in every if one.user in given or not one.user.endswith(inside.SUFFIX)]
    absent, differ = _round(settings, mine, document, given)
    if differ:  # rules that were given a moment ago may not have been taken up yet
        time.sleep(SETTLE_SECONDS)
        _, differ = _round(settings, [one for one, _ in differ], document, given)
    for one, lines in differ:
        for line in lines:
            say(f"{one.user} {one.name}: {line}")
    if differ:
        raise IntegrityError(
            f"Trino does otherwise than the policy on {len(differ)} of {len(mine)} tables that canary accounts asked.",
            "Compare rules with `khlang policy diff`, apply them, and ask again: docs/how-to/audit.md.",
            code="POLICY-CANARY",
        )
    unasked = sorted({one.user for one in every} - {one.user for one in mine})
    proven = {"sha256": versions.sha256(document), "asked": len(mine) - len(absent), "unasked": unasked}
    private.write(_proven(settings), json.dumps(proven) + "\n")
    return Proof(len(mine) - len(absent), tuple(sorted(absent)), tuple(unasked))


def _proven(settings: Settings) -> Path:
    return versions.folder(settings) / "proven.json"


def _round(
    settings: Settings, asked: list[Ask], document: Mapping[str, Any], given: Mapping[str, str]
) -> tuple[set[str], list[tuple[Ask, list[str]]]]:
    """Ask once: the tables that are not there, and what differs."""
    objects = store.bucket(settings)
    began = sum(1 for _ in objects.keys(ledger.ENTRIES))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(lambda one: _ask(settings, one, given), asked))
    absent = {one.name for one, got in zip(asked, told, strict=True) if one.rule and got.refused in ABSENT}
    events = _events(objects, began, {one.query for one in told if one.query})
    each = [
        (one, proof.wrong(one, got, events.get(got.query), document))
        for one, got in zip(asked, told, strict=True)
        if one.name not in absent
    ]
    return absent, [(one, lines) for one, lines in each if lines]


def _ask(settings: Settings, one: Ask, given: Mapping[str, str]) -> Given:
    """One canary's statement; a login that Trino does not know yet is tried until it should."""
    last = time.monotonic() + PATIENCE_SECONDS
    seen: dict[str, Any] = {}
    while True:
        try:
            with _connect(settings, one.user, given) as connection:
                (row,) = client.ask(connection, one.sql, progress=seen.update).rows
            return Given(query=str(seen["queryId"]), row=row)
        except client.QueryError as refusal:
            return Given(refused=refusal.message.replace(":", " ").split()[0])
        except AccessError:
            if time.monotonic() > last:
                return Given(refused="LOGIN")
            time.sleep(0.5)


def _passes(settings: Settings) -> dict[str, str]:
    """A pass for each canary inside of a workspace: issued here, behind the fence asked for, never written."""
    if os.access(passes.key_file(settings), os.R_OK):
        return canarypass.issue(settings, steps.now())
    return canarypass.ask(settings)


def _connect(settings: Settings, user: str, given: Mapping[str, str]) -> "AbstractContextManager[Connection]":
    """By its password, or inside a workspace by its pass."""
    if not user.endswith(inside.SUFFIX):
        return client.connect(settings, user)
    return client.connect(settings, user, bearer=lambda: given[user])


def _events(objects: store.AuditObjects, began: int, queries: Iterable[str]) -> dict[str, Event]:
    """The completion events of these queries, as far as the ledger gets them in time."""
    wanted, found = set(queries), dict[str, Event]()
    last, number = time.monotonic() + PATIENCE_SECONDS, began
    while wanted - found.keys() and time.monotonic() < last:
        data = objects.get(f"{ledger.ENTRIES}{number + 1:012d}.json")
        if data is None:
            time.sleep(0.5)
            continue
        number += 1
        event = json.loads(data)["event"]
        if event["kind"] == "completed":
            found[event["query"]] = event
    return found
