"""The tables that tell engineers how well it went: link rates and gate metrics. Counts and shares, never a row.

Both are made of decisions (the receipts of land and curate); the link rate alone reads curated tables.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from khlang import lake
from khlang.contracts import Contracts, Rule, Table, rules
from khlang.errors import ContractError
from khlang.link.build import Ready, Workshop
from khlang.link.records import Records

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Decision = Mapping[str, Any]
Row = dict[str, Any]
#: A person is linked when this dataset of the same period knows them: everybody should stand in it.
REGISTER, PERSON = "house_registry", "pid"
REASONS = ("missing", "bad_format", "bad_check", "placeholder", "class_not_allowed")


def build(shop: Workshop, *, ready: Ready, decisions: Iterable[Decision]) -> list[tuple[str, str]]:
    """Rebuild what is stale of ``link_rates`` and ``gate_metrics``.

    Args:
        shop: Tables, receipts, contracts, session.
        ready: Which periods have all their inputs.
        decisions: Curate's decisions, each with ``pid_reasons`` of its manifest where land told them.

    Returns:
        ``(table, period)`` of every period that was written.
    """
    judged = list(decisions)
    return build_link_rates(shop, ready=ready, decisions=judged) + build_gate_metrics(shop, decisions=judged)


def build_link_rates(shop: Workshop, *, ready: Ready, decisions: Iterable[Decision]) -> list[tuple[str, str]]:
    """Rebuild the stale periods of ``link_rates``: one row a dataset."""
    table = shop.contracts["link_rates"]
    names = tuple(dataset.name for dataset in shop.contracts.datasets if _has_person(dataset))
    wanted = {period: {"inputs": dict(versions)} for period, versions in ready(names).items()}
    records = Records(shop.receipts, f"_ops/{table.versioned}")
    stale = records.stale(wanted)
    if not stale:
        return []
    number = records.begin(stale)
    counts = linked(people(shop, names, sorted(stale))).collect()
    by_table = {(row["dataset"], row["period"]): row.asDict() for row in counts}
    promoted = {(d["dataset"], d["period"]): d for d in sorted(decisions, key=_order) if d["verdict"] == "promoted"}
    rows = [
        link_rate(shop.contracts[name], period, promoted.get((name, period), {}), by_table.get((name, period), {}))
        for period in sorted(stale)
        for name in names
    ]
    _write(shop, table, rows, periods=sorted(stale), version=number)
    records.finish(number)
    return [(table.name, period) for period in sorted(stale)]


def people(shop: Workshop, names: Iterable[str], periods: list[str]) -> "DataFrame":
    """``dataset, period, pid`` of every person in each dataset. Grain: all three."""
    listed = ", ".join(f"'{period}'" for period in periods)
    frames = [
        shop.read(name)
        .where(f"period IN ({listed}) AND {PERSON} IS NOT NULL")
        .selectExpr(f"'{name}' AS dataset", "period", PERSON)
        for name in names
    ]
    together = frames[0]
    for frame in frames[1:]:
        together = together.unionByName(frame)
    return together.distinct()  # a person may own two vehicles or hold two jobs; what is counted is persons


def linked(persons: "DataFrame") -> "DataFrame":
    """``dataset, period, persons, persons_linked`` from :func:`people`."""
    register = persons.where(f"dataset = '{REGISTER}'").selectExpr("period", PERSON, "1 AS known")
    joined = persons.join(register, ["period", PERSON], "left")  # one to at most one
    return (
        joined.groupBy("dataset", "period")
        .agg({PERSON: "count", "known": "count"})
        .withColumnsRenamed({f"count({PERSON})": "persons", "count(known)": "persons_linked"})
    )


def link_rate(table: Table, period: str, decision: Decision, counts: Mapping[str, Any]) -> Row:
    """One row of ``link_rates``."""
    persons, found = int(counts.get("persons", 0)), int(counts.get("persons_linked", 0))
    reasons = (decision.get("pid_reasons") or {}).get(PERSON, {})
    twins = sum(int(item["count"]) for item in decision.get("rejects", ()) if item["reason"] == "DUPLICATE")
    return {
        "dataset": table.name,
        "agency": table.agency,
        "rows_in": int(decision.get("rows_in", 0)),
        **{f"unlinked_{reason}": int(reasons.get(reason, 0)) for reason in REASONS},
        "duplicates": twins,
        "rows_curated": int(decision.get("rows_curated", 0)),
        "persons": persons,
        "persons_linked": found,
        "link_rate": found / persons if persons else None,
        "period": period,
    }


def build_gate_metrics(shop: Workshop, *, decisions: Iterable[Decision]) -> list[tuple[str, str]]:
    """Rebuild the stale periods of ``gate_metrics``: one row a rule of every judged submission."""
    table = shop.contracts["gate_metrics"]
    judged = sorted((d for d in decisions if d["verdict"] in {"promoted", "refused"} and d.get("metrics")), key=_order)
    wanted: dict[str, dict[str, Any]] = {}
    for d in judged:
        seen = wanted.setdefault(d["period"], {"inputs": {}})["inputs"]
        seen[f"{d['dataset']}/{d['sequence']}"] = d["txn_version"]
    records = Records(shop.receipts, f"_ops/{table.versioned}")
    stale = records.stale(wanted)
    if not stale:
        return []
    number = records.begin(stale)
    # A submission judged again under a later code revision counts once, as it was judged last.
    last = {(d["dataset"], d["period"], d["sequence"]): d for d in judged if d["period"] in stale}
    rows = [row for d in last.values() for row in gate_rows(d, shop.contracts)]
    _write(shop, table, rows, periods=sorted(stale), version=number)
    records.finish(number)
    return [(table.name, period) for period in sorted(stale)]


def gate_rows(decision: Decision, contracts: Contracts) -> list[Row]:
    """One row a rule of the decision's dataset: what was measured, the limit, whether it was met."""
    failed = {failure["rule_id"] for failure in decision["failures"]}
    return [
        {
            "dataset": decision["dataset"],
            "agency": decision["agency"],
            "submission": decision["submission"],
            "sequence": int(decision["sequence"]),
            "rule_id": rule.id,
            "code": rule.code,
            "column_name": rule.column,
            "metric": rule.metric,
            "metric_value": _number(decision["metrics"].get(rule.metric)),
            "limit_value": limit(rule),
            "severity": rule.severity,
            "is_met": rule.id not in failed,
            "period": decision["period"],
        }
        for rule in rules(contracts[decision["dataset"]])
    ]


def limit(rule: Rule) -> float | None:
    """The limit of a rule: the most that is allowed, or the least where that is the only one."""
    for name in ("max_value", "min_value"):
        if rule.kwargs.get(name) is not None:
            return float(rule.kwargs[name])
    return None


def _write(shop: Workshop, table: Table, rows: list[Row], *, periods: list[str], version: int) -> None:
    schema = ", ".join(f"{column.name} {column.type}" for column in table.stored)
    names = [column.name for column in table.stored]
    if any(set(row) != set(names) for row in rows):
        raise ContractError(
            f"Rows of {table.name} are not as its contract says.", "Mend khlang.link.ops or the contract."
        )
    frame = shop.session().createDataFrame([tuple(row[name] for name in names) for row in rows], schema)
    # A handful of rows: one file.
    location = lake.table("ops", table.name, table.version)
    shop.write(frame.coalesce(1), table, location, periods=periods, version=version)


def _has_person(table: Table) -> bool:
    return any(column.name == PERSON and column.identifier for column in table.columns)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _order(decision: Decision) -> tuple[int, int]:
    return int(decision["sequence"]), int(decision["revision"])
