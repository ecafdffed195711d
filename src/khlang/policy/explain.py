"""Why an account may read a column, or may not: in sentences, each naming where it is decided."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from khlang import inside
from khlang.contracts import Contracts
from khlang.policy import staff
from khlang.policy.compile import Policy, granted, policy, rules, served
from khlang.policy.life import Project


@dataclass(frozen=True)
class Asked:
    """What is asked: an account, ``schema.table`` without a version, its column."""

    user: str
    table: str
    column: str

    @property
    def schema(self) -> str:
        """The project, ``ops`` or ``common``."""
        return self.table.partition(".")[0]

    @property
    def name(self) -> str:
        """The table without its schema."""
        return self.table.partition(".")[2]


def explain(
    contracts: Contracts,
    projects: Mapping[str, Project],
    today: dt.date,
    asked: Asked,
    members: Iterable[staff.Member] = (),
) -> list[str]:
    """The reasons, the decision first.

    Args:
        contracts: Whose roles count.
        projects: By name.
        today: On which day.
        asked: Who asks for what.
        members: The open accounts of staff.
    """
    held = policy(contracts, projects.values(), today, members)
    known = served(contracts, held)
    may = granted(rules(contracts, held), asked.user, asked.schema, asked.name)
    there = asked.table in known and asked.column in {one.name for one in known[asked.table].stored}
    decision = f"{asked.user} may {'' if may and there else 'not '}read {asked.column} of {asked.table}."
    if asked.schema in projects:
        return [decision, *_of_project(projects[asked.schema], held, today, asked)]
    if not there:
        return [decision, f"Nothing of this name is served: {asked.table}.{asked.column}."]
    if asked.user in held.staff and asked.schema == "common":
        return [decision, "Common data are shown to every account."]
    if asked.user in held.staff:
        return [decision, *_of_staff(contracts, held.staff[asked.user], asked)]
    return [decision, _of_contract(contracts, held, asked)]


def _of_contract(contracts: Contracts, held: Policy, asked: Asked) -> str:
    table = contracts[asked.name]
    roles = ", ".join(role.role for role in table.roles if role.access == "select") or "nobody"
    project = held.accounts.get(inside.login(asked.user))
    mine = f"the account works in project {project}" if project else "it works in no project"
    return f"The contract {table.path} gives SELECT to: {roles}; {mine}."


def _of_staff(contracts: Contracts, one: staff.Member, asked: Asked) -> list[str]:
    """What the role reads of the table, whose rows, and what stands in the column's place."""
    role, table = one.role, contracts[asked.name]
    said = [f"The account is staff ({role.name}) of {one.of}: {role.title_th} · {role.title_en}."]
    if asked.table not in role.tables:
        why = role.withheld.get(asked.table, "it has no column that says whose a row is")
        return [*said, f"contracts/staff.yaml does not give this role the table: {why}"]
    rows = staff.rows(one, role.tables[asked.table], contracts)
    said.append(f"Only rows where {rows}: contracts/staff.yaml says {role.tables[asked.table]} tells whose a row is.")
    kind, reads = table.column(asked.column).personal, ", ".join(sorted(role.reads))
    shown = f"masked ({staff.MASK} is shown)" if asked.column in role.masked(table) else "shown as it is"
    return [*said, f"The column is of class {kind} ({table.path}); the role reads {reads}: it is {shown}."]


def _of_project(project: Project, held: Policy, today: dt.date, asked: Asked) -> list[str]:
    request, state = project.asked, project.state(today)
    purpose = f"Purpose: {request.purpose} ({request.legal_basis})"
    said = [f"{request.name} is {state}; its last day is {project.ends}. {purpose}"]
    if state != "active":
        return [*said, "Only an active project gives anybody a right."]
    if inside.login(asked.user) not in request.logins:
        return [*said, f"The account is none of its own: {', '.join(request.logins)}."]
    given = next((table for table in held.workspaces[request.name] if table.name == asked.name), None)
    if given is None or asked.column not in {column.name for column in given.stored}:
        return [*said, "The column was not asked for: it is not in the project's files."]
    if given.identifiers and asked.user in request.logins:
        return [*said, "A row of it is one person, house or firm: only inside the workspace (khlang project enter)."]
    consents = ", ".join(f"{agency} by {by}" for agency, by in sorted(project.consents.items()))
    return [*said, f"Consents: {consents}. Approved by: {', '.join(project.approvals)}."]
