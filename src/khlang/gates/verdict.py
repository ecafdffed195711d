"""What a gate says: promote or refuse, and every reason at once, by rule, column and count, never by value."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Failure:
    """One rule that did not hold.

    Attributes:
        count: What was measured: rows, or whatever the rule's metric counts.
        share: ``count`` as a share of the rows, where the metric is one.
        limit: The largest (or smallest) value that passes.
        radius: What it stops: ``record``, ``extract``, or ``stop`` (nothing of this submission may be kept).
    """

    rule_id: str
    code: str
    column: str | None
    count: float | None
    share: float | None
    limit: float | None
    severity: str
    radius: str
    message_th: str
    message_en: str


@dataclass(frozen=True)
class Verdict:
    """The gate's answer for one submission."""

    failures: tuple[Failure, ...]
    declared: int
    evaluated: int
    results: tuple[dict[str, Any], ...] = field(default=(), repr=False)

    @property
    def promoted(self) -> bool:
        """Whether nothing critical failed."""
        return not any(failure.severity == "critical" for failure in self.failures)

    def as_list(self) -> list[dict[str, Any]]:
        """The failures as plain values, for a receipt."""
        return [asdict(failure) for failure in self.failures]
