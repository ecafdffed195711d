"""One line on the terminal about a query that takes long: state, share, splits, rows, seconds."""

import time
from collections.abc import Callable
from typing import Any, TextIO

QUIET_SECONDS, PAUSE_SECONDS = 1.0, 0.2
_CLEAR = "\r\x1b[K"


def line(stats: dict[str, Any]) -> str:
    """Trino's statistics of a query as one line (pure); what the server has not told is left out."""
    parts = [str(stats.get("state", "")).lower()]
    if stats.get("progressPercentage") is not None:
        parts.append(f"{stats['progressPercentage']:.0f} %")
    if stats.get("totalSplits"):
        parts.append(f"{stats.get('completedSplits', 0)} of {stats['totalSplits']} splits")
    if stats.get("processedRows"):
        parts.append(f"{stats['processedRows']:,} rows read")
    if stats.get("elapsedTimeMillis") is not None:
        parts.append(f"{stats['elapsedTimeMillis'] / 1000:.0f} s")
    return " · ".join(part for part in parts if part) + "  (Ctrl-C: cancel)"


class Progress:
    """Writes over its own line while a query runs, and leaves nothing of it."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream, self.clock = stream, clock
        self.begun = self.told = clock()
        self.shown = False

    def __call__(self, stats: dict[str, Any]) -> None:
        """Take note of the server's latest statistics."""
        now = self.clock()
        if now - self.begun < QUIET_SECONDS or now - self.told < PAUSE_SECONDS:
            return
        self.told, self.shown = now, True
        self.stream.write(f"{_CLEAR}{line(stats)}")
        self.stream.flush()

    def end(self) -> None:
        """Wipe the line."""
        if self.shown:
            self.stream.write(_CLEAR)
            self.stream.flush()
