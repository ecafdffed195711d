"""Which months a history has still to take in, in the order in which the pool came to know them.

Known is known by the store's clock: when curate's decision was written. A later arrival never gets an earlier time
than one that history took in already, so what was known at a moment that is past stays what it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Decision = Mapping[str, Any]
FORM = "%Y-%m-%dT%H:%M:%S.%f"


@dataclass(frozen=True)
class Arrival:
    """One content of a month, or (version below zero) its withdrawal; ``known_from`` as the tables have it."""

    period: str
    version: int
    known_from: str


def pending(
    decisions: Iterable[tuple[Decision, datetime]], *, taken: Mapping[str, int], last: str = ""
) -> list[Arrival]:
    """What is to be taken in.

    Args:
        decisions: Curate's decisions of one dataset, each with the time it was written.
        taken: Period → version that history took in last; below zero where it was withdrawn.
        last: ``known_from`` of what was taken in last.
    """
    newest: dict[str, tuple[int, datetime]] = {}
    for decision, at in decisions:
        if decision["verdict"] in {"promoted", "withdrawn"}:
            version = int(decision["txn_version"]) * (1 if decision["verdict"] == "promoted" else -1)
            told = newest.get(decision["period"])
            if told is None or abs(version) >= abs(told[0]):
                newest[decision["period"]] = (version, at)
    found: list[Arrival] = []
    for period, (version, at) in sorted(newest.items(), key=lambda item: (item[1][1], item[0])):
        before = taken.get(period, -1)
        if version == before or max(version, before) < 0:
            continue  # taken in, or never known and nothing again
        last = max(stamp(at), _later(last)) if last else stamp(at)
        found.append(Arrival(period, version, last))
    return found


def stamp(at: datetime) -> str:
    """A time as ``known_from`` has it: UTC, to the millisecond, of one length, so that text compares as time."""
    return at.astimezone(UTC).strftime(FORM)[:23] + "Z"


def _later(stamped: str) -> str:
    return stamp(datetime.strptime(stamped.rstrip("Z"), FORM).replace(tzinfo=UTC) + timedelta(milliseconds=1))
