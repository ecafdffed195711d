"""One period as a linkage job sees it: which submissions stand in it, and which link files still wait for the job."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from khlang import lake, manifest
from khlang.contracts import Table
from khlang.landing import ledger
from khlang.link.second import opening
from khlang.manifest import Manifest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Sent = tuple[Manifest, lake.Submission]
#: ``(dataset, period)`` → the submission that curate promoted last and nobody withdrew.
Standing = Mapping[tuple[str, str], str]


def standing(decisions: Iterable[Mapping[str, Any]]) -> Standing:
    """Which submission stands for a dataset and period: not one that is still to be judged, or was refused.

    Args:
        decisions: Curate's, of all datasets and periods.
    """
    judged = [one for one in decisions if one["verdict"] in {"promoted", "withdrawn"}]
    last = {(str(one["dataset"]), str(one["period"])): one for one in sorted(judged, key=_version)}
    return {pair: str(one["submission"]) for pair, one in last.items() if one["verdict"] == "promoted"}


def stands_for(stands: Standing, dataset: str, register: str, *, period: str) -> str | None:
    """The submission of a dataset that links may be of; None where it, or its register, was withdrawn."""
    return stands.get((dataset, period)) if (register, period) in stands else None


def _version(decision: Mapping[str, Any]) -> int:
    return int(decision["txn_version"])


@dataclass(frozen=True)
class Month:
    """One period, and what stands in it."""

    s3: "S3Client"
    period: str
    standing: Standing

    def sent(self, table: Table) -> Sent | None:
        """The submission that stands, where it has a link file."""
        held = self.standing.get((table.name, self.period))
        claims = [one for one in ledger.claims(self.s3, table.name, self.period) if one.submission == held]
        if not claims:
            return None
        place = lake.Submission(table.agency, table.name, self.period, claims[-1].submission)
        stem = manifest.file_names(claims[-1].supersedes)[0].removesuffix(".json")
        made = opening.sent(self.s3, place, stem)
        return (made, place) if made else None

    def waiting(self, table: Table) -> Sent | None:
        """The same where no job is done with it; of one that is, the keys are destroyed once more."""
        found = self.sent(table)
        if found is None or not opening.done(self.s3, found[1]):
            return found
        opening.destroy(self.s3, *found)
        return None

    def done(self, table: Table) -> bool:
        """Whether a dataset came and was linked. One that did not come may still."""
        found = self.sent(table)
        return found is not None and opening.done(self.s3, found[1])
