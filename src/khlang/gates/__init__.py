"""The gate: metrics of one submission against its contract, judged by Great Expectations; it fails closed."""

from khlang.gates.judge import judge
from khlang.gates.verdict import Failure, Verdict

__all__ = ["Failure", "Verdict", "judge"]
