"""What the gateway answered Trino with "taken": the queries it was told of, apart from the ledger, in SQLite.

The ledger and this list are written one after the other by the same hand, and kept in two places: who takes something
out of one has to take it out of the other.
"""

import datetime as dt
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from khlang import private
from khlang.settings import Settings

_SCHEMA = "CREATE TABLE IF NOT EXISTS taken (event TEXT PRIMARY KEY, at TEXT NOT NULL)"


def path(settings: Settings) -> Path:
    """Where the list lies."""
    return settings.var / "gateway" / "audit.sqlite"


class Requests:
    """The gateway's list; safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        self._file, self._lock = file, threading.Lock()
        self._db: sqlite3.Connection | None = None

    def note(self, event: str) -> None:
        """Note an event that was taken; told again, it stands once."""
        with self._lock:
            if self._db is None:
                private.folder(self._file.parent)
                self._db = sqlite3.connect(self._file, check_same_thread=False, isolation_level=None, timeout=10)
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute(_SCHEMA)
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            self._db.execute("INSERT OR IGNORE INTO taken VALUES (?, ?)", (event, now))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None


def every(settings: Settings) -> list[str]:
    """Every event that was taken, in order; none where nothing was told yet."""
    if not path(settings).exists():
        return []
    with closing(sqlite3.connect(f"file:{path(settings)}?mode=ro", uri=True, timeout=10)) as read:
        return [str(event) for (event,) in read.execute("SELECT event FROM taken ORDER BY rowid")]
