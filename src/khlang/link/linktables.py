"""The tables of linkage, of a pair of datasets and a month: by group, the same protected, what became of each row."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from khlang.contracts import Contracts, Table
from khlang.contracts.joins import Join
from khlang.link.linkage import WHOLE
from khlang.link.pairs import Pair
from khlang.link.routes import CID
from khlang.release import threshold

Row = dict[str, Any]
Decision = Mapping[str, Any]
REASONS = ("missing", "bad_format", "bad_check", "placeholder", "class_not_allowed")
#: Counts of a group → the shown whole that each is a part of.
_SHOWN = {"records": None, "records_matched": "records"}


def groups(contracts: Contracts, pairs: Sequence[Pair], counted: Iterable[Row], without: Iterable[Row]) -> list[Row]:
    """Rows of ``linkage``.

    Args:
        contracts: For agencies.
        pairs: In the order that ``counted`` numbers them.
        counted: Records with an identifier, by pair and group.
        without: Rows without one, by dataset and group; each counts as a record that matches nobody.
    """
    known = {(row["period"], row["number"], row["dimension"], row["group_code"]): row for row in counted}
    lost = {
        (row["period"], row["dataset"], row["kind"], row["dimension"], row["group_code"]): int(row["rows"])
        for row in without
    }
    months = {(period, number) for period, number, _, _ in known}
    places = set(known) | {
        (period, number, dimension, group)
        for period, dataset, kind, dimension, group in lost
        for number, pair in enumerate(pairs)
        if (pair.source, pair.kind) == (dataset, kind) and (period, number) in months
    }
    made = []
    for period, number, dimension, group in sorted(places):
        pair = pairs[number]
        row = known.get((period, number, dimension, group), {})
        none = lost.get((period, pair.source, pair.kind, dimension, group), 0)
        made.append(
            _group(contracts, pair, row, none) | {"dimension": dimension, "group_code": group, "period": period}
        )
    return _apart(made)


def shown(rows: Iterable[Row]) -> list[Row]:
    """Rows of ``linkage_shown``: the same, without small counts and what would give one away."""
    sets: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        sets.setdefault(tuple(row[name] for name in ("period", "dataset", "linked_dataset", "dimension")), []).append(
            row
        )
    told = []
    for group in sets.values():
        for row, cells in zip(group, threshold.protect_rows(group, _SHOWN), strict=True):
            counts = threshold.values(cells)
            whole = all(count is not None for count in counts.values())
            rates = {name: row[name] if whole else None for name in ("match_rate", "rate_apart")}
            kept = {
                name: row[name]
                for name in row
                if name not in {"unmatched_no_identifier", "unmatched_not_found", "records_repeated"}
            }
            told.append(kept | counts | rates)
    return told


def reconciled(
    table: Table,
    period: str,
    decision: Decision,
    linked: Mapping[str, Any],
    kept_back: Mapping[bool, int],
    *,
    link: str | None,
) -> Row:
    """One row of ``linkage_rows``: every row that was sent stands in one column.

    Args:
        table: The dataset.
        period: ``YYYY-MM``.
        decision: Of its submission in use, with ``pid_reasons`` of the manifest.
        linked: ``row_count`` and ``rows_matched`` of the rows with an identifier, against the register.
        kept_back: Rows of quarantine with an identifier, by whether they are duplicates.
        link: The column that it links by; None of a dataset about nobody.
    """
    reasons = (decision.get("pid_reasons") or {}).get(link, {}) if link else {}
    if link is None:
        rejects = decision.get("rejects") or ()
        kept_back = {
            twin: sum(int(one["count"]) for one in rejects if (one["reason"] == "DUPLICATE") is twin)
            for twin in (True, False)
        }
    counts = {
        "rows_linked": int(linked.get("rows_matched", 0)),
        "rows_not_in_register": int(linked.get("row_count", 0)) - int(linked.get("rows_matched", 0)),
        **{f"unlinked_{reason}": int(reasons.get(reason, 0)) for reason in REASONS},
        "rows_rejected": int(kept_back.get(False, 0)),
        "rows_duplicate": int(kept_back.get(True, 0)),
        "rows_about_nobody": 0 if link else int(decision.get("rows_curated", 0)),
    }
    sent = int(decision.get("rows_in", 0))
    return {
        "dataset": table.name, "agency": table.agency, "rows_in": sent, **counts,
        "rows_unexplained": sent - sum(counts.values()), "period": period,
    }  # fmt: skip


def joined(
    contracts: Contracts, mart: Table, period: str, measured: Mapping[str, Mapping[str, Any]], reason: str | None
) -> list[Row]:
    """Rows of ``mart_joins``: every declared join of a mart's month as it was measured."""
    return [
        _joined(contracts, mart, join, measured[join.name], reason) | {"period": period}
        for join in mart.joins
        if join.name in measured
    ]


def _joined(contracts: Contracts, mart: Table, join: Join, told: Mapping[str, Any], reason: str | None) -> Row:
    keys, matched = int(told["keys"]), int(told["keys_matched"])
    return {
        "mart": mart.name,
        "join_name": join.name,
        "dataset": join.source,
        "agency": contracts[join.source].agency,
        "linked_dataset": join.target,
        "linked_agency": contracts[join.target].agency,
        "join_key": ", ".join(join.key),
        "cardinality": join.cardinality,
        **CID.columns,
        "rows_without_key": int(told["rows_without_key"]),
        "keys": keys,
        "keys_matched": matched,
        "match_rate": matched / keys if keys else None,
        "rate_low": join.low,
        "rate_high": join.high,
        "least_keys": join.least,
        "repeats": int(told["repeats"]),
        "is_met": not told["outside"] and not told["repeats"],
        "allowed_reason": reason,
    }


def _group(contracts: Contracts, pair: Pair, row: Mapping[str, Any], none: int) -> Row:
    found, matched = int(row.get("records", 0)), int(row.get("records_matched", 0))
    whole = found + none
    return {
        "dataset": pair.source,
        "agency": contracts[pair.source].agency,
        "linked_dataset": pair.target,
        "linked_agency": contracts[pair.target].agency,
        **CID.columns,
        "records": whole,
        "records_matched": matched,
        "unmatched_no_identifier": none,
        "unmatched_not_found": found - matched,
        "records_repeated": int(row.get("records_repeated", 0)),
        "match_rate": matched / whole if whole else None,
    }


def _apart(rows: list[Row]) -> list[Row]:
    """The same rows with how far each group's rate lies from that of all of its pair and month."""
    whole = {_pair(row): row["match_rate"] for row in rows if row["dimension"] == WHOLE}
    return [row | {"rate_apart": _less(row["match_rate"], whole.get(_pair(row)))} for row in rows]


def _pair(row: Row) -> tuple[str, str, str]:
    return row["period"], row["dataset"], row["linked_dataset"]


def _less(rate: float | None, whole: float | None) -> float | None:
    return None if rate is None or whole is None else rate - whole
