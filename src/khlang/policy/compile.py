"""One policy source → the rights of every account: contracts give roles theirs, active projects give logins theirs."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from khlang.contracts import Contracts, Table, trino_rules
from khlang.policy.life import Project
from khlang.policy.request import narrowed

Right = tuple[str, str, str]  # user, schema.table, column


@dataclass(frozen=True)
class Policy:
    """What holds on one day.

    ``accounts``: login → project, of active projects and of the pilot. ``workspaces``: project → its tables.
    """

    accounts: Mapping[str, str]
    workspaces: Mapping[str, tuple[Table, ...]]

    @property
    def logins(self) -> tuple[str, ...]:
        """The accounts that active projects have, beside those of the installation."""
        return tuple(login for login, project in sorted(self.accounts.items()) if project in self.workspaces)


PILOT = {"analyst": "demo"}


def policy(contracts: Contracts, projects: Iterable[Project], today: dt.date) -> Policy:
    """Compile: a project that is not active on this day gives nobody anything.

    Raises:
        InputError: A contract no longer has what an active project was given.
        ContractError: A table of it has no contract any more.
    """
    active = [project.asked for project in projects if project.state(today) == "active"]
    accounts = PILOT | {login: request.name for request in active for login in request.logins}
    return Policy(accounts, {request.name: narrowed(request, contracts) for request in active})


def rules(contracts: Contracts, held: Policy) -> dict[str, Any]:
    """Trino's rules file of a policy."""
    return trino_rules(contracts, analysts=dict(held.accounts), workspaces=held.workspaces)


def rights(document: Mapping[str, Any], tables: Mapping[str, Table], users: Iterable[str]) -> set[Right]:
    """Every column that each user may select by a rules file: the first rule that matches decides, as in Trino.

    Args:
        document: The rules file.
        tables: ``schema.table`` → its contract, of all that is served.
        users: Whose rights.
    """
    found = set[Right]()
    for user in users:
        for name, table in tables.items():
            schema, _, view = name.partition(".")
            if "SELECT" in granted(document, user, schema, view):
                found |= {(user, name, column.name) for column in table.stored}
    return found


def granted(document: Mapping[str, Any], user: str, schema: str, table: str) -> list[str]:
    """Privileges of a user on one table of the analysts' catalog."""
    asked = {"user": user, "catalog": "lake", "schema": schema, "table": table}
    for rule in document["tables"]:
        if all(re.fullmatch(str(rule.get(key, ".*")), value) for key, value in asked.items()):
            privileges: list[str] = rule["privileges"]
            return privileges
    return []


def served(contracts: Contracts, *policies: Policy) -> dict[str, Table]:
    """``schema.table`` of all that can be asked for under these policies."""
    found = {f"{schema}.{table.name}": table for schema, table in contracts.served}
    each = (item for one in policies for item in one.workspaces.items())
    return found | {f"{project}.{table.name}": table for project, tables in each for table in tables}


def users(*documents: Mapping[str, Any]) -> tuple[str, ...]:
    """Every account that rules files name, but for the loader, which reads nothing for anybody."""
    named = {user.replace("\\.", ".") for one in documents for rule in one["tables"]
             for user in str(rule.get("user", "")).split("|") if user}  # fmt: skip
    return tuple(sorted(named - {"loader"}))


@dataclass(frozen=True)
class Change:
    """What one account would gain or lose of one table."""

    user: str
    table: str
    gains: tuple[str, ...]
    loses: tuple[str, ...]


def diff(before: set[Right], after: set[Right]) -> list[Change]:
    """Who would gain or lose which column, by account and table."""
    changed = sorted({(user, table) for user, table, _ in before ^ after})
    return [
        Change(user, table, _columns(after - before, user, table), _columns(before - after, user, table))
        for user, table in changed
    ]


def _columns(rights_: set[Right], user: str, table: str) -> tuple[str, ...]:
    return tuple(sorted(column for who, name, column in rights_ if (who, name) == (user, table)))
