"""Which datasets have a second route, and which register each of them may be looked up in (pure)."""

from khlang.contracts import Contracts, Table
from khlang.contracts.second_route import ComparisonKey
from khlang.errors import ContractError


def routed(known: Contracts, rows: str) -> list[Table]:
    """Datasets whose second route is of these rows: ``all`` (registers) or ``unlinked``."""
    return [table for table in known.datasets if table.second_route and table.second_route.rows == rows]


def shared(table: Table, register: Table) -> tuple[ComparisonKey, ...]:
    """The keys of a dataset that a register has too, by recipe, the surest first."""
    mine, theirs = table.second_route, register.second_route
    known = {key.recipe for key in theirs.keys} if theirs else set()
    return tuple(key for key in mine.keys if key.recipe in known) if mine else ()


def of(known: Contracts, dataset: str) -> list[str]:
    """Names of the registers that a dataset may be looked up in."""
    return [
        register.name
        for table in routed(known, "unlinked")
        for register in routed(known, "all")
        if table.name == dataset and shared(table, register)
    ]


def require_registers(known: Contracts) -> None:
    """Every second route leads somewhere.

    Raises:
        ContractError: A dataset has one, and no register has one of its keys.
    """
    for table in routed(known, "unlinked"):
        if not of(known, table.name):
            raise ContractError(
                f"contracts/{table.path}: no register (secondRoute with rows: all) has one of its keys.",
                "Give a register the same parts in the same order.",
                code="CONTRACT-SECOND-REGISTER",
            )
