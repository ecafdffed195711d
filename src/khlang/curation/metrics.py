"""All that the gate judges, in one query over the staged rows: a pass of counts, and sub-queries that group keys."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

from khlang.contracts import Table, reference_view, rules, trends
from khlang.curation.rekey import RAW_COLUMNS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

REJECTS, KEYED, TRENDS = "rejects", "keyed", "trends"
REJECT_SHOWN, REJECT_MANY = 20, 100_000  # row numbers told a reason; rows beyond which none are looked for
VIEW = "khlang_staged"  # the staged frame, in every expression
#: A look at the few bad rows instead of a count a possible reason over all rows.
_REJECTS_SQL = (
    "(SELECT map_from_entries(collect_list(struct(fault, bad_rows))) FROM"  # noqa: S608
    " (SELECT concat_ws('|', reason, reason_column) AS fault, count(*) AS bad_rows"
    f" FROM {VIEW} WHERE reason IS NOT NULL GROUP BY reason, reason_column))"
)


def expressions(table: Table) -> dict[str, str]:
    """Metric name → Spark SQL over the staged frame's view.

    Beside the contract's own: ``rows``, ``accepted``, ``rejected``, ``raw_id_cells`` (cells in which the scan hit), and
    ``rejects``: how many rows have each reason, by ``<reason>|<column>``. What is grouped by the grain or its first
    key comes as one struct, ``keyed``, since it takes one grouping.
    """
    named = {
        "rows": "count(*)",
        "accepted": "count_if(reason IS NULL)",
        "rejected": "count_if(reason IS NOT NULL)",
        "raw_id_cells": f"coalesce(sum(size(split(`{RAW_COLUMNS}`, ','))), 0)",
        REJECTS: _REJECTS_SQL,
    }
    named |= {rule.metric: rule.metric_sql for rule in rules(table) if rule.computed == "pass"}
    keys = [name for name in table.grain if name != table.partition]
    together = [
        r for r in rules(table) if r.computed == "units" or (r.computed == "grouped" and r.grouped_by == keys[0])
    ]
    figures = ", ".join(f"{rule.metric_sql} AS `{rule.metric}`" for rule in together)
    named[KEYED] = f"(SELECT struct({figures}) FROM ({_groups(keys)}))"  # noqa: S608
    for rule in rules(table):
        if rule.computed == "grouped" and rule not in together:
            groups = (
                f"SELECT count(*) AS group_rows FROM {VIEW} WHERE {rule.grouped_by} IS NOT NULL "  # noqa: S608
                f"GROUP BY {rule.grouped_by}"
            )
            named[rule.metric] = f"(SELECT {rule.metric_sql} FROM ({groups}))"  # noqa: S608
        if rule.computed == "stuck":
            units = (
                f"SELECT count({rule.column}) AS unit_rows, count(DISTINCT {rule.column}) AS unit_values "  # noqa: S608
                f"FROM {VIEW} GROUP BY {rule.grouped_by}"
            )
            named[rule.metric] = f"(SELECT {rule.metric_sql} FROM ({units}))"  # noqa: S608
        if rule.refers_to:
            view = reference_view(rule.refers_to, str(rule.column))
            references = f"{VIEW} mine LEFT JOIN {view} theirs ON theirs.known = mine.{rule.column}"
            named[rule.metric] = f"(SELECT {rule.metric_sql} FROM {references} WHERE mine.{rule.column} IS NOT NULL)"  # noqa: S608
    return named


def trends_of(table: Table) -> dict[str, str]:
    """``trends``: what is measured of the month beside its rules, as one struct of the same pass."""
    figures = ", ".join(f"{each.sql} AS `{each.name}`" for each in trends.measures(table).values())
    return {TRENDS: f"struct({figures})"}


def _groups(keys: Sequence[str]) -> str:
    """Units of the grain, and the groups of its first key, by one shuffle: equal rows lie where equal first keys do."""
    listed, first = ", ".join(keys), keys[0]
    whole = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    kept = "count_if(reason IS NULL)"
    units = (
        f"SELECT {listed}, count(*) AS unit_rows, {kept} AS kept_rows, IF({kept} > 0 AND {whole}, 1, 0) AS kept_units"  # noqa: S608
        f" FROM (SELECT {listed}, reason FROM {VIEW} DISTRIBUTE BY {first}) GROUP BY {listed}"
    )
    figures, by = ("sum({})", f"GROUP BY {first}") if keys[1:] else ("{}", "")  # units of one key are its groups
    rows, accepted, distinct = (figures.format(name) for name in ("unit_rows", "kept_rows", "kept_units"))
    return (
        f"SELECT IF({first} IS NULL, NULL, {rows}) AS group_rows, {accepted} AS kept_rows, {distinct} AS kept_units"  # noqa: S608
        f" FROM ({units}) {by}"
    )


def least(table: Table, usual: int) -> int:
    """The fewest rows that a month may have, by GATE-FEWER, when it usually has ``usual``."""
    return ceil(usual * next(rule.usual_share for rule in rules(table) if rule.usual_share is not None))


def compute(
    staged: "DataFrame", named: Mapping[str, str], *, manifest_rows: int, least_rows: int = 0
) -> dict[str, Any]:
    """Compute all metrics in one query: one row, whatever the data holds.

    Args:
        staged: The staged frame, best read back from its files.
        named: From :func:`expressions`.
        manifest_rows: Data rows that the agency's manifest declares.
        least_rows: From :func:`least`.
    """
    staged.createOrReplaceTempView(VIEW)
    selected = ", ".join(f"{sql} AS `{name}`" for name, sql in named.items())
    row = staged.sparkSession.sql(f"SELECT {selected} FROM {VIEW}").first()  # noqa: S608
    found = {} if row is None else row.asDict(recursive=True)
    return values_of(found, manifest_rows=manifest_rows, least_rows=least_rows)


def values_of(row: Mapping[str, Any], *, manifest_rows: int, least_rows: int = 0) -> dict[str, Any]:
    """The metrics of one submission, from the row that :func:`expressions` gave."""
    values = {**row}
    values |= values.pop(KEYED, None) or {}
    plain_values = {name: float(v) if isinstance(v, Decimal) else v for name, v in values.items()}
    missing = max(0, least_rows - int(plain_values.get("rows") or 0))
    return plain_values | {"manifest_rows": manifest_rows, "rows_missing": missing}


def raw_columns(staged: "DataFrame") -> list[dict[str, Any]]:
    """Column, count and first sealed row number of every column in which the scan hit: only asked when it did."""
    hit = staged.where(f"`{RAW_COLUMNS}` IS NOT NULL")
    each = hit.selectExpr("row_number", f"explode(split(`{RAW_COLUMNS}`, ',')) AS hit")
    found = each.groupBy("hit").agg({"row_number": "min", "*": "count"}).orderBy("hit").collect()
    return [{"column": r["hit"], "count": r["count(1)"], "first_row": r["min(row_number)"]} for r in found]


def rejects(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Reasons that occurred, with column and count, in one order."""
    split = [(fault.partition("|"), count) for fault, count in sorted((metrics[REJECTS] or {}).items())]
    return [{"reason": reason, "column": column, "count": count} for (reason, _, column), count in split]


def reject_rows(staged: "DataFrame", rejected: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same reasons, each with its first sealed row numbers: the agency's row map turns them into rows of its file.

    Reasons that took very many rows are passed over: they are no matter of single rows.
    """
    from pyspark.sql.functions import expr

    told = [one for one in rejected if one["count"] <= REJECT_MANY]
    if not told:
        return rejected
    pairs = ", ".join(f"('{one['reason']}', '{one['column']}')" for one in told)
    few = staged.where(f"(reason, reason_column) IN ({pairs})").groupBy("reason", "reason_column")
    first = few.agg(expr(f"slice(sort_array(collect_list(row_number)), 1, {REJECT_SHOWN}) AS rows")).collect()
    rows = {(row["reason"], row["reason_column"]): list(row["rows"]) for row in first}
    return [one | {"rows": rows.get((one["reason"], one["column"]), [])} for one in rejected]
