"""One piece of work at a time, in a thread of its own: how far it came, how long it will take, how it ended."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from khlang.errors import InputError, KhlangError, SequenceError

Kind = Literal["check", "seal", "send", "refresh"]


@dataclass
class Work:
    """One piece of work: how far it came, where the browser goes afterwards, and the refusal if it ended in one."""

    kind: Kind
    then: str
    done: int = 0
    total: int | None = None
    ended: bool = False
    error: KhlangError | None = None
    stop: Callable[[], None] | None = None
    stopped: bool = False
    _first: tuple[float, int] | None = field(default=None, repr=False)

    def tell(self, done: float, total: float | None) -> None:
        """Say how far it came."""
        self.done, self.total = int(done), int(total) if total else None
        self._first = self._first or (time.monotonic(), self.done)  # what goes on does not begin at nothing

    def seconds_left(self) -> int | None:
        """An estimate, once there is something to estimate from."""
        begun, first = self._first or (0.0, 0)
        took, came = time.monotonic() - begun, self.done - first
        if not self.total or self._first is None or took < 1 or came <= 0:
            return None
        return round((self.total - self.done) * took / came)

    def facts(self) -> dict[str, Any]:
        """What the page is told while it waits."""
        then = "/failed" if self.error else self.then
        left = None if self.ended else self.seconds_left()
        return {"done": self.done, "total": self.total, "left": left, "ended": self.ended, "then": then}


class Bench:
    """Where the work is done."""

    def __init__(self) -> None:
        self.work: Work | None = None
        self._lock = threading.Lock()

    def idle(self) -> None:
        """Refuse what cannot be done beside the work that is under way.

        Raises:
            SequenceError: There is some.
        """
        if self.work and not self.work.ended:
            raise SequenceError("มีงานที่ยังไม่เสร็จ / Work is under way.", "รอให้เสร็จ / Wait for it.", code="UI-BUSY")

    def start(self, work: Work, do: Callable[[Work], None]) -> None:
        """Begin a piece of work.

        Raises:
            SequenceError: Another one is under way.
        """
        with self._lock:
            self.idle()
            self.work = work

        def run() -> None:
            try:
                do(work)
            except KhlangError as error:
                work.error = error
            except Exception as error:  # noqa: BLE001 - a thread has nobody above it: its kind only, never a value
                work.error = _stopped() if work.stopped else _unknown(error)
            finally:
                work.ended = True

        threading.Thread(target=run, name=f"ui-{work.kind}", daemon=True).start()

    def stop(self) -> None:
        """End what can be ended; sending goes on where it stopped when it is asked for again."""
        work = self.work
        if work and not work.ended and work.stop:
            work.stopped = True
            work.stop()


def _stopped() -> KhlangError:
    return SequenceError("หยุดส่งไว้ก่อนแล้ว / Sending was stopped.", "กดส่งต่อเมื่อพร้อม / Go on when ready.", code="UI-STOPPED")


def _unknown(error: Exception) -> KhlangError:
    name = type(error).__name__
    return InputError(f"เกิดข้อผิดพลาด / It failed: {name}.", "ลองใหม่ / Try again.", code="UI-FAILED")
