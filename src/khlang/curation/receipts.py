"""The pool's receipts, as curation sees them: what waits, what was promoted, and the decision, written once."""

from khlang import store
from khlang.curation.run import Decision, Work
from khlang.lake import Submission
from khlang.landing import ledger, waiting
from khlang.settings import Settings


class Receipts:
    """The ledger in the bucket ``receipts``, as the curate role."""

    def __init__(self, settings: Settings) -> None:
        self._s3 = store.client(settings, "curate")

    def pending(self, dataset: str, revision: int) -> list[Work]:
        """Accepted submissions that this revision has not judged, ascending by period and sequence."""
        accepted = waiting.pending_for_curate(self._s3, dataset, revision)
        return [Work(one.submission, one.sequence, one.rows, one.withdrawn) for one in accepted]

    def promoted(self, dataset: str, period: str) -> int:
        """The highest transaction version that was promoted for a period; 0 for none."""
        made = ledger.decisions(self._s3, dataset=dataset, period=period, kind="curated")
        return max((int(one["txn_version"]) for one in made if one.get("verdict") == "promoted"), default=0)

    def decide(self, decision: Decision) -> None:
        """Write the receipt. One that stands already was written by a run of the same content: it stays."""
        sub = Submission(decision.agency, decision.dataset, decision.period, decision.submission)
        stage = f"curated-{decision.sequence:06d}-{decision.revision}"
        ledger.write_decision(self._s3, sub, stage, decision.as_dict())
