"""What a rule of a gate is, whatever its layer, and how a declared one is held against its layer's vocabulary."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from khlang.contracts.constraints import Constraint
from khlang.contracts.model import Quality, Radius, Severity, Table
from khlang.contracts.vocabulary import MART_TERMS, TERMS, Term
from khlang.errors import ContractError

BETWEEN = "expect_column_values_to_be_between"
EQUAL = "expect_column_pair_values_to_be_equal"


@dataclass(frozen=True)
class Rule:
    """One rule of a table: a metric, an expectation on it, and what a failure takes with it.

    ``kwargs`` are complete for the expectation of type ``expectation`` on the metrics table; ``limit`` is the
    figure a receipt shows beside the metric's value. ``law`` is what a share counts the breaches of, ``allowed_rows``
    GATE-HEAVY's figure: with them an agency's own machine measures the same without Spark. ``usual_share`` is
    GATE-FEWER's: the least share of a usual month's rows. ``refers_to`` is the dataset whose column of the same name
    a reference must be in.
    """

    id: str
    code: str
    column: str | None
    metric: str
    metric_sql: str
    expectation: str
    kwargs: Mapping[str, Any]
    severity: Severity
    radius: Radius
    message_th: str
    message_en: str
    reason: str
    limit: float
    computed: str = "pass"
    grouped_by: str | None = None
    law: Constraint | None = None
    allowed_rows: int | None = None
    usual_share: float | None = None
    refers_to: str | None = None


def term_of(table: Table, quality: Quality) -> Term:
    """What a declared rule's code means in the table's layer.

    Raises:
        ContractError: The code is not in the layer's vocabulary, or its arguments do not fit.
    """
    terms = MART_TERMS if table.layer == "marts" else TERMS
    place = f"contracts/{table.path}, rule {quality.code}"
    if quality.code not in terms:
        raise ContractError(f"{place}: not in the vocabulary.", f"Use one of: {', '.join(terms)}.")
    term = terms[quality.code]
    if term.per_column != (quality.column is not None):
        need = "needs a column" if term.per_column else "takes no column"
        raise ContractError(f"{place} {need}.", "See docs/reference/gate-rules.md.")
    given, allowed = set(quality.arguments), {*term.arguments, *term.optional, "record", "tag"}
    missing, unknown = sorted(set(term.arguments) - given), sorted(given - allowed)
    if missing or unknown or (term.optional and "minimum" in term.optional and not given & {"minimum", "maximum"}):
        raise ContractError(
            f"{place}: arguments do not fit (missing {missing}, unknown {unknown}).",
            f"Required: {list(term.arguments)}; optional: {list(term.optional)}.",
        )
    if term.computed == "reference" and table.column(str(quality.column)).identifier:
        raise ContractError(
            f"{place}: {quality.column} is an identifier, whose links are counted anyway.",
            "Leave the rule out: see the link rates.",
        )
    return term


def no_twins(table: Table, made: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules as they are.

    Raises:
        ContractError: One stands twice.
    """
    ids = [rule.id for rule in made]
    twins = sorted({each for each in ids if ids.count(each) > 1})
    if twins:
        raise ContractError(
            f"contracts/{table.path}: rule {twins[0]} is declared twice (contract and expectations count together).",
            "Remove one, or give one of them a tag of its own in implementation.",
        )
    return made
