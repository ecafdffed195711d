"""One writer a table: a lease with a token that only grows, checked before each commit.

A claim is an object created only where there is none; its number is the token. The holder writes a beat beside it;
who waits takes over when the beat has not changed for :data:`STALE_SECONDS` of its own clock, so a jump of a
machine's clock gives nobody's lease away. A holder that slept through a takeover finds a higher number and stops.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from khlang.curation.objects import Objects
from khlang.errors import LeaseLostError

BEAT_SECONDS, STALE_SECONDS, POLL_SECONDS = 3.0, 15.0, 0.3
PATIENCE_SECONDS = 900.0


@dataclass
class Lease:
    """The right to write one table, for as long as nobody has a higher token."""

    objects: Objects
    folder: str
    token: int
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def check(self) -> None:
        """Make sure that this is still the table's writer.

        Raises:
            LeaseLostError: Another writer took over while this one did not beat.
        """
        if _highest(self.objects, self.folder) != self.token:
            raise LeaseLostError(
                f"Another writer took over {self.folder.rstrip('/')}; nothing was committed by this one.",
                "Let that run finish, then run again: what is done is skipped.",
            )

    def _beat(self) -> None:
        count = 0
        while not self._stop.wait(BEAT_SECONDS):
            count += 1
            self.objects.put(_beat_key(self.folder, self.token), str(count).encode())

    def _release(self, thread: threading.Thread) -> None:
        self._stop.set()
        thread.join()
        self.objects.put(_beat_key(self.folder, self.token), b"released")


@contextmanager
def hold(objects: Objects, table: str, *, clock: Callable[[], float] = time.monotonic) -> Iterator[Lease]:
    """Hold the lease of a table, waiting for its holder.

    Args:
        objects: The lake's objects.
        table: ``<layer>.<table>``, such as ``curated.insured_persons_v1``.
        clock: Seconds of this process.

    Raises:
        LeaseLostError: The holder kept it longer than a job may wait.
    """
    folder = f"_leases/{table}/"
    lease = Lease(objects, folder, _acquire(objects, folder, clock))
    thread = threading.Thread(target=lease._beat, name=f"lease {table}", daemon=True)  # noqa: SLF001
    thread.start()
    try:
        yield lease
    finally:
        lease._release(thread)  # noqa: SLF001


def _acquire(objects: Objects, folder: str, clock: Callable[[], float]) -> int:
    began = changed = clock()
    seen: tuple[int, bytes | None] = (-1, None)
    while clock() - began < PATIENCE_SECONDS:
        highest = _highest(objects, folder)
        beat = objects.get(_beat_key(folder, highest)) if highest else b"released"
        if (highest, beat) != seen:
            seen, changed = (highest, beat), clock()
        if (beat == b"released" or clock() - changed >= STALE_SECONDS) and objects.put_new(
            f"{folder}{highest + 1:08d}/claim", b""
        ):
            if _highest(objects, folder) == highest + 1:
                objects.delete_folder(f"{folder}{highest:08d}/")
                return highest + 1
            # Others came and went since the list was read, and the number was free again: it is no token.
            objects.delete_folder(f"{folder}{highest + 1:08d}/")
        time.sleep(POLL_SECONDS)
    raise LeaseLostError(
        f"{folder.rstrip('/')} was held by another writer for {PATIENCE_SECONDS:.0f} seconds.",
        "See which curate run is still going, then run again.",
    )


def _highest(objects: Objects, folder: str) -> int:
    return max((int(key[len(folder) :].split("/")[0]) for key in objects.keys(folder)), default=0)


def _beat_key(folder: str, token: int) -> str:
    return f"{folder}{token:08d}/beat"
