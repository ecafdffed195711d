"""The ledger's events, read once: it is only ever appended to, so what was read stays true."""

import json
import threading

from khlang.audit import ledger
from khlang.audit.event import Event
from khlang.audit.ledger import Objects


class Events:
    """All events of a ledger; of a later call only the entries that came since are fetched."""

    def __init__(self, objects: Objects) -> None:
        self._objects, self._turn = objects, threading.Lock()
        self._held: dict[str, Event] = {}

    def all(self) -> list[Event]:
        """In the order of the ledger.

        Raises:
            ServiceError: The object store does not answer.
        """
        with self._turn:
            for key in self._objects.keys(ledger.ENTRIES):
                if key not in self._held:
                    self._held[key] = json.loads(self._objects.get(key) or b"{}")["event"]
            return list(self._held.values())
