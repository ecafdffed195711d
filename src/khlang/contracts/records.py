"""What holds back a single row: the laws whose breach becomes the row's ``reason`` and sends it to quarantine."""

from dataclasses import dataclass

from khlang.contracts.constraints import Constraint, NotNull
from khlang.contracts.gates import record_constraint
from khlang.contracts.model import Table


@dataclass(frozen=True)
class RecordRule:
    """One law of a row; ``predicate_sql`` is true when the row is BAD, and never null."""

    code: str
    column: str
    predicate_sql: str
    constraint: Constraint


def record_rules(table: Table) -> tuple[RecordRule, ...]:
    """The laws of a row in the order they are asked; the first breach is the row's reason.

    1. a grain identifier is null (``PID-MISSING``); 2. a required column is null (``RULE-REQUIRED``); 3. declared
    rules with radius record, in contract order (``BAD-CODE``, ``RULE-RANGE``, ``RULE-PERIOD``, ``RULE-ORDER``).
    Curate's own are ``BAD-TYPE`` before these (text that cannot be read), and ``DUPLICATE`` after, among the rows good
    so far.
    """
    if table.layer != "curated":
        return ()
    needed = [column for column in table.columns if not column.nullable]
    needed.sort(key=lambda column: column.identifier is None)
    laws: list[Constraint] = [NotNull(column.name, identifier=bool(column.identifier)) for column in needed]
    laws += [law for quality in table.quality if (law := record_constraint(table, quality)) is not None]
    return tuple(RecordRule(law.code, law.column, law.predicate_sql, law) for law in laws)
