"""What the receipts say of inputs: which version of each dataset stands for a period."""

from collections.abc import Iterable, Mapping
from typing import Any

from khlang.link.build import Ready

Decision = Mapping[str, Any]
Place = tuple[str, str, int]
Pair = tuple[str, str]


def ready(decisions: Iterable[Decision]) -> Ready:
    """Make the question "in which periods are all of these promoted, and as which version?".

    A dataset that was withdrawn from a period, with nothing in its place, has its version negated: what was built of
    it is to be taken out.

    Args:
        decisions: Curate's decisions of all datasets and periods.
    """
    versions: dict[str, dict[str, int]] = {}
    for decision in decisions:
        if decision["verdict"] in {"promoted", "withdrawn"}:
            datasets = versions.setdefault(decision["period"], {})
            version = int(decision["txn_version"])
            signed = version if decision["verdict"] == "promoted" else -version
            datasets[decision["dataset"]] = max(datasets.get(decision["dataset"], 0), signed, key=abs)

    def answer(names: tuple[str, ...]) -> Mapping[str, Mapping[str, int]]:
        return {
            period: {name: datasets[name] for name in names}
            for period, datasets in sorted(versions.items())
            if set(names) <= set(datasets)
        }

    return answer


def whole(ready: Ready) -> Ready:
    """The same question, without periods from which something was withdrawn."""

    def answer(names: tuple[str, ...]) -> Mapping[str, Mapping[str, int]]:
        return {period: versions for period, versions in ready(names).items() if min(versions.values(), default=0) >= 0}

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


def waiting(judged: Iterable[Place], accepted: Iterable[Place]) -> set[Pair]:
    """``(dataset, period)`` of which an accepted content still waits for its verdict.

    Args:
        judged: ``(dataset, period, sequence)`` of curate's decisions.
        accepted: The same of land's; what lies below a judged sequence is never judged.
    """
    highest: dict[Pair, int] = {}
    for dataset, period, sequence in judged:
        highest[dataset, period] = max(sequence, highest.get((dataset, period), 0))
    return {(name, period) for name, period, sequence in accepted if sequence > highest.get((name, period), 0)}


def settled(curated: Iterable[Decision], coming: set[Pair]) -> list[Decision]:
    """Curate's decisions without those of a dataset and period of which more is to come."""
    return [one for one in curated if (one["dataset"], one["period"]) not in coming]
