"""The ledger: what was received, accepted, refused and promoted, as immutable objects of the bucket ``receipts``.

Which content counts for a dataset and period is its highest sequence, claimed once under ``_sequence``. What waits,
and what a period is made of, is read off it in ``khlang.landing.waiting``.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from khlang import lake, store
from khlang.errors import ServiceError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SEQUENCES = "_sequence"
RETRY = "-retry-"  # a manifest that comes after one that was refused: manifest-retry-02, …
WITHDRAWAL, WITHDRAWN = "withdrawal", "withdrawn"  # asked for by the agency; done by land
EMPTIED = "emptied"  # a sequence by which a period has no content any more
Decision = dict[str, Any]


@dataclass(frozen=True)
class Claim:
    """A sequence number of a dataset and period, and who holds it."""

    sequence: int
    submission: str
    supersedes: str | None


def received_stage(stem: str) -> str:
    """The receipt of a manifest: ``received`` for ``manifest``, ``received-<x>`` for ``manifest-<x>``."""
    return "received" + stem.removeprefix("manifest")


def refused_stage(stem: str) -> str:
    """The decision that refuses a manifest."""
    return f"landed-refused-{stem}"


def read(s3: "S3Client", submission: lake.Submission, stage: str) -> Decision | None:
    """One receipt or decision of a submission, None where there is none."""
    data = store.get(s3, lake.RECEIPTS, submission.receipt_key(stage))
    return None if data is None else json.loads(data)


def write_decision(s3: "S3Client", submission: lake.Submission, stage: str, decision: Decision) -> Decision:
    """Write a decision once; gives the one that stands (an earlier one, if there is one)."""
    data = json.dumps(decision, ensure_ascii=False, sort_keys=True).encode("utf-8")
    if store.put_new(s3, lake.RECEIPTS, submission.receipt_key(stage), data):
        return decision
    standing = read(s3, submission, stage)
    if standing is None:
        raise ServiceError("A decision is there and cannot be read.", "Look at `khlang stack logs minio`.")
    return standing


def stages(s3: "S3Client", prefix: str = "") -> dict[lake.Submission, list[str]]:
    """Names of all receipts and decisions, by submission, below ``[<agency>/[<dataset>/[<period>/…]]]``."""
    found: dict[lake.Submission, list[str]] = defaultdict(list)
    for key in store.list_keys(s3, lake.RECEIPTS, prefix):
        if not key.startswith("_") and key.count("/") == 4:
            found[lake.Submission.parse(key)].append(key.rsplit("/", 1)[1].removesuffix(".json"))
    return dict(found)


def claims(s3: "S3Client", dataset: str, period: str) -> list[Claim]:
    """The sequences of a dataset and period, in order; the last one counts."""
    return [
        Claim(int(key.rsplit("/", 1)[1].removesuffix(".json")), entry["submission"], entry["supersedes"])
        for key in store.list_keys(s3, lake.RECEIPTS, f"{SEQUENCES}/{dataset}/{period}/")
        if (entry := _json(s3, key))
    ]


def claim(s3: "S3Client", submission: lake.Submission, supersedes: str | None) -> int:
    """Take the next sequence, or the one that this same request took before it was interrupted.

    A content and what it supersedes name one request, so that two processes on it end with one sequence.
    """
    while True:
        there = claims(s3, submission.dataset, submission.period)
        for held in there:
            if (held.submission, held.supersedes) == (submission.id, supersedes):
                return held.sequence
        sequence = there[-1].sequence + 1 if there else 1
        key = f"{SEQUENCES}/{submission.dataset}/{submission.period}/{sequence:06d}.json"
        entry = {"agency": submission.agency, "submission": submission.id, "supersedes": supersedes}
        if store.put_new(s3, lake.RECEIPTS, key, json.dumps(entry, sort_keys=True).encode()):
            return sequence


def decisions(s3: "S3Client", *, dataset: str = "", period: str = "", kind: str = "") -> Iterator[Decision]:
    """Decisions (``kind``: ``landed``, ``curated``, ``received``), by agency, dataset, period and submission."""
    for submission, names in sorted(stages(s3).items()):
        if (dataset and submission.dataset != dataset) or (period and submission.period != period):
            continue
        for name in names:
            if name.startswith(kind):
                yield {"stage": name, **(read(s3, submission, name) or {})}


def _json(s3: "S3Client", key: str) -> Any:
    data = store.get(s3, lake.RECEIPTS, key)
    return None if data is None else json.loads(data)
