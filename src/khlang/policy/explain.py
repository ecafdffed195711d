"""Why an account may read a column, or may not: in sentences, each naming where it is decided."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from khlang.contracts import Contracts
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


def explain(contracts: Contracts, projects: Mapping[str, Project], today: dt.date, asked: Asked) -> list[str]:
    """The reasons, the decision first.

    Args:
        contracts: Whose roles count.
        projects: By name.
        today: On which day.
        asked: Who asks for what.
    """
    held = policy(contracts, projects.values(), today)
    known = served(contracts, held)
    may = "SELECT" in granted(rules(contracts, held), asked.user, asked.schema, asked.name)
    there = asked.table in known and asked.column in {one.name for one in known[asked.table].stored}
    decision = f"{asked.user} may {'' if may and there else 'not '}read {asked.column} of {asked.table}."
    if asked.schema in projects:
        return [decision, *_of_project(projects[asked.schema], held, today, asked)]
    if not there:
        return [decision, f"Nothing of this name is served: {asked.table}.{asked.column}."]
    return [decision, _of_contract(contracts, held, asked)]


def _of_contract(contracts: Contracts, held: Policy, asked: Asked) -> str:
    table = contracts[asked.name]
    roles = ", ".join(role.role for role in table.roles if role.access == "select") or "nobody"
    project = held.accounts.get(asked.user)
    mine = f"the account works in project {project}" if project else "it works in no project"
    return f"The contract {table.path} gives SELECT to: {roles}; {mine}."


def _of_project(project: Project, held: Policy, today: dt.date, asked: Asked) -> list[str]:
    request, state = project.asked, project.state(today)
    purpose = f"Purpose: {request.purpose} ({request.legal_basis})"
    said = [f"{request.name} is {state}; its last day is {project.ends}. {purpose}"]
    if state != "active":
        return [*said, "Only an active project gives anybody a right."]
    if asked.user not in request.logins:
        return [*said, f"The account is none of its own: {', '.join(request.logins)}."]
    given = next((table.stored for table in held.workspaces[request.name] if table.name == asked.name), ())
    if asked.column not in {column.name for column in given}:
        return [*said, "The column was not asked for: it is not in the project's files."]
    consents = ", ".join(f"{agency} by {by}" for agency, by in sorted(project.consents.items()))
    return [*said, f"Consents: {consents}. Approved by: {', '.join(project.approvals)}."]
