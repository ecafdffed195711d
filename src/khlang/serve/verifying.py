"""The whole audit held against everything it can be held against: what ``khlang audit verify`` and the DAG do."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from khlang import chain
from khlang.audit import event, ledger, reconcile, requests, store, telling
from khlang.chain import Head
from khlang.errors import IntegrityError
from khlang.policy import versions
from khlang.settings import Settings


@dataclass(frozen=True)
class Found:
    """Where the ledger ends, the faults of its chain, and (of a whole chain) what is known elsewhere and not there."""

    head: Head
    faults: tuple[str, ...]
    gaps: tuple[str, ...]


def hold(settings: Settings) -> Found:
    """Read the ledger once and hold it against chain, Trino's numbers, the gateway's list and the rules of the time.

    Raises:
        IntegrityError: The book of rules was tampered with.
        ServiceError: The store does not answer.
    """
    objects, before = store.bucket(settings), requests.every(settings)
    data = list(ledger.entries(objects))
    public = (settings.registry / "receipt.pub").read_text(encoding="ascii").strip()
    head, faults = chain.verify(data, ledger.heads(objects), public=public, identity=event.identity)
    if faults:
        return Found(head, tuple(f"entry {fault.number}: {fault.says}" for fault in faults), ())
    told = [json.loads(one)["event"] for one in data]
    held = [reconcile.Rules(one.at, one.rules["tables"]) for one in versions.every(settings)]
    untold = reconcile.untold(before, told, requests.every(settings))
    return Found(head, (), (*telling.gaps(told), *untold, *reconcile.unlawful(told, held)))


def require(settings: Settings, say: Callable[[str], object]) -> Head:
    """Alarm on any fault or gap, each of them said first; gives where the ledger ends.

    Raises:
        IntegrityError: There is one, or as :func:`hold`.
    """
    found = hold(settings)
    for line in (*found.faults, *found.gaps):
        say(line)
    if found.faults or found.gaps:
        raise IntegrityError(
            f"The audit's ledger of {found.head.number} entries has {len(found.faults)} faults and "
            f"{len(found.gaps)} gaps.",
            "Keep the bucket as it is, and tell the data owners: docs/how-to/audit.md.",
            code="AUDIT-CHAIN",
        )
    return found.head
