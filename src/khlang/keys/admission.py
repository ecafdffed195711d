"""Who may ask the VOPRF service, and for how much: one credential and one monthly quota an agency.

The service is an oracle: whoever may ask it without limit can try every CID there is. The quota binds an agency to
about what its contract lets it send; elements count when they are evaluated, repeated ones too.
"""

import hashlib
import hmac
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from khlang import private
from khlang.errors import AccessError, UsageError


def admit(folder: Path, *, agency: str, token_sha256: str, elements: int) -> None:
    """Admit an agency, or change its quota; only the hash of its token is known here.

    Args:
        folder: The authority's.
        agency: Its id.
        token_sha256: Of the token that it made for this service alone (the gateway's is another).
        elements: Identifiers that it may have evaluated in one month.

    Raises:
        UsageError: The hash is none.
    """
    if len(token_sha256) != 64 or not set(token_sha256) <= set("0123456789abcdef"):
        raise UsageError("The token's hash is not 64 hex characters.", "Give the agency's enrolment.json.")
    entry = {"agency": agency, "token_sha256": token_sha256, "elements": elements}
    private.write(folder / "admitted" / f"{agency}.json", json.dumps(entry, indent=1) + "\n")


def dismiss(folder: Path, agency: str) -> None:
    """Take an agency's admission away."""
    (folder / "admitted" / f"{agency}.json").unlink(missing_ok=True)


class Desk:
    """Checks credentials and counts what was evaluated; one SQLite file in the authority's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "quota.sqlite"
        with closing(self._open()) as journal:
            journal.execute(
                "CREATE TABLE IF NOT EXISTS used (agency TEXT, month TEXT, n INTEGER, UNIQUE(agency, month))"
            )
        self._file.chmod(0o600)

    def agency_of(self, token: str) -> str:
        """Whose token this is.

        Raises:
            AccessError: Nobody's.
        """
        digest = hashlib.sha256(token.encode("utf-8")).hexdigest()
        entries = [json.loads(path.read_text(encoding="utf-8")) for path in self._entries()]
        owners = [str(one["agency"]) for one in entries if hmac.compare_digest(one["token_sha256"], digest)]
        if not owners:
            raise AccessError(
                "ไม่รู้จักรหัสประจำหน่วยงาน / The token is not known.",
                "ติดต่อผู้ดูแลกุญแจ / Ask the key authority.",
                code="TOKEN",
            )
        return owners[0]

    def take(self, agency: str, month: str, count: int) -> None:
        """Count elements before they are evaluated.

        Raises:
            AccessError: They are more than the agency's quota of the month leaves.
        """
        limit = next(e["elements"] for p in self._entries() if (e := json.loads(p.read_text()))["agency"] == agency)
        with closing(self._open()) as journal, journal:
            journal.execute("INSERT OR IGNORE INTO used VALUES (?, ?, 0)", (agency, month))
            done = journal.execute(
                "UPDATE used SET n = n + ? WHERE agency = ? AND month = ? AND n + ? <= ?",
                (count, agency, month, count, limit),
            )
            if not done.rowcount:
                raise AccessError(
                    f"เกินโควตาเดือนนี้ ({limit}) / Beyond this month's quota of {limit} identifiers.",
                    "ขอเพิ่มโควตาจากผู้ดูแลกุญแจ / Ask the key authority for a larger quota.",
                    code="VOPRF-QUOTA",
                )

    def _entries(self) -> list[Path]:
        return sorted((self._folder / "admitted").glob("*.json"))

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=30)
