"""Declared quality → gate rules: one metric of the metrics row and one Great Expectations expectation each.

Metrics of one extract are computed in ONE query: ``expr(rule.metric_sql).alias(rule.metric)`` over the staged rows for
the rules of ``computed == "pass"`` (several rules may share a metric). ``grouped``: ``metric_sql`` stands over
``SELECT count(*) AS group_rows … WHERE <grouped_by> IS NOT NULL GROUP BY <grouped_by>``. ``stuck``: over one row a
group, of whose rows ``unit_rows`` hold a value of the column, ``unit_values`` different ones. ``reference``: over one
row a reference that is not empty, of which ``known`` is null when ``reference_view`` does not hold it. ``units``: over
one row a unit of the grain, of whose rows ``kept_rows`` are accepted, and ``kept_units`` is 1 when any is and no key is
empty. ``curation``: curate adds the figure under the metric's name. ``manifest_rows`` stands in the metrics row too. No
metric is ever null.
"""

from typing import Any

from khlang.contracts import marts, trends
from khlang.contracts.constraints import Between, Constraint, NotAfterPeriod, NotBelow, NotNull, OneOf, OnTime, bound
from khlang.contracts.model import Quality, Table
from khlang.contracts.rule import BETWEEN, EQUAL, Rule, no_twins, term_of
from khlang.contracts.vocabulary import LAYER_REASONS, TERMS
from khlang.errors import ContractError

# One pseudonym on more than 10 rows of a million is no person (privacy: heavy hitters).
HEAVY_SHARE, HEAVY_ROWS = "0.00001", 3
USUAL_SHARE = 0.1  # of a usual month's rows; fewer are no month
_LAWS = frozenset({"GATE-NULL", "GATE-PID", "GATE-CODE", "GATE-RANGE", "GATE-PERIOD", "GATE-ORDER", "GATE-LATE"})


def rules(table: Table) -> tuple[Rule, ...]:
    """Every rule of a curated table (the layer's, the contract's, those of ``expectations/``) or of a mart.

    Raises:
        ContractError: A code is not in the vocabulary, an argument or column is missing, or a rule stands twice.
    """
    if table.layer == "marts":
        return marts.rules(table)
    if table.layer != "curated":
        if table.quality:
            raise ContractError(
                f"contracts/{table.path} declares rules, but layer {table.layer} has no gate.", "Remove its quality."
            )
        return ()
    layer = [
        Quality(term.code, None, {}, "critical", LAYER_REASONS[term.code], "layer")
        for term in TERMS.values()
        if term.layer and not (term.optional and term.code in {one.code for one in table.quality})
    ]
    return no_twins(table, tuple(_rule(table, quality) for quality in (*layer, *table.quality)))


def record_constraint(table: Table, quality: Quality) -> Constraint | None:
    """The law of a single row that a rule of radius record stands for; None for another rule.

    A rule that only warns, or says ``record: false``, holds no row back.
    """
    term = term_of(table, quality)
    holds = quality.arguments.get("record", quality.severity == "critical")
    return _constraint(table, quality) if term.radius == "record" and holds else None


def suite(table: Table) -> dict[str, Any]:
    """The rules as a Great Expectations suite: as many expectations as rules, joined by ``meta.rule_id``."""
    return {
        "name": table.versioned,
        "expectations": [
            {
                "type": rule.expectation,
                "kwargs": dict(rule.kwargs),
                "severity": rule.severity,
                "meta": {"rule_id": rule.id, "code": rule.code, "radius": rule.radius},
            }
            for rule in rules(table)
        ],
        "meta": {"contract": table.name, "version": table.version_text},
    }


def _constraint(table: Table, quality: Quality) -> Constraint:
    column = table.column(str(quality.column))
    name, arguments = column.name, quality.arguments
    if quality.code in {"GATE-NULL", "GATE-PID"}:
        return NotNull(name, identifier=bool(column.identifier))
    if quality.code == "GATE-CODE":
        if not column.codes:
            raise ContractError(
                f"contracts/{table.path}, column {name}: GATE-CODE, but the column has no code list.",
                "Name the list under codes in contracts/fields.yaml.",
            )
        return OneOf(name, column.codes, column.values)
    if quality.code == "GATE-RANGE":
        return Between(name, bound(arguments, "minimum"), bound(arguments, "maximum"))
    if quality.code == "GATE-ORDER":
        return NotBelow(name, table.column(str(arguments["not_below"])).name)
    if quality.code == "GATE-PERIOD":
        return NotAfterPeriod(name, month=column.standard == "month")
    return OnTime(name)


def _share(predicate: str) -> str:
    """Share of the extract's rows of which ``predicate`` is true; 0 for no rows (GATE-EMPTY judges those)."""
    return f"coalesce(count(CASE WHEN {predicate} THEN 1 END) / nullif(1.0D * count(*), 0.0D), 0.0D)"


# Metrics that look the same in every table; curation supplies the raw scan's figure.
_FIXED_SQL = {
    "GATE-ROWS": "count(*)",
    "GATE-EMPTY": "count(*)",
    "GATE-COUNT": "count(*)",
    "GATE-DUPLICATE": _share("reason = 'DUPLICATE'"),
    "GATE-RAW-ID": "",
    "GATE-FEWER": "",
    "GATE-TREND": "",
    "GATE-ORPHAN": _share("known IS NULL"),
}


def _metric_sql(table: Table, quality: Quality) -> str:
    code, column, arguments = quality.code, quality.column, quality.arguments
    if code in _FIXED_SQL:
        return _FIXED_SQL[code]
    if code == "GATE-TYPE":
        table.column(str(column))
        return _share(f"reason = 'BAD-TYPE' AND reason_column = '{column}'")
    if code == "GATE-GRAIN":
        return "coalesce(sum(kept_rows) - sum(kept_units), 0)"
    if code == "GATE-HEAVY":
        rows = int(arguments.get("rows", HEAVY_ROWS))
        allowed = f"greatest({rows}.0D, {HEAVY_SHARE}D * sum(group_rows))"
        return f"coalesce(greatest(max(group_rows) - {allowed}, 0.0D), 0.0D)"
    if code == "GATE-STUCK":
        table.column(str(arguments["by"]))
        stuck = f"IF(unit_values = 1 AND unit_rows >= {int(arguments['rows'])}, unit_rows, 0)"
        return f"coalesce(sum({stuck}) / nullif(1.0D * sum(unit_rows), 0.0D), 0.0D)"
    return _share(_constraint(table, quality).predicate_sql)


def reference_view(dataset: str, column: str) -> str:
    """The view of one column, ``known``: the different values that another dataset holds."""
    return f"khlang_known_{dataset}_{column}"


def _expectation(metric: str, quality: Quality) -> tuple[str, dict[str, Any], float]:
    arguments = quality.arguments
    if quality.code == "GATE-ROWS":
        return EQUAL, {"column_A": metric, "column_B": "manifest_rows"}, 0.0
    if quality.code == "GATE-EMPTY":
        return BETWEEN, {"column": metric, "min_value": 1}, 1.0
    if quality.code == "GATE-COUNT":
        limits = {"min_value": arguments.get("minimum"), "max_value": arguments.get("maximum")}
        kept = {key: value for key, value in limits.items() if value is not None}
        return BETWEEN, {"column": metric, **kept}, float(next(iter(kept.values())))
    limit = float(arguments.get("limit", 0))
    return BETWEEN, {"column": metric, "min_value": 0, "max_value": limit}, limit


def _rule(table: Table, quality: Quality) -> Rule:
    term = term_of(table, quality)
    tag, metric = _named(table, quality, term.metric)
    expectation, kwargs, limit = _expectation(metric, quality)
    arguments = quality.arguments
    law = _constraint(table, quality) if term.radius == "record" else None
    place_th = f"คอลัมน์ {quality.column}: " if quality.column else ""
    place_en = f"column {quality.column}: " if quality.column else ""
    law_th, law_en = (f" ({law.describe_th})", f" (each {law.describe_en})") if law else ("", "")
    bound_th, bound_en = _limit_text(quality, limit)
    return Rule(
        id=f"{table.name}/{quality.code}" + (f"/{quality.column}" if quality.column else "") + tag.replace("__", "/"),
        code=quality.code,
        column=quality.column,
        metric=metric,
        metric_sql=_metric_sql(table, quality),
        expectation=expectation,
        kwargs=kwargs,
        severity=quality.severity,
        radius="extract" if term.radius == "record" and record_constraint(table, quality) is None else term.radius,
        message_th=f"{place_th}{term.title_th}{law_th} {bound_th}".strip(),
        message_en=f"{place_en}{term.title_en}{law_en} {bound_en}".strip(),
        reason=quality.reason,
        limit=limit,
        computed=term.computed,
        grouped_by=quality.column if term.computed == "grouped" else arguments.get("by"),
        law=_constraint(table, quality) if quality.code in _LAWS else None,
        allowed_rows=int(arguments.get("rows", HEAVY_ROWS)) if term.computed == "grouped" else None,
        refers_to=str(arguments["of"]) if term.computed == "reference" else None,
        usual_share=float(arguments.get("share", USUAL_SHARE)) if quality.code == "GATE-FEWER" else None,
    )


def _named(table: Table, quality: Quality, metric: str) -> tuple[str, str]:
    """What tells a rule from others of its code, and its metric."""
    if quality.code == "GATE-TREND":
        trends.require_band(table, quality)
        measure = str(quality.arguments["measure"])
        return f"__{measure}", trends.metric(measure)
    tag = f"__{quality.arguments['tag']}" if "tag" in quality.arguments else ""
    return tag, f"{metric}__{quality.column}{tag}" if quality.column else metric


def _limit_text(quality: Quality, limit: float) -> tuple[str, str]:
    if "limit" in quality.arguments:
        return f"ต้องไม่เกิน {limit:.2%}", f"at most {limit:.2%}"
    if quality.code == "GATE-HEAVY":
        rows = int(quality.arguments.get("rows", HEAVY_ROWS))
        return f"ต้องไม่เกิน {rows} แถวหรือ 10 ในล้านของทุกแถว", f"at most {rows} rows, or 10 ppm of all rows"
    if quality.code == "GATE-FEWER":
        share = float(quality.arguments.get("share", USUAL_SHARE))
        return f"อย่างน้อย {share:.0%} ของเดือนปกติ", f"at least {share:.0%} of them"
    if quality.code == "GATE-TREND":
        told = "{measure}: {minimum:g} – {maximum:g}".format(**quality.arguments)
        return f"({told})", f"({told})"
    return "", ""
