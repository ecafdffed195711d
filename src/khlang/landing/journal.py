"""What the gateway meant to write and what it wrote, in SQLite (WAL): it may not look into landing itself.

A part is noted before it is written. When the object is there already and the note says the same hash, it was
this gateway that wrote it before it was stopped: nobody else can write there.
"""

import sqlite3
import threading
import time
from pathlib import Path

from khlang import private

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
  key TEXT PRIMARY KEY, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, stored INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS receipts (key TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE);
"""


class Journal:
    """The journal of one gateway process; every method is one transaction."""

    def __init__(self, path: Path) -> None:
        private.folder(path.parent)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)

    def intend(self, key: str, sha256: str, size: int) -> str:
        """Note an object before it is written; gives the hash that was noted first."""
        with self._lock:
            self._db.execute("INSERT OR IGNORE INTO objects VALUES (?, ?, ?, 0)", (key, sha256, size))
            row = self._db.execute("SELECT sha256 FROM objects WHERE key = ?", (key,)).fetchone()
        return str(row[0])

    def noted(self, key: str) -> str | None:
        """The hash that was noted for an object, if it ever was meant to be written."""
        with self._lock:
            row = self._db.execute("SELECT sha256 FROM objects WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def stored(self, key: str) -> None:
        """Note that an object is in the store."""
        with self._lock:
            self._db.execute("UPDATE objects SET stored = 1 WHERE key = ?", (key,))

    def present(self, prefix: str) -> dict[str, tuple[str, int]]:
        """Stored objects below a folder: key → (hex SHA-256, bytes)."""
        with self._lock:
            rows = self._db.execute(
                "SELECT key, sha256, bytes FROM objects WHERE stored = 1 AND key >= ? AND key < ?",
                (prefix, prefix + "\U0010ffff"),
            ).fetchall()
        return {str(key): (str(sha256), int(size)) for key, sha256, size in rows}

    def number(self, key: str) -> int:
        """The order of receipt of a manifest: grows, also when the clock goes back or the journal is lost."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            row = self._db.execute("SELECT number FROM receipts WHERE key = ?", (key,)).fetchone()
            if row is None:
                last = self._db.execute("SELECT max(number) FROM receipts").fetchone()[0] or 0
                row = (max(last + 1, time.time_ns() // 1_000),)
                self._db.execute("INSERT INTO receipts VALUES (?, ?)", (key, row[0]))
            self._db.execute("COMMIT")
        return int(row[0])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
