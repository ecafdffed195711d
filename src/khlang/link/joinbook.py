"""What builds measured of their joins, kept beside the records of marts; which periods were let through, and why."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from khlang.contracts import Table
from khlang.errors import UsageError
from khlang.link.joins import Measured, metrics

if TYPE_CHECKING:
    from khlang.curation.objects import Objects
    from khlang.link.records import ReceiptObjects

FOLDER = "_joins"


def keep(
    objects: "ReceiptObjects | Objects", table: Table, number: int, measured: Mapping[str, Mapping[str, Measured]]
) -> None:
    """Keep what a build measured beside its records: a refused one is told as well, and nothing is measured twice."""
    body = {period: {name: asdict(one) for name, one in joins.items()} for period, joins in measured.items()}
    objects.put_new(f"{FOLDER}/{table.versioned}/{number:06d}.json", json.dumps(body, sort_keys=True).encode())


def kept(objects: "ReceiptObjects | Objects", table: Table) -> dict[str, tuple[str, dict[str, Any]]]:
    """Period → the last build that measured it (its file's name), and what it measured by join."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for key in sorted(objects.keys(f"{FOLDER}/{table.versioned}/")):
        name = key.rpartition("/")[2]
        if name.removesuffix(".json").isdigit():
            told = json.loads(objects.get(key) or b"{}")
            found |= {period: (name, joins) for period, joins in told.items()}
    return found


def allow(objects: "ReceiptObjects | Objects", table: Table, period: str, reason: str) -> None:
    """Let a mart's period through although its joins are out of their bands; the reason stays for good.

    Raises:
        UsageError: No reason is given.
    """
    if not reason.strip():
        raise UsageError("A period is let through for a reason only.", "Say it with --reason.")
    body = json.dumps({"reason": reason.strip()}, ensure_ascii=False).encode()
    objects.put_new(_allowed(table, period), body)


def allowed(objects: "ReceiptObjects | Objects", table: Table, period: str) -> str | None:
    """Why a mart's period was let through; None where it was not."""
    body = objects.get(_allowed(table, period))
    return None if body is None else str(json.loads(body)["reason"])


def judged(
    objects: "ReceiptObjects | Objects", table: Table, measured: Mapping[str, Mapping[str, Measured]]
) -> dict[str, dict[str, int]]:
    """The metrics as the gate is to judge them: of a period that was let through, none is out of its band.

    A side that holds a key twice is never let through: the figures would be wrong, not only few.
    """
    told = metrics(measured)
    for period, named in told.items():
        if any(named.values()) and allowed(objects, table, period) is not None:
            named.update({name: 0 for name in named if name.startswith("join_outside__")})
    return told


def _allowed(table: Table, period: str) -> str:
    return f"{FOLDER}/{table.versioned}/allowed-{period}.json"
