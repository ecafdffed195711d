"""One policy source → the rights of every account: contracts give roles theirs, active projects give logins theirs."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from khlang import inside
from khlang.contracts import Contracts, Table, trino_rules
from khlang.policy import canaries
from khlang.policy.life import Project
from khlang.policy.request import narrowed
from khlang.policy.staff import Member
from khlang.policy.staff import rules as staff_rules


class Right(NamedTuple):
    """A column that a user may select, what is shown in its place (a mask), and of which rows (a filter)."""

    user: str
    table: str
    column: str
    mask: str = ""
    rows: str = ""


@dataclass(frozen=True)
class Policy:
    """What holds on one day.

    ``accounts``: login → project, of active projects and of the pilot. ``workspaces``: project → its tables.
    ``staff``: login → whose rows and which columns it reads. Both have the canary accounts in them.
    ``full``: projects whose own tables take more room than they were given.
    """

    accounts: Mapping[str, str]
    workspaces: Mapping[str, tuple[Table, ...]]
    staff: Mapping[str, Member] = field(default_factory=dict)
    full: frozenset[str] = field(default_factory=frozenset)

    @property
    def logins(self) -> tuple[str, ...]:
        """The accounts that active projects and staff have, beside those of the installation."""
        return (*self._of_projects, *sorted(self.staff))

    @property
    def _of_projects(self) -> tuple[str, ...]:
        return tuple(login for login, project in sorted(self.accounts.items()) if project in self.workspaces)

    @property
    def inside(self) -> dict[str, str]:
        """Who asks from within a workspace → its project; the pilot has none."""
        return {inside.identity(login): self.accounts[login] for login in self._of_projects}


PILOT = {"analyst": "demo"}


def policy(
    contracts: Contracts,
    projects: Iterable[Project],
    today: dt.date,
    members: Iterable[Member] = (),
    *,
    full: Collection[str] = (),
) -> Policy:
    """Compile: a project that is not active on this day gives nobody anything.

    Args:
        contracts: Whose tables and roles count.
        projects: Every project.
        today: On which day.
        members: The open accounts of staff; each agency and province that has one has a canary, too.
        full: Projects whose own tables take more room than they were given.

    Raises:
        InputError: A contract no longer has what an active project was given.
        ContractError: A table of it has no contract any more.
    """
    active = [project.asked for project in projects if project.state(today) == "active"]
    accounts = PILOT | {login: request.name for request in active for login in request.logins}
    accounts |= {canaries.of_project(request.name): request.name for request in active}
    people = list(members)
    people += canaries.of_staff(people)
    workspaces = {request.name: narrowed(request, contracts) for request in active}
    return Policy(accounts, workspaces, {one.login: one for one in people}, frozenset(full))


def rules(contracts: Contracts, held: Policy) -> dict[str, Any]:
    """Trino's rules file of a policy."""
    others = {login: staff_rules(one, contracts) for login, one in held.staff.items()}
    return trino_rules(
        contracts, analysts=dict(held.accounts), workspaces=held.workspaces, staff=others, inside=held.inside,
        full=held.full,
    )  # fmt: skip


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
            if rule := granted(document, user, schema, view):
                masks = {one["name"]: str(one["mask"]) for one in rule.get("columns", ())}
                rows = str(rule.get("filter", ""))
                found |= {Right(user, name, one.name, masks.get(one.name, ""), rows) for one in table.stored}
    return found


def granted(document: Mapping[str, Any], user: str, schema: str, table: str) -> Mapping[str, Any]:
    """The rule that lets a user select from one table of the analysts' catalog; empty where none does."""
    asked = {"user": user, "catalog": "lake", "schema": schema, "table": table}
    for rule in document["tables"]:
        if all(re.fullmatch(str(rule.get(key, ".*")), value) for key, value in asked.items()):
            found: Mapping[str, Any] = rule if "SELECT" in rule["privileges"] else {}
            return found
    return {}


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
    """What one account would gain or lose of one table: columns, a masked one told as such, and whose rows."""

    user: str
    table: str
    gains: tuple[str, ...]
    loses: tuple[str, ...]
    rows: tuple[str, str] = ("", "")  # filter before and after; empty: every row


def diff(before: set[Right], after: set[Right]) -> list[Change]:
    """Who would gain or lose which column, and whose rows would be others, by account and table."""
    changed = sorted({(right.user, right.table) for right in before ^ after})
    return [_change(before, after, *one) for one in changed]


def _change(before: set[Right], after: set[Right], user: str, table: str) -> Change:
    old, new = ({one for one in each if (one.user, one.table) == (user, table)} for each in (before, after))
    columns = [{f"{one.column} (masked)" if one.mask else one.column for one in each} for each in (old, new)]
    rows = [next((one.rows for one in each), "") for each in (old, new)]
    gains, loses = sorted(columns[1] - columns[0]), sorted(columns[0] - columns[1])
    return Change(user, table, tuple(gains), tuple(loses), (rows[0], rows[1]))
