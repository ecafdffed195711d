"""The tables that tell engineers how well it went: link rates and gate metrics. Counts and shares, never a row.

Both are made of decisions (the receipts of land and curate); the link rate alone reads curated tables.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any

from khlang import delta, lake
from khlang.contracts import Contracts, Rule, Table, rules
from khlang.errors import ContractError
from khlang.link.build import Ready, Workshop
from khlang.link.records import Records

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Decision = Mapping[str, Any]
Row = dict[str, Any]
Pair = tuple[str, str]
REASONS = ("missing", "bad_format", "bad_check", "placeholder", "class_not_allowed")


def build(shop: Workshop, *, ready: Ready, decisions: Iterable[Decision]) -> list[Pair]:
    """Rebuild what is stale of ``link_rates`` and ``gate_metrics``, a dataset and period at a time.

    Args:
        shop: Tables, receipts, contracts, session.
        ready: Which periods have all their inputs.
        decisions: Curate's decisions, each with ``pid_reasons`` of its manifest where land told them.

    Returns:
        ``(table, period)`` of every period that was written.
    """
    judged = list(decisions)
    return build_link_rates(shop, ready=ready, decisions=judged) + build_gate_metrics(shop, decisions=judged)


def build_link_rates(shop: Workshop, *, ready: Ready, decisions: Iterable[Decision]) -> list[Pair]:
    """Rebuild the stale rows of ``link_rates``: one a dataset that links, and period in which its register is there."""
    table = shop.contracts["link_rates"]
    wanted = {
        f"{dataset.name}/{period}": {"inputs": dict(versions)}
        for dataset in shop.contracts.datasets
        if (link := shop.contracts.link(dataset))
        for period, versions in ready((dataset.name, link[1].name)).items()
    }
    records = Records(shop.receipts, f"_ops/{table.versioned}")
    stale = records.stale(wanted)
    if not stale:
        return []
    number, pairs = records.begin(stale), pairs_of(stale)
    counts = {(row["dataset"], row["period"]): row.asDict() for row in linked(shop, pairs).collect()}
    promoted = {(d["dataset"], d["period"]): d for d in sorted(decisions, key=order) if d["verdict"] == "promoted"}
    rows = [link_rate(shop.contracts, pair, promoted.get(pair, {}), counts.get(pair, {})) for pair in pairs]
    write(shop, table, rows, pairs=pairs, version=number)
    records.finish(number)
    return sorted({(table.name, period) for _, period in pairs})


def linked(shop: Workshop, pairs: Iterable[Pair]) -> "DataFrame":
    """``dataset, period, persons, persons_linked``: how many are in each dataset, and in its register as well."""
    from pyspark.sql import functions as f

    shop.session()  # a column that is named before the session is open would be one of a session of this process
    told = []
    for dataset, periods in _by_dataset(pairs).items():
        column, register, theirs = _linked_by(shop.contracts, dataset)
        month = f.col("period").isin(periods)
        # A person may own two vehicles or hold two jobs; what is counted is persons.
        mine = shop.read(dataset).where(month).select("period", f.col(column).alias("one")).dropna().distinct()
        known = shop.read(register).where(month).select("period", f.col(theirs).alias("one")).dropna().distinct()
        joined = mine.join(known.withColumn("known", f.lit(1)), ["period", "one"], "left")  # one to at most one
        counts = joined.groupBy("period").agg(f.count("one").alias("persons"), f.count("known").alias("persons_linked"))
        told.append(counts.select(f.lit(dataset).alias("dataset"), "*"))
    return reduce(lambda one, other: one.unionByName(other), told)


def _linked_by(contracts: Contracts, dataset: str) -> tuple[str, str, str]:
    link = contracts.link(contracts[dataset])
    if link is None:
        raise ContractError(f"{dataset} has no register to be linked to.", "Declare registerOf in a contract.")
    column, register, theirs = link
    return column.name, register.name, theirs.name


def link_rate(contracts: Contracts, pair: Pair, decision: Decision, counts: Mapping[str, Any]) -> Row:
    """One row of ``link_rates``."""
    table, period = contracts[pair[0]], pair[1]
    column, _, _ = _linked_by(contracts, table.name)
    persons, found = int(counts.get("persons", 0)), int(counts.get("persons_linked", 0))
    reasons = (decision.get("pid_reasons") or {}).get(column, {})
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


def build_gate_metrics(shop: Workshop, *, decisions: Iterable[Decision]) -> list[Pair]:
    """Rebuild the stale rows of ``gate_metrics``: one a rule of every judged submission."""
    table = shop.contracts["gate_metrics"]
    judged = sorted((d for d in decisions if d["verdict"] in {"promoted", "refused"} and d.get("metrics")), key=order)
    wanted: dict[str, dict[str, Any]] = {}
    for d in judged:
        wanted.setdefault(f"{d['dataset']}/{d['period']}", {"inputs": {}})["inputs"][str(d["sequence"])] = d[
            "txn_version"
        ]
    records = Records(shop.receipts, f"_ops/{table.versioned}")
    stale = records.stale(wanted)
    if not stale:
        return []
    number, pairs = records.begin(stale), pairs_of(stale)
    # A submission judged again under a later code revision counts once, as it was judged last.
    last = {(d["dataset"], d["period"], d["sequence"]): d for d in judged if (d["dataset"], d["period"]) in pairs}
    rows = [row for d in last.values() for row in gate_rows(d, shop.contracts)]
    write(shop, table, rows, pairs=pairs, version=number)
    records.finish(number)
    return sorted({(table.name, period) for _, period in pairs})


def gate_rows(decision: Decision, contracts: Contracts) -> list[Row]:
    """One row a rule of the decision's dataset (what was measured, the limit, whether it was met), then one a trend."""
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
    ] + [_trend(decision, name, figure) for name, figure in (decision["metrics"].get("trends") or {}).items()]


def _trend(decision: Decision, name: str, figure: Any) -> Row:
    """A figure of the month that is measured beside the rules: rows, empty cells, means, shares of codes."""
    rest = name.partition("__")[2]
    told = {each: decision[each] for each in ("dataset", "agency", "submission", "period")}
    return told | {
        "sequence": int(decision["sequence"]),
        "rule_id": f"{decision['dataset']}/trend/{name}",
        "code": "TREND",
        "column_name": rest.partition("__")[0] or None,
        "metric": name,
        "metric_value": _number(figure),
        "limit_value": None,
        "severity": "none",
        "is_met": True,
    }


def limit(rule: Rule) -> float | None:
    """The limit of a rule: the most that is allowed, or the least where that is the only one."""
    for name in ("max_value", "min_value"):
        if rule.kwargs.get(name) is not None:
            return float(rule.kwargs[name])
    return None


def write(
    shop: Workshop, table: Table, rows: list[Row], *, pairs: list[Pair], version: int, key: str = "dataset"
) -> None:
    """Replace the rows of these pairs of a key and a period in a table of ops, in one commit.

    Raises:
        ContractError: The rows are not as the table's contract says.
    """
    schema = ", ".join(f"{column.name} {column.type}" for column in table.stored)
    names = [column.name for column in table.stored]
    if any(set(row) != set(names) for row in rows):
        raise ContractError(
            f"Rows of {table.name} are not as its contract says.", "Mend khlang.link.ops or the contract."
        )
    frame = shop.session().createDataFrame([tuple(row[name] for name in names) for row in rows], schema)
    location = lake.table("ops", table.name, table.version)
    with shop.writer(table, location) as app:
        # A handful of rows: one file.
        delta.replace_pairs(frame.coalesce(1), shop.place.at(location), pairs=pairs, app=app, version=version, key=key)


def pairs_of(stale: Iterable[str]) -> list[Pair]:
    """``<name>/<period>`` of records as pairs."""
    split = (name.partition("/") for name in sorted(stale))
    return [(dataset, period) for dataset, _, period in split]


def _by_dataset(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for dataset, period in pairs:
        found.setdefault(dataset, []).append(period)
    return found


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def order(decision: Decision) -> tuple[int, int]:
    """Decisions in the order in which one counts after the other."""
    return int(decision["sequence"]), int(decision["revision"])
