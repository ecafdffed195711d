"""What the ledger answers: which requests wait for land, which submissions for curate, and what a period is made of.

Every answer is one listing of names plus a read of the few objects that matter.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from khlang import lake, store
from khlang.landing import ledger

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


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
        return self.stem.partition(ledger.RETRY)[0]


@dataclass(frozen=True)
class Accepted:
    """One accepted submission that waits to be curated; ``withdrawn``: its period is to have no rows."""

    submission: lake.Submission
    sequence: int
    rows: int
    decision: ledger.Decision
    withdrawn: bool = False


def standing(s3: "S3Client", agency: str, dataset: str, period: str) -> list[Request]:
    """What was received for a period and not refused, in order of receipt: the last one is, or will be, current."""
    found: list[Request] = []
    for submission, names in ledger.stages(s3, f"{agency}/{dataset}/{period}/").items():
        for name in names if ledger.WITHDRAWAL not in names else ():
            stem = "manifest" + name.removeprefix("received")
            if name.startswith("received") and ledger.refused_stage(stem) not in names:
                receipt = ledger.read(s3, submission, name) or {}
                found.append(Request(int(receipt.get("number", 0)), submission, stem))
    return sorted(found)


def pending_for_land(s3: "S3Client") -> list[Request]:
    """Signed manifests without a decision, in order of receipt. Needs the right to list landing."""
    asked: dict[lake.Submission, list[str]] = defaultdict(list)
    for key in store.list_keys(s3, lake.LANDING):
        if key.endswith(".sig") and key.count("/") == 4:
            asked[lake.Submission.parse(key)].append(key.rsplit("/", 1)[1].removesuffix(".sig"))
    told = ledger.stages(s3)
    pending: list[Request] = []
    for submission, stems in asked.items():
        names = told.get(submission, [])
        if ledger.WITHDRAWAL in names:
            continue
        open_stems = [stem for stem in stems if ledger.refused_stage(stem) not in names]
        accepted = [name for name in names if name.startswith("landed-") and name[7:].isdigit()]
        if accepted and open_stems:
            decided = {str((ledger.read(s3, submission, name) or {}).get("manifest")) for name in accepted}
            open_stems = [stem for stem in open_stems if stem not in decided]
        for stem in open_stems:
            receipt = ledger.read(s3, submission, ledger.received_stage(stem)) or {}
            pending.append(Request(int(receipt.get("number", 0)), submission, stem))
    return sorted(pending)


def pending_withdrawals(s3: "S3Client") -> list[lake.Submission]:
    """Submissions that an agency withdrew and land has not settled, in order."""
    return sorted(
        submission
        for submission, names in ledger.stages(s3).items()
        if ledger.WITHDRAWAL in names and ledger.WITHDRAWN not in names
    )


def pending_for_curate(s3: "S3Client", dataset: str, revision: int) -> list[Accepted]:
    """Accepted submissions of a dataset that this revision has not judged, ascending by period and sequence.

    What lies below the last promoted sequence of its period stays as it is: another revision of the code makes
    only the content that counts, and what came after it, anew.
    """
    accepted: list[tuple[str, int, lake.Submission]] = []
    judged: set[tuple[str, int]] = set()
    promoted: dict[str, int] = defaultdict(int)
    for submission, names in ledger.stages(s3).items():
        for name in names if submission.dataset == dataset else ():
            kind, _, rest = name.partition("-")
            sequence = int(rest[:6]) if rest[:6].isdigit() else 0
            if sequence and kind == (ledger.EMPTIED if ledger.WITHDRAWAL in names else "landed"):
                accepted.append((submission.period, sequence, submission))
            elif kind == "curated" and int(rest[7:]) == revision:
                judged.add((submission.period, sequence))
            elif kind == "curated" and (ledger.read(s3, submission, name) or {}).get("verdict") == "promoted":
                promoted[submission.period] = max(promoted[submission.period], sequence)
    found: list[Accepted] = []
    for period, sequence, submission in sorted(accepted):
        if (period, sequence) not in judged and sequence >= promoted[period]:
            emptied = ledger.read(s3, submission, f"{ledger.EMPTIED}-{sequence:06d}")
            decision = emptied or ledger.read(s3, submission, f"landed-{sequence:06d}") or {}
            found.append(Accepted(submission, sequence, int(decision["rows"]), decision, emptied is not None))
    return found


def period_inputs(s3: "S3Client", period: str) -> dict[str, dict[str, Any]]:
    """For each dataset, the promoted content of a period: ``submission``, ``sequence``, ``revision``.

    A dataset whose content was withdrawn, and nothing stands in its place, is not among them.
    """
    found: dict[str, dict[str, Any]] = {}
    out: set[str] = set()
    for submission, names in ledger.stages(s3).items():
        for name in names if submission.period == period else ():
            if not name.startswith("curated-"):
                continue
            sequence, revision = (int(number) for number in name.removeprefix("curated-").split("-"))
            best = found.get(submission.dataset)
            newer = best is None or (sequence, revision) > (best["sequence"], best["revision"])
            verdict = (ledger.read(s3, submission, name) or {}).get("verdict") if newer else None
            if verdict in {"promoted", "withdrawn"}:
                (out.add if verdict == "withdrawn" else out.discard)(submission.dataset)
                found[submission.dataset] = {
                    "submission": submission.id,
                    "sequence": sequence,
                    "revision": revision,
                }
    return {dataset: content for dataset, content in found.items() if dataset not in out}
