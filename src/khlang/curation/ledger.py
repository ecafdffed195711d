"""What curation asks of the receipts, so that a test can hold them in memory."""

from collections.abc import Iterable
from typing import Protocol

from khlang.curation.run import Decision, Work


class Ledger(Protocol):
    """What curation asks of the receipts."""

    def pending(self, dataset: str, revision: int) -> Iterable[Work]:
        """Accepted submissions without a decision of this revision, ascending by period and sequence."""

    def promoted(self, dataset: str, period: str) -> int:
        """The highest transaction version that was promoted for a period; 0 for none."""

    def usual(self, dataset: str, period: str) -> int:
        """The median of the rows of the last twelve months before a period that were promoted; 0 for none."""

    def decide(self, decision: Decision) -> None:
        """Write the decision's receipt; it is the last thing that happens to a submission."""
