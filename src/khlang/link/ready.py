"""What the receipts say of inputs: which version of each dataset stands for a period."""

from collections.abc import Iterable, Mapping
from typing import Any

from khlang.link.build import Ready

Decision = Mapping[str, Any]


def ready(decisions: Iterable[Decision]) -> Ready:
    """Make the question "in which periods are all of these promoted, and as which version?".

    Args:
        decisions: Curate's decisions of all datasets and periods.
    """
    versions: dict[str, dict[str, int]] = {}
    for decision in decisions:
        if decision["verdict"] == "promoted":
            datasets = versions.setdefault(decision["period"], {})
            known = datasets.get(decision["dataset"], 0)
            datasets[decision["dataset"]] = max(known, int(decision["txn_version"]))

    def answer(names: tuple[str, ...]) -> Mapping[str, Mapping[str, int]]:
        return {
            period: {name: datasets[name] for name in names}
            for period, datasets in sorted(versions.items())
            if set(names) <= set(datasets)
        }

    return answer


def with_reasons(curated: Iterable[Decision], landed: Iterable[Decision]) -> list[dict[str, Any]]:
    """Curate's decisions, each with the counts of refused identifiers that its manifest gave to land."""
    reasons = {
        (told["dataset"], told["period"], told["submission"]): told.get("pid_reasons") or {}
        for told in landed
        if told.get("verdict") == "accepted"
    }
    return [
        {**decision, "pid_reasons": reasons.get((decision["dataset"], decision["period"], decision["submission"]), {})}
        for decision in curated
    ]


def settled(curated: Iterable[Decision], landed: Iterable[Decision]) -> list[Decision]:
    """Curate's decisions of those periods in which no accepted submission still waits for its verdict.

    Without this every dataset that finishes would make all that is told of the period anew, while the others are
    still being curated on the same machine.
    """
    told = list(curated)
    judged = {(one["dataset"], one["period"], one["submission"]) for one in told}
    waiting = {
        one["period"]
        for one in landed
        if one.get("verdict") == "accepted" and (one["dataset"], one["period"], one["submission"]) not in judged
    }
    return [one for one in told if one["period"] not in waiting]
