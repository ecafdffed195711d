"""The ledger in the object store: one object an entry, created only where there is none, under a lock of years.

Trino tells an event until it was taken (at least once); an event that stands already is not written again. A writer
that was killed has written an entry whole or not at all, and the next one goes on after the last that is there.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import chain
from khlang.audit.event import Event, identity
from khlang.chain import Head
from khlang.errors import IntegrityError

ENTRIES, HEADS = "entries/", "heads/"
SIGN_EVERY = 16
#: So many of the newest entries are looked through for an event that is told again: Trino gives up long before.
REMEMBERED = 2000


class Objects(Protocol):
    """Objects of the audit's bucket."""

    def put_new(self, key: str, body: bytes) -> bool:
        """Write an object only where there is none; False where there is one."""

    def get(self, key: str) -> bytes | None:
        """Read an object; None when there is none."""

    def keys(self, prefix: str) -> Iterable[str]:
        """Keys under a folder, in order."""


class Ledger:
    """The one writer's hands; safe to use from several threads."""

    def __init__(self, objects: Objects, key: Callable[[], Ed25519PrivateKey]) -> None:
        self._objects, self._key, self._turn = objects, key, threading.Lock()
        self._head: Head | None = None
        self._seen: set[str] = set()

    def append(self, event: Event) -> bool:
        """Write an event as the next entry; False where it stands already.

        Raises:
            IntegrityError: What stands in the bucket is no ledger; nothing is written after it.
            ServiceError: The object store does not answer; told again, the event is written then.
        """
        with self._turn:
            while True:
                head = self._head or self._read()
                if identity(event) in self._seen:
                    return False
                data, after = chain.entry(head, event)
                if self._objects.put_new(f"{ENTRIES}{after.number:012d}.json", data):
                    break
                self._head = None  # another process wrote this one: read again
            self._head = after
            self._seen.add(identity(event))
            if after.number % SIGN_EVERY == 0:
                self._sign(after)
            return True

    def sign(self) -> Head:
        """Sign the newest entry's hash; what is cut off later is seen to be missing."""
        with self._turn:
            head = self._head or self._read()
            if head.number:
                self._sign(head)
            return head

    def close(self) -> None:
        """Sign what this process wrote; nothing is asked of the store where it wrote nothing."""
        with self._turn:
            if self._head and self._head.number:
                self._sign(self._head)

    def _sign(self, head: Head) -> None:
        self._objects.put_new(f"{HEADS}{head.number:012d}.json", chain.sign(head, self._key()))

    def _read(self) -> Head:
        found = list(self._objects.keys(ENTRIES))
        if found != [f"{ENTRIES}{number:012d}.json" for number in range(1, len(found) + 1)]:
            raise IntegrityError("The audit's ledger has holes.", "Run `khlang audit verify`.", code="AUDIT-LEDGER")
        last = b""
        for key in found[-REMEMBERED:]:
            last = self._objects.get(key) or b""
            self._seen.add(identity(json.loads(last)["event"]))
        self._head = Head(len(found), hashlib.sha256(last).hexdigest()) if found else Head()
        return self._head


def entries(objects: Objects) -> Iterator[bytes]:
    """The bytes of all entries, in the order of their keys."""
    for key in objects.keys(ENTRIES):
        yield objects.get(key) or b""


def heads(objects: Objects) -> Iterator[bytes]:
    """All signed heads."""
    for key in objects.keys(HEADS):
        yield objects.get(key) or b""
