"""A ledger's objects in memory, and an event, for the tests of the audit."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from khlang.audit import event


@dataclass
class Memory:
    """Objects in memory that die in the middle of a write where a test says so."""

    held: dict[str, bytes] = field(default_factory=dict)
    dies_at: int = -1

    def put_new(self, key: str, body: bytes) -> bool:
        if len(self.held) == self.dies_at:
            raise ConnectionError
        return self.held.setdefault(key, body) is body

    def get(self, key: str) -> bytes | None:
        return self.held.get(key)

    def keys(self, prefix: str) -> Iterable[str]:
        return sorted(key for key in self.held if key.startswith(prefix))


def told(number: int, kind: str = "completed") -> event.Event:
    return {"kind": kind, "query": f"20260105_{number:05d}", "user": "analyst", "tables": [], "at": "2026-01-05"}
