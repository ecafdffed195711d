"""Declared quality of a mart → its rules: what must hold of every period before it replaces the one that is served.

Metrics of all periods are computed in one pass over the built frame, ``GROUP BY period``: counts of rows, never null.
"""

from khlang.contracts.model import Quality, Table
from khlang.contracts.rule import BETWEEN, Rule, no_twins, term_of
from khlang.contracts.vocabulary import MART_REASONS


def rules(table: Table) -> tuple[Rule, ...]:
    """Every rule of a mart: the layer's three, and the contract's.

    Raises:
        ContractError: A code is not in the vocabulary, an argument or column is missing, or a rule stands twice.
    """
    layer = [Quality(code, None, {}, "critical", reason, "layer") for code, reason in MART_REASONS.items()]
    return no_twins(table, tuple(_rule(table, quality) for quality in (*layer, *table.quality)))


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
