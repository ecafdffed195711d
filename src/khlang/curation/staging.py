"""Accepted text → the staged frame: typed, judged row by row, deduplicated, with the reason of every row kept.

The staged frame is what the gate's metrics are computed on and what is promoted from: contract columns, for each
identifier ``X`` also ``X_p`` and ``X_reason``, ``row_number``, ``raw_columns``, ``period``, ``reason`` and
``reason_column`` (null where the row is accepted).
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from khlang.contracts import Column, RecordRule, Table, record_rules, sealed_columns
from khlang.curation import standardise
from khlang.curation.rekey import Pool, rekey
from khlang.errors import ContractError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

BAD_TYPE = "BAD-TYPE"
DUPLICATE = "DUPLICATE"


def identifiers(table: Table) -> tuple[str, ...]:
    """Columns that hold a person, a house, a plate: sealed at the agency."""
    return tuple(column.name for column in table.identifiers)


def plain(table: Table) -> tuple[Column, ...]:
    """Columns that hold no identifier and come from the extract."""
    return tuple(column for column in table.columns if not column.identifier)


def check_columns(given: Sequence[str], table: Table) -> None:
    """Refuse an accepted copy whose columns are not the contract's.

    Raises:
        ContractError: Names what is missing and what is too much.
    """
    wanted = sealed_columns(table)
    missing, extra = sorted(set(wanted) - set(given)), sorted(set(given) - set(wanted))
    if missing or extra:
        raise ContractError(
            f"The accepted copy of {table.name} lacks {missing} and has undeclared {extra}.",
            "Seal again with the current bundle.",
            code="CONTRACT-COLUMNS",
        )


def by_todays_names(given: Sequence[str], table: Table) -> dict[str, str]:
    """Column as it was sealed → its name now: of an earlier version, by what the contract declares of it (pure).

    Args:
        given: Columns of the accepted copy.
        table: The contract, whose ``previous`` says of each earlier version's columns what they are called now.

    Returns:
        The moves that give just the contract's columns; empty where they do already, or none does.
    """
    wanted = set(sealed_columns(table))
    if set(given) == wanted:
        return {}
    for previous in sorted(table.previous, key=lambda each: -each.version):
        moves = dict(previous.columns)
        moves |= {f"{old}_reason": f"{new}_reason" for old, new in previous.columns.items()}
        made = {name: moves.get(name, name) for name in given}
        if len(set(made.values())) == len(given) and set(made.values()) == wanted:
            return {old: new for old, new in made.items() if old != new}
    return {}


def stage(accepted: "DataFrame", table: Table, *, period: str, pool: Pool) -> "DataFrame":
    """Build the staged frame of one submission.

    Args:
        accepted: The accepted copy, all text but ``row_number``.
        table: The dataset's contract.
        period: ``YYYY-MM`` of the submission.
        pool: Where the workers find the pool's key.

    Raises:
        ContractError: The copy's columns are not the contract's.
    """
    if moves := by_todays_names(accepted.columns, table):
        accepted = accepted.withColumnsRenamed(moves)
    check_columns(accepted.columns, table)
    texts = [column.name for column in plain(table)]
    keyed = rekey(accepted, identifiers=identifiers(table), texts=texts, pool=pool)
    return deduplicate(judge_rows(type_columns(keyed, table, period=period), record_rules(table)), table)


def type_columns(keyed: "DataFrame", table: Table, *, period: str) -> "DataFrame":
    """Standardise and type the plain columns; ``bad_type`` names the first column that could not be read."""
    names = [column.name for column in plain(table)]
    rest = [f"`{name}`" for name in keyed.columns if name not in names]
    clean = [f"{standardise.cleaned(c.name, c.standard, width=c.code_width)} AS `{c.name}`" for c in plain(table)]
    texts = keyed.selectExpr(*rest, *clean)
    typed = [f"{standardise.typed(c.name, c.standard, c.type)} AS `{c.name}_typed`" for c in plain(table)]
    both = texts.selectExpr("*", *typed)
    unread = [f"WHEN `{n}` IS NOT NULL AND `{n}_typed` IS NULL THEN '{n}'" for n in names]
    bad = f"CASE {' '.join(unread)} END" if unread else "CAST(NULL AS STRING)"
    values = [f"`{name}_typed` AS `{name}`" for name in names]
    return both.selectExpr(*rest, *values, f"'{period}' AS period", f"{bad} AS bad_type")


def judge_rows(typed: "DataFrame", rules: Iterable[RecordRule]) -> "DataFrame":
    """Give each bad row the first reason that holds: unreadable, then the contract's rules in their order."""
    pair = "named_struct('reason', '{}', 'reason_column', {})"
    cases = [f"WHEN bad_type IS NOT NULL THEN {pair.format(BAD_TYPE, 'bad_type')}"]
    cases += [f"WHEN {rule.predicate_sql} THEN {pair.format(rule.code, repr(rule.column))}" for rule in rules]
    kept = [f"`{name}`" for name in typed.columns if name != "bad_type"]
    verdict = f"CASE {' '.join(cases)} END AS judged"
    return typed.selectExpr(*kept, verdict).selectExpr(*kept, "judged.reason", "judged.reason_column")


def deduplicate(judged: "DataFrame", table: Table) -> "DataFrame":
    """Keep one row a grain among those without a reason; the others are kept as ``DUPLICATE``.

    The order is total: the contract's ``dedupe_by`` (latest first), then a hash of the content, then the row number,
    so that the same submission always keeps the same row.
    """
    content = ", ".join(f"`{column.name}`" for column in table.columns if column.name in judged.columns)
    latest = [f"`{table.dedupe_by}` DESC NULLS LAST"] if table.dedupe_by else []
    order = ", ".join([*latest, f"xxhash64({content})", "row_number"])
    grain = ", ".join(f"`{name}`" for name in table.grain if name != "period")
    window = f"row_number() OVER (PARTITION BY {grain}, reason IS NULL ORDER BY {order})"
    kept = [f"`{name}`" for name in judged.columns if name not in {"reason", "reason_column"}]
    ranked = judged.selectExpr("*", f"reason IS NULL AND {window} > 1 AS twin")
    return ranked.selectExpr(
        *kept,
        f"IF(twin, '{DUPLICATE}', reason) AS reason",
        f"IF(twin, '{table.grain[-1]}', reason_column) AS reason_column",
    )
