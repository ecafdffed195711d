"""The ledger: what was received, accepted, refused and promoted, as immutable objects of the bucket ``receipts``.

Which content counts for a dataset and period is its highest sequence, claimed once under ``_sequence``.
Every answer is one listing of names plus a read of the few objects that matter.
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


@dataclass(frozen=True, order=True)
class Request:
    """One signed manifest in landing that asks to be accepted; ``number`` is the gateway's order of receipt."""

    number: int
    submission: lake.Submission
    stem: str

    @property
    def manifest_key(self) -> str:
        """Where its manifest lies; the signature lies beside it as ``.sig``."""
        return self.submission.landing_key(f"{self.stem}.json")

    @property
    def signature_key(self) -> str:
        """Where its signature lies."""
        return self.submission.landing_key(f"{self.stem}.sig")

    @property
    def base(self) -> str:
        """Its stem without the count of tries: what a manifest's ``supersedes`` alone says."""
        return self.stem.partition(RETRY)[0]


@dataclass(frozen=True)
class Accepted:
    """One accepted submission that waits to be curated; ``withdrawn``: its period is to have no rows."""

    submission: lake.Submission
    sequence: int
    rows: int
    decision: Decision
    withdrawn: bool = False


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


def standing(s3: "S3Client", agency: str, dataset: str, period: str) -> list[Request]:
    """What was received for a period and not refused, in order of receipt: the last one is, or will be, current."""
    found: list[Request] = []
    for submission, names in stages(s3, f"{agency}/{dataset}/{period}/").items():
        for name in names if WITHDRAWAL not in names else ():
            stem = "manifest" + name.removeprefix("received")
            if name.startswith("received") and refused_stage(stem) not in names:
                receipt = read(s3, submission, name) or {}
                found.append(Request(int(receipt.get("number", 0)), submission, stem))
    return sorted(found)


def pending_for_land(s3: "S3Client") -> list[Request]:
    """Signed manifests without a decision, in order of receipt. Needs the right to list landing."""
    asked: dict[lake.Submission, list[str]] = defaultdict(list)
    for key in store.list_keys(s3, lake.LANDING):
        if key.endswith(".sig") and key.count("/") == 4:
            asked[lake.Submission.parse(key)].append(key.rsplit("/", 1)[1].removesuffix(".sig"))
    told = stages(s3)
    pending: list[Request] = []
    for submission, stems in asked.items():
        names = told.get(submission, [])
        if WITHDRAWAL in names:
            continue
        open_stems = [stem for stem in stems if refused_stage(stem) not in names]
        accepted = [name for name in names if name.startswith("landed-") and name[7:].isdigit()]
        if accepted and open_stems:
            decided = {str((read(s3, submission, name) or {}).get("manifest")) for name in accepted}
            open_stems = [stem for stem in open_stems if stem not in decided]
        for stem in open_stems:
            receipt = read(s3, submission, received_stage(stem)) or {}
            pending.append(Request(int(receipt.get("number", 0)), submission, stem))
    return sorted(pending)


def pending_withdrawals(s3: "S3Client") -> list[lake.Submission]:
    """Submissions that an agency withdrew and land has not settled, in order."""
    return sorted(
        submission for submission, names in stages(s3).items() if WITHDRAWAL in names and WITHDRAWN not in names
    )


def pending_for_curate(s3: "S3Client", dataset: str, revision: int) -> list[Accepted]:
    """Accepted submissions of a dataset that this revision has not judged, ascending by period and sequence.

    What lies below the last promoted sequence of its period stays as it is: another revision of the code makes
    only the content that counts, and what came after it, anew.
    """
    accepted: list[tuple[str, int, lake.Submission]] = []
    judged: set[tuple[str, int]] = set()
    promoted: dict[str, int] = defaultdict(int)
    for submission, names in stages(s3).items():
        for name in names if submission.dataset == dataset else ():
            kind, _, rest = name.partition("-")
            sequence = int(rest[:6]) if rest[:6].isdigit() else 0
            if sequence and kind == (EMPTIED if WITHDRAWAL in names else "landed"):
                accepted.append((submission.period, sequence, submission))
            elif kind == "curated" and int(rest[7:]) == revision:
                judged.add((submission.period, sequence))
            elif kind == "curated" and (read(s3, submission, name) or {}).get("verdict") == "promoted":
                promoted[submission.period] = max(promoted[submission.period], sequence)
    found: list[Accepted] = []
    for period, sequence, submission in sorted(accepted):
        if (period, sequence) not in judged and sequence >= promoted[period]:
            emptied = read(s3, submission, f"{EMPTIED}-{sequence:06d}")
            decision = emptied or read(s3, submission, f"landed-{sequence:06d}") or {}
            found.append(Accepted(submission, sequence, int(decision["rows"]), decision, emptied is not None))
    return found


def decisions(s3: "S3Client", *, dataset: str = "", period: str = "", kind: str = "") -> Iterator[Decision]:
    """Decisions (``kind``: ``landed``, ``curated``, ``received``), by agency, dataset, period and submission."""
    for submission, names in sorted(stages(s3).items()):
        if (dataset and submission.dataset != dataset) or (period and submission.period != period):
            continue
        for name in names:
            if name.startswith(kind):
                yield {"stage": name, **(read(s3, submission, name) or {})}


def period_inputs(s3: "S3Client", period: str) -> dict[str, dict[str, Any]]:
    """For each dataset, the promoted content of a period: ``submission``, ``sequence``, ``revision``.

    A dataset whose content was withdrawn, and nothing stands in its place, is not among them.
    """
    found: dict[str, dict[str, Any]] = {}
    out: set[str] = set()
    for submission, names in stages(s3).items():
        for name in names if submission.period == period else ():
            if not name.startswith("curated-"):
                continue
            sequence, revision = (int(number) for number in name.removeprefix("curated-").split("-"))
            best = found.get(submission.dataset)
            newer = best is None or (sequence, revision) > (best["sequence"], best["revision"])
            verdict = (read(s3, submission, name) or {}).get("verdict") if newer else None
            if verdict in {"promoted", "withdrawn"}:
                (out.add if verdict == "withdrawn" else out.discard)(submission.dataset)
                found[submission.dataset] = {
                    "submission": submission.id,
                    "sequence": sequence,
                    "revision": revision,
                }
    return {dataset: content for dataset, content in found.items() if dataset not in out}


def _json(s3: "S3Client", key: str) -> Any:
    data = store.get(s3, lake.RECEIPTS, key)
    return None if data is None else json.loads(data)
