"""The gate of a mart: every period that a build would replace is judged by its contract before it does."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from khlang import gates
from khlang.contracts import Table, rules
from khlang.errors import GateRefusedError
from khlang.gates import Verdict, expectations

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_ONE_AT_A_TIME = Lock()  # two marts are built at once, and Great Expectations keeps its project in one global


def require_sound(
    built: "DataFrame",
    table: Table,
    *,
    periods: Iterable[str],
    joined: Mapping[str, Mapping[str, int]] = MappingProxyType({}),
) -> dict[str, Verdict]:
    """Judge what was built; return when all of it may be written.

    Args:
        built: The mart's rows of these periods, best computed already: they are written next.
        table: The mart's contract.
        periods: ``YYYY-MM`` of every period that must be there.
        joined: Period → the metrics of its declared joins, from :mod:`khlang.link.joins`; none of a mart without any.

    Returns:
        The verdict of every period: each promotes.

    Raises:
        GateRefusedError: A period breaks a critical rule, or a rule could not be judged; every failure is told.
        ContractError: The suite cannot be read whole.
    """
    with ThreadPoolExecutor(1) as pool:
        pool.submit(expectations.load)  # takes seconds; Spark is the one that works meanwhile
        measured = measure(built, table)
    nothing = dict.fromkeys(_passed(table), 0)  # of a period without a row: MART-EMPTY says so
    verdicts: dict[str, Verdict] = {}
    for period in periods:
        with _ONE_AT_A_TIME:
            verdicts[period] = gates.judge(measured.get(period, nothing) | dict(joined.get(period, {})), table)
    if refused := {period: verdict for period, verdict in verdicts.items() if not verdict.promoted}:
        raise GateRefusedError(
            f"The mart {table.name} breaks its contract and was not written: {told(refused)}.",
            "What was served before stays. Mend the transform, or the rule in the contract, and run marts again.",
            code="GATE-MART",
        )
    return verdicts


def measure(built: "DataFrame", table: Table) -> dict[str, dict[str, Any]]:
    """The metrics of every period that has rows, in one pass."""
    from pyspark.sql import functions as F

    named = _passed(table)
    rows = built.groupBy("period").agg(*(F.expr(sql).alias(name) for name, sql in named.items())).collect()
    return {row["period"]: {name: row[name] for name in named} for row in rows}


def _passed(table: Table) -> dict[str, str]:
    return {rule.metric: rule.metric_sql for rule in rules(table) if rule.computed == "pass"}


def told(refused: dict[str, Verdict]) -> str:
    """Period, rule, column and count of every failure; never a value."""
    return "; ".join(
        f"{period} {failure.rule_id} ({failure.message_en}; {failure.count or 0:.0f} rows)"
        for period, verdict in sorted(refused.items())
        for failure in sorted(verdict.failures, key=lambda one: one.rule_id)
        if failure.severity == "critical"
    )
