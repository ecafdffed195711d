"""Judges the metrics of one submission: all failures at once, and closed whenever the judging itself is in doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

from khlang.contracts import Rule, Table, rules, suite
from khlang.errors import ContractError
from khlang.gates import expectations
from khlang.gates.verdict import Failure, Verdict

RAW = "GATE-RAW-ID"


def judge(
    metrics: Mapping[str, Any],
    table: Table,
    *,
    raw: Sequence[Mapping[str, Any]] = (),
    declared: Mapping[str, Any] | None = None,
) -> Verdict:
    """Judge one submission.

    Args:
        metrics: The one row of :mod:`khlang.curation.metrics`, ``manifest_rows`` included.
        table: The dataset's contract.
        raw: Column, count and first_row where the raw-identifier scan hit.
        declared: A suite in place of the contract's own (tests take a rule out with it).

    Raises:
        ContractError: The suite is empty, names a rule twice or one that the contract does not have, or GX does not
            know one of its expectations.
    """
    chosen = suite(table) if declared is None else declared
    by_id = {rule.id: rule for rule in rules(table)}
    wanted = _wanted(chosen, table, by_id)
    results = expectations.evaluate(metrics, chosen)
    rows = int(metrics.get("rows") or 0)
    failures: list[Failure] = []
    for result in results:
        rule = by_id.get(str(result["rule_id"]))
        if rule is None:
            continue  # counted below: what was judged is not what was declared
        observed = _number(metrics.get(rule.metric))
        if result["exception"] or observed is None or not result["success"]:
            failures += _detailed(_failure(rule, observed, result["exception"], rows), raw)
    if sorted(str(result["rule_id"]) for result in results) != sorted(wanted):
        failures.append(_closed(len(results), len(wanted)))
    return Verdict(tuple(failures), declared=len(wanted), evaluated=len(results), results=tuple(results))


def _wanted(chosen: Mapping[str, Any], table: Table, by_id: Mapping[str, Rule]) -> list[str]:
    wanted = [str(item.get("meta", {}).get("rule_id")) for item in chosen["expectations"]]
    unknown = sorted(set(wanted) - set(by_id))
    if wanted and not unknown and len(set(wanted)) == len(wanted):
        return wanted
    what = "is empty" if not wanted else f"names {unknown[0]}, no rule of it" if unknown else "names a rule twice"
    raise ContractError(
        f"The suite of {table.name} {what}; the gate stays closed.",
        "Mend the contract's quality rules.",
        code="GATE-SUITE",
    )


def _number(observed: object) -> float | None:
    """A metric that can be judged; GX lets null and NaN pass any limit."""
    return float(observed) if isinstance(observed, int | float) and isfinite(observed) else None


def _failure(rule: Rule, number: float | None, exception: str | None, rows: int) -> Failure:
    is_share = rule.metric.split("__")[0].endswith("_share")
    unknown = exception is not None or number is None
    return Failure(
        rule_id=rule.id,
        code=rule.code,
        column=rule.column,
        count=(round(number * rows) if is_share else number) if number is not None else None,
        share=number if is_share else None,
        limit=rule.limit,
        # What could not be judged is never a warning: nobody knows that the rule holds.
        severity="critical" if unknown else rule.severity,
        radius=rule.radius,
        message_th=f"ประเมินกฎไม่ได้: {rule.message_th}" if unknown else rule.message_th,
        message_en=f"Could not be judged: {rule.message_en}" if unknown else rule.message_en,
    )


def _detailed(failure: Failure, raw: Sequence[Mapping[str, Any]]) -> list[Failure]:
    """For the raw-identifier scan one failure a column, with the first sealed row to look at."""
    if failure.code != RAW or not raw:
        return [failure]
    return [
        replace(
            failure,
            rule_id=f"{failure.rule_id}/{hit['column']}",
            column=hit["column"],
            count=hit["count"],
            message_th=f"คอลัมน์ {hit['column']} มีค่าที่ดูเหมือนเลขประจำตัว {hit['count']} แถว "
            f"แถวแรกคือแถวผนึกที่ {hit['first_row']}",
            message_en=f"Column {hit['column']} holds what looks like an identifier in {hit['count']} rows, first in "
            f"sealed row {hit['first_row']}.",
        )
        for hit in raw
    ]


def _closed(evaluated: int, declared: int) -> Failure:
    return Failure(
        rule_id="gate/closed",
        code="GATE-CLOSED",
        column=None,
        count=evaluated,
        share=None,
        limit=declared,
        severity="critical",
        radius="stop",
        message_th=f"ด่านตรวจประเมินกฎได้ไม่ครบ: {evaluated} จาก {declared} กฎ",
        message_en=f"The gate could not judge every rule: {evaluated} of {declared}.",
    )
