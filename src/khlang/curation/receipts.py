"""The pool's receipts, as curation sees them: what waits, what was promoted, and the decision, written once."""

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from khlang import store
from khlang.curation.run import Decision, Work
from khlang.lake import Submission
from khlang.landing import ledger, waiting
from khlang.settings import Settings

MONTHS = 12  # that tell how many rows are usual


def usual_rows(decisions: Iterable[Mapping[str, Any]]) -> int:
    """The median over months of the rows that came in with what was promoted last; 0 when nothing was."""
    rows: dict[str, tuple[int, int]] = {}
    for one in decisions:
        if one.get("verdict") == "promoted":
            told = (int(one["txn_version"]), int(one["rows_in"]))
            rows[one["period"]] = max(told, rows.get(one["period"], told))
    return int(median(count for _, count in rows.values())) if rows else 0


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

    def usual(self, dataset: str, period: str) -> int:
        """The median of the rows of the last twelve months before a period that were promoted; 0 for none."""
        earlier: dict[str, list[tuple[Submission, str]]] = {}
        for submission, names in ledger.stages(self._s3).items():
            if submission.dataset == dataset and submission.period < period:
                judged = [(submission, name) for name in names if name.startswith("curated")]
                earlier.setdefault(submission.period, []).extend(judged)
        latest = sorted((month for month, judged in earlier.items() if judged), reverse=True)[:MONTHS]
        return usual_rows(ledger.read(self._s3, *one) or {} for month in latest for one in earlier[month])

    def decide(self, decision: Decision) -> None:
        """Write the receipt. One that stands already was written by a run of the same content: it stays."""
        sub = Submission(decision.agency, decision.dataset, decision.period, decision.submission)
        stage = f"curated-{decision.sequence:06d}-{decision.revision}"
        ledger.write_decision(self._s3, sub, stage, decision.as_dict())
