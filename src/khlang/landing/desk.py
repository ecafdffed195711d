"""What the gateway does with a request that was let in: write parts, then manifest, then signature, then receipt.

Each write is conditional and each step can be repeated, so a sender that was cut off sends again and loses nothing.
"""

import hashlib
import itertools
import secrets
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from khlang import lake, manifest, store
from khlang.errors import IntegrityError
from khlang.landing import checks, headers, ledger, statement, withdrawal
from khlang.landing.journal import Journal
from khlang.landing.refusal import refusal
from khlang.landing.registry import Agency
from khlang.settings import Settings


class Desk:
    """The gateway's hands: the object store as the role ``gateway``, and the journal."""

    def __init__(self, settings: Settings) -> None:
        self.s3 = store.client(settings, "gateway")
        self.journal = Journal(settings.var / "gateway" / "journal.sqlite")
        self.key = statement.ensure_key(settings)

    def take_part(self, place: lake.Submission, name: str, body: BinaryIO, *, sha256: str, size: int) -> bool:
        """Store one part, its key apart from it; False when it was there already.

        Raises:
            IntegrityError: Other bytes stand under this name, or it is no age file.
        """
        withdrawal.require_standing(self.s3, place)
        key = place.landing_key(name)
        header = headers.split(body, name)
        self._intend(key, sha256, size)
        store.put_new(self.s3, lake.HEADERS, key, header)
        rest = cast("BinaryIO", headers.Body(body, len(header)))
        # The sender's SHA-256 was verified on the way in and is again by land: a CRC guards the last hop.
        new = store.put_new(self.s3, lake.LANDING, key, rest, crc32=store.crc32_of(rest))
        self.journal.stored(key)
        return new

    def has(self, key: str, sha256: str) -> bool:
        """Whether a part of this hash was acknowledged."""
        return self.journal.present(key).get(key, ("", 0))[0] == sha256

    def complete(
        self, agency: Agency, place: lake.Submission, text: str, signature: str
    ) -> tuple[dict[str, Any], bool]:
        """Take the manifest and give the receipt; the flag is False when the same was received before.

        Raises:
            KhlangError: The manifest does not hold, parts are missing, or a later content counts.
        """
        made = checks.signed(agency, place, text, signature)
        withdrawal.require_standing(self.s3, place)
        checks.order(self.s3, made, place)
        data = text.encode("utf-8")
        stem, known = self._stem(place, made["supersedes"], hashlib.sha256(data).hexdigest())
        if known is not None:
            return known, False
        checks.complete(made, place, self.journal.present(place.prefix + "/"))
        for name, content in ((f"{stem}.json", data), (f"{stem}.sig", signature.encode("ascii"))):
            digest = hashlib.sha256(content).hexdigest()
            self._write(place.landing_key(name), content, sha256=digest, size=len(content))
        receipt = {
            "receipt_id": secrets.token_hex(16),
            **place.named,
            "state": "received",
            "rows": made["rows"],
            "parts": len(manifest.files(made)),
            "manifest_sha256": hashlib.sha256(data).hexdigest(),
            "supersedes": made["supersedes"],
            "at": now(),
            "number": self.journal.number(place.landing_key(f"{stem}.json")),
        }
        standing = ledger.write_decision(self.s3, place, ledger.received_stage(stem), receipt)
        return standing, standing == receipt

    def _stem(self, place: lake.Submission, supersedes: str | None, sha256: str) -> tuple[str, dict[str, Any] | None]:
        """The name a manifest gets, and its receipt where it was received.

        After a refusal, or after another manifest of the same content was cut off, the next name is tried:
        what was written stays as it is.
        """
        names = ledger.stages(self.s3, place.prefix + "/").get(place, [])
        base = stem = manifest.file_names(supersedes)[0].removesuffix(".json")
        for number in itertools.count(2):
            if ledger.received_stage(stem) in names and ledger.refused_stage(stem) not in names:
                return stem, ledger.read(self.s3, place, ledger.received_stage(stem))
            refused = ledger.refused_stage(stem) in names
            if not refused and self.journal.noted(place.landing_key(f"{stem}.json")) in {None, sha256}:
                break
            stem = f"{base}{ledger.RETRY}{number:02d}"
        return stem, None

    def state(self, place: lake.Submission) -> dict[str, Any]:
        """What is known of a submission: parts acknowledged, receipt, decisions of land and curate."""
        steps = statement.told(self.s3, place)
        receipts = [_bare(step) for step in steps if step["stage"].startswith("received")]
        decisions = [step for step in steps if not step["stage"].startswith("received")]
        present = [key.rsplit("/", 1)[1] for key in self.journal.present(place.prefix + "/")]
        parts = sorted(name for name in present if name.startswith(("part-", "link-")))
        return {
            "submission": place.id,
            "state": statement.state(steps, parts=bool(parts)),
            "parts": parts,
            "receipt": receipts[-1] if receipts else None,
            "decisions": decisions,
        }

    def withdraw(self, agency: Agency, place: lake.Submission, text: str, signature: str) -> dict[str, str]:
        """Stop the use of a submission at its agency's signed request; gives the signed receipt."""
        withdrawal.ask(self.s3, agency, place, text, signature)
        return self.receipt(place)

    def receipt(self, place: lake.Submission) -> dict[str, str]:
        """What the pool says of a submission by now, signed."""
        return statement.make(self.s3, place, self.key)

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def _write(self, key: str, body: bytes, *, sha256: str, size: int) -> None:
        self._intend(key, sha256, size)
        store.put_new(self.s3, lake.LANDING, key, body, sha256=bytes.fromhex(sha256))
        self.journal.stored(key)

    def _intend(self, key: str, sha256: str, size: int) -> None:
        if self.journal.intend(key, sha256, size) != sha256:
            raise refusal(
                IntegrityError,
                "PART-CONFLICT",
                th="มีไฟล์ชื่อนี้ที่เนื้อหาต่างกันอยู่แล้ว",
                en="Other bytes were received under this name.",
                remedy="ปิดผนึกใหม่แล้วส่ง / Seal again, then send.",
            )


def now() -> str:
    """The day and second in UTC, for the record of processing; nothing is decided by it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _bare(step: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in step.items() if name != "stage"}
