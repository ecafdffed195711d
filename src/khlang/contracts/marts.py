"""Declared quality of a mart → its rules: what must hold of every period before it replaces the one that is served.

Metrics of all periods are computed in one pass over the built frame, ``GROUP BY period``: counts of rows, never null.
Those of declared joins (``computed == "joins"``) come from one pass over the mart's inputs.
"""

from khlang.contracts.joins import Join
from khlang.contracts.model import Quality, Table
from khlang.contracts.rule import BETWEEN, Rule, no_twins, term_of
from khlang.contracts.vocabulary import JOIN_TERMS, MART_REASONS

FANOUT = "A key that stands twice on such a side counts what it is joined to twice in every sum."


def rules(table: Table) -> tuple[Rule, ...]:
    """Every rule of a mart: the layer's three, the contract's, and those of its joins.

    Raises:
        ContractError: A code is not in the vocabulary, an argument or column is missing, or a rule stands twice.
    """
    layer = [Quality(code, None, {}, "critical", reason, "layer") for code, reason in MART_REASONS.items()]
    joined = (rule for join in table.joins if join.key for rule in join_rules(table, join))
    return no_twins(table, (*(_rule(table, quality) for quality in (*layer, *table.quality)), *joined))


def join_rules(table: Table, join: Join) -> tuple[Rule, ...]:
    """What must hold of a declared join: its match rate, and that no side which holds a key once holds it twice."""
    band_th, band_en = (f"{join.low:.0%} {word} {join.high:.0%}" for word in ("ถึง", "to"))
    found = _join_rule(table, join, "MART-JOIN", reason=join.reason, th=band_th, en=band_en)
    repeated = _join_rule(table, join, "MART-FANOUT", reason=FANOUT, th=join.cardinality, en=join.cardinality)
    return (found, repeated) if any(join.single) else (found,)


def _join_rule(table: Table, join: Join, code: str, *, reason: str, th: str, en: str) -> Rule:
    term = JOIN_TERMS[code]
    metric, key = f"{term.metric}__{join.name}", ", ".join(join.key)
    return Rule(
        id=f"{table.name}/{code}/{join.name}",
        code=code,
        column=None,
        metric=metric,
        metric_sql="",
        expectation=BETWEEN,
        kwargs={"column": metric, "min_value": 0, "max_value": 0},
        severity="critical",
        radius=term.radius,
        message_th=f"{join.source} กับ {join.target} ด้วย {key}: {term.title_th} ({th})",
        message_en=f"{join.source} to {join.target} by {key}: {term.title_en} ({en})",
        reason=reason,
        limit=0.0,
        computed=term.computed,
    )


def _rule(table: Table, quality: Quality) -> Rule:
    term = term_of(table, quality)
    column, least = quality.column, 1 if quality.code == "MART-EMPTY" else 0
    limits = {"min_value": 1} if least else {"min_value": 0, "max_value": 0}
    metric = f"{term.metric}__{column}" if column else term.metric
    whole = quality.arguments.get("of")
    return Rule(
        id=f"{table.name}/{quality.code}" + (f"/{column}" if column else ""),
        code=quality.code,
        column=column,
        metric=metric,
        metric_sql=_sql(table, quality),
        expectation=BETWEEN,
        kwargs={"column": metric, **limits},
        severity=quality.severity,
        radius=term.radius,
        message_th=f"คอลัมน์ {column}: {term.title_th} ({whole})" if column else term.title_th,
        message_en=f"column {column}: {term.title_en} ({whole})" if column else term.title_en,
        reason=quality.reason,
        limit=float(least),
    )


def _sql(table: Table, quality: Quality) -> str:
    keys = [name for name in table.grain if name != table.partition]
    if quality.code == "MART-KEY":
        return f"count_if({' OR '.join(f'{name} IS NULL' for name in keys)})"
    if quality.code == "MART-GRAIN":
        # As one struct, so that an empty key counts as a value: it is MART-KEY's matter, and no repeat.
        return f"count(*) - count(DISTINCT struct({', '.join(keys)}))"
    if quality.code == "MART-NEGATIVE":
        named = [table.column(str(name)).name for name in quality.arguments["columns"]]
        return f"count_if({' OR '.join(f'coalesce({name} < 0, false)' for name in named)})"
    if quality.code == "MART-PART":
        part, whole = table.column(str(quality.column)).name, table.column(str(quality.arguments["of"])).name
        return f"count_if({part} > {whole})"
    return "count(*)"
