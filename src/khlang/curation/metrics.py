"""All that the gate judges, in one pass over the staged rows (and one sub-aggregate for each heavy-hitter rule)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from khlang.contracts import Table, record_rules, rules
from khlang.curation.rekey import RAW_COLUMNS
from khlang.curation.staging import BAD_TYPE, DUPLICATE, plain

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

REJECT = "reject|"
REJECT_SHOWN, REJECT_MANY = 20, 100_000  # row numbers told a reason; rows beyond which none are looked for
_VIEW = "khlang_staged"


def expressions(table: Table) -> dict[str, str]:
    """Metric name → Spark SQL over the staged frame's view.

    Beside the contract's own: ``rows``, ``accepted``, ``rejected``, ``raw_id_cells`` (cells in which the scan hit), and
    one ``reject|<reason>|<column>`` for every reason a row can get.
    """
    pairs = [(BAD_TYPE, column.name) for column in plain(table)]
    pairs += [(rule.code, rule.column) for rule in record_rules(table)]
    pairs.append((DUPLICATE, table.grain[-1]))
    named = {
        "rows": "count(*)",
        "accepted": "count_if(reason IS NULL)",
        "rejected": "count_if(reason IS NOT NULL)",
        "raw_id_cells": f"coalesce(sum(size(split(`{RAW_COLUMNS}`, ','))), 0)",
    }
    for reason, column in dict.fromkeys(pairs):
        named[f"{REJECT}{reason}|{column}"] = f"count_if(reason = '{reason}' AND reason_column = '{column}')"
    for rule in rules(table):
        if rule.computed == "pass":
            named[rule.metric] = rule.metric_sql
        elif rule.computed == "grouped":
            groups = (
                f"SELECT count(*) AS group_rows FROM {_VIEW} WHERE {rule.grouped_by} IS NOT NULL "  # noqa: S608
                f"GROUP BY {rule.grouped_by}"
            )
            named[rule.metric] = f"(SELECT {rule.metric_sql} FROM ({groups}))"  # noqa: S608
    return named


def compute(staged: "DataFrame", named: Mapping[str, str], *, manifest_rows: int) -> dict[str, Any]:
    """Compute all metrics in one query: one row, whatever the data holds.

    Args:
        staged: The staged frame, best read back from its files.
        named: From :func:`expressions`.
        manifest_rows: Data rows that the agency's manifest declares.
    """
    staged.createOrReplaceTempView(_VIEW)
    selected = ", ".join(f"{sql} AS `{name}`" for name, sql in named.items())
    row = staged.sparkSession.sql(f"SELECT {selected} FROM {_VIEW}").first()  # noqa: S608
    values = {} if row is None else row.asDict()
    plain_values = {name: float(v) if isinstance(v, Decimal) else v for name, v in values.items()}
    return plain_values | {"manifest_rows": manifest_rows}


def raw_columns(staged: "DataFrame") -> list[dict[str, Any]]:
    """Column, count and first sealed row number of every column in which the scan hit: only asked when it did."""
    hit = staged.where(f"`{RAW_COLUMNS}` IS NOT NULL")
    each = hit.selectExpr("row_number", f"explode(split(`{RAW_COLUMNS}`, ',')) AS hit")
    found = each.groupBy("hit").agg({"row_number": "min", "*": "count"}).orderBy("hit").collect()
    return [{"column": r["hit"], "count": r["count(1)"], "first_row": r["min(row_number)"]} for r in found]


def rejects(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Reasons that occurred, with column and count."""
    split = [(name.split("|"), count) for name, count in metrics.items() if name.startswith(REJECT) and count]
    return [{"reason": parts[1], "column": parts[2], "count": count} for parts, count in split]


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
