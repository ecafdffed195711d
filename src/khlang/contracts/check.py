"""What contracts must agree on among themselves: types one name has, aliases, inputs, rules."""

import unicodedata
from collections.abc import Mapping

from khlang.contracts import facts, joins
from khlang.contracts.gates import rules
from khlang.contracts.model import Table
from khlang.errors import ContractError


def agree(tables: Mapping[str, Table]) -> None:
    """Check all tables together.

    Raises:
        ContractError: An alias names two columns, a mart's input or join does not exist, a history does not fit its
            input, or a rule cannot be rendered.
    """
    _registers(tables)
    facts.agree(tables)
    for table in tables.values():
        _aliases(table)
        if table.second_route:
            _ = table.person
        for name in table.inputs:
            if name not in tables:
                raise ContractError(
                    f"contracts/{table.path}: input {name} has no contract.",
                    "Mend the name under inputs, or declare it.",
                )
        joins.agree(table, tables)
        if not set(table.grain) - {table.partition} and table.layer != "ops":
            raise ContractError(f"contracts/{table.path}: no column is a primaryKey.", "Mark the columns of the grain.")
        rules(table)


def folded(header: str) -> str:
    """A header as it is compared: NFKC on both sides (it splits ำ), case and spaces, _ and - left out."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return "".join(letter for letter in text if letter not in " \t\u200b\ufeff\u00a0_-.()")


def _registers(tables: Mapping[str, Table]) -> None:
    kept: dict[str, str] = {}
    for table in tables.values():
        held = {column.identifier for column in table.identifiers}
        for kind in table.register_of:
            if kind not in held or kept.setdefault(kind, table.name) != table.name:
                raise ContractError(
                    f"contracts/{table.path}: registerOf {kind}: no column is one, or {kept.get(kind)} is it already.",
                    "One register a type of identifier, with a column of that type.",
                )


def _aliases(table: Table) -> None:
    seen: dict[str, str] = {}
    for column in table.columns:
        for header in column.headers:
            other = seen.setdefault(folded(header), column.name)
            if other != column.name:
                raise ContractError(
                    f"contracts/{table.path}: the header of column {column.name} is also one of column {other}.",
                    "A header must mean one column: remove it from one of the two.",
                )
