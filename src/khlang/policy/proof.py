"""What canary accounts ask of a running Trino, and what its answer and its completion event must say. Pure.

One statement a guarded table: how many rows there are that the filter should have kept back, and of each column how
many values there are. The event of that query, as the ledger has it, tells which filters and masks Trino applied.
Neither has a value of anybody in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khlang import inside
from khlang.audit.event import Event
from khlang.contracts import Contracts, Table
from khlang.policy import canaries
from khlang.policy.compile import Policy, granted, rules, served

CATALOG = "lake"


@dataclass(frozen=True)
class Ask:
    """One canary, one table: the rule by which it reads it, empty where it must be refused."""

    user: str
    schema: str
    table: Table
    rule: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The view that is asked."""
        return f"{self.schema}.{self.table.name}"

    @property
    def masked(self) -> frozenset[str]:
        """The columns in whose place nothing is given."""
        return frozenset(str(one["name"]) for one in self.rule.get("columns", ()))

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in the order in which they are counted."""
        return tuple(column.name for column in self.table.stored)

    @property
    def sql(self) -> str:
        """Rows that the filter does not keep, then how many values each column has."""
        counts = ", ".join(f'count("{name}")' for name in self.columns)
        rows = self.rule.get("filter") or "true"
        return f"SELECT count_if(NOT coalesce({rows}, false)), {counts} FROM {CATALOG}.{self.name}"  # noqa: S608  # the contracts' names


@dataclass(frozen=True)
class Given:
    """What a canary got: the query's number, its one row, or Trino's name for the refusal."""

    query: str = ""
    row: tuple[Any, ...] = ()
    refused: str = ""


def asks(contracts: Contracts, held: Policy) -> list[Ask]:
    """Everything to ask: of staff each table with a filter and each withheld one, of projects each table of theirs."""
    document, known = rules(contracts, held), served(contracts, held)
    found = []
    for login, one in held.staff.items():
        if canaries.is_canary(login):
            found += [_ask(login, name, known[name], document) for name in (*one.role.tables, *one.role.withheld)]
    for project, tables in held.workspaces.items():
        login = canaries.of_project(project)
        for user in (login, inside.identity(login)):
            found += [_ask(user, f"{project}.{table.name}", table, document) for table in tables]
    return found


def wrong(ask: Ask, given: Given, event: Event | None, document: Mapping[str, Any]) -> list[str]:
    """Where answer and event say something else than the policy; nothing where they agree.

    Args:
        ask: What was asked.
        given: What Trino answered.
        event: The completion event of that query; None where the ledger never got it.
        document: The rules that hold.
    """
    if not ask.rule:
        return [] if given.refused else ["was answered, and the policy gives it nothing"]
    if given.refused:
        return [f"was refused ({given.refused}), and the policy gives it the table"]
    if event is None:
        return ["was answered, and the ledger has no event of that query"]
    return [*_of_answer(ask, given.row), *_of_event(ask, event, document)]


def _ask(user: str, name: str, table: Table, document: Mapping[str, Any]) -> Ask:
    schema, _, view = name.partition(".")
    return Ask(user, schema, table, granted(document, user, schema, view))


def _of_answer(ask: Ask, row: Sequence[Any]) -> Iterable[str]:
    if row[0]:
        yield f"was given rows beside its filter: {ask.rule['filter']}"
    if shown := [name for name, count in zip(ask.columns, row[1:], strict=True) if count and name in ask.masked]:
        yield f"was shown masked columns: {', '.join(shown)}"


def _of_event(ask: Ask, event: Event, document: Mapping[str, Any]) -> Iterable[str]:
    """What Trino says that it did, of the view and of the table below it."""
    reads = [one for one in event["tables"] if one["schema"] == ask.schema]
    if ask.table.versioned not in {one["table"] for one in reads}:
        yield "has an event that does not name the table"
    for read in reads:
        rule = granted(document, read.get("as") or ask.user, read["schema"], read["table"])
        masks = {one["name"] for one in rule.get("columns", ())} & set(read["columns"])
        if bool(read["filters"]) != bool(rule.get("filter")):
            yield f"read {read['table']} {_number(read['filters'], 'filter')}, and the policy has the opposite"
        if read["masks"] != len(masks):
            yield f"read {read['table']} {_number(read['masks'], 'mask')}, and the policy has {len(masks)}"


def _number(count: int, what: str) -> str:
    return f"under {count} {what}s" if count else f"under no {what}"
