"""Contracts' roles → the rules file of Trino's file-based access control: first match wins, the rest is denied."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from khlang.contracts import facts
from khlang.contracts.collection import Contracts
from khlang.contracts.model import Table

LAKE, LOADER, SCRATCH = "lake", "loader", "scratch"
OPS_SCHEMA, COMMON_SCHEMA = "ops", "common"


def trino_rules(
    contracts: Contracts,
    *,
    analysts: dict[str, str] | None = None,
    engineers: Sequence[str] = ("engineer",),
    loaders: Sequence[str] = ("loader",),
    workspaces: Mapping[str, Sequence[Table]] | None = None,
    staff: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    inside: Mapping[str, str] | None = None,
    full: Collection[str] = (),
) -> dict[str, Any]:
    """The document that ``security.config-file`` names.

    Args:
        contracts: Whose roles decide: ``analyst`` on marts, ``engineer`` on ops (``analyst`` where it says so).
        analysts: User → project (also the schema); default ``{"analyst": "demo"}``.
        engineers: Users who see the tables of ops.
        loaders: Users who register tables and make views, in the loader's catalog only.
        workspaces: Project (also the schema) → the tables that it was given; of its analysts' rights the only ones
            there, whatever the contracts say of it.
        staff: Login → the rules of the tables that it reads, with their filters and masks; common data come of itself.
        inside: User → project, of those who ask from within its workspace: they alone read its tables about single
            persons, houses or firms, and write tables of their own.
        full: Projects whose own tables take more room than they were given: no more writing.

    Returns:
        Sections catalogs, schemas, tables, functions, procedures, queries, session properties, impersonation,
        system information. Every section is there and ends in a refusal: an absent section would allow.
    """
    projects = analysts if analysts is not None else {"analyst": "demo"}
    within = inside or {}
    loader = _anyone(loaders)
    others = staff or {}
    people = _anyone([*projects, *within, *engineers, *others])
    anyone = f"{people}|{loader}"
    return {
        "catalogs": [
            {"user": loader, "catalog": LOADER, "allow": "all"},
            {"user": people, "catalog": LAKE, "allow": "read-only"},
            {"user": loader, "catalog": LAKE, "allow": "read-only"},
            *_scratch_catalog(loader, within, full),
            # The system catalog stays readable where Trino itself needs it; its tables are closed below.
            {"user": anyone, "catalog": "system", "allow": "read-only"},
            {"allow": "none"},
        ],
        "schemas": [{"user": loader, "catalog": f"{LOADER}|{SCRATCH}", "owner": True}, {"owner": False}],
        "tables": [
            *_select(contracts, {**projects, **within}, engineers, list(others)),
            *_workspaces(workspaces or {}, projects, within),
            *_scratch_tables(loader, within, full),
            *(rule for rules in others.values() for rule in rules),
            {
                "user": loader,
                "catalog": LOADER,
                "schema": ".*",
                "table": ".*",
                "privileges": ["SELECT", "OWNERSHIP", "GRANT_SELECT"],
            },
            # A view names its table in the analysts' catalog, and its maker must be able to read that and pass it on.
            {"user": loader, "catalog": LAKE, "schema": ".*", "table": ".*", "privileges": ["SELECT", "GRANT_SELECT"]},
            # JDBC clients ask here what catalogs and types there are; nothing of a query or a node stands there.
            {"user": anyone, "catalog": "system", "schema": "jdbc", "table": ".*", "privileges": ["SELECT"]},
            # What each table means, of those tables that the asking user may see at all.
            {
                "user": anyone,
                "catalog": "system",
                "schema": "metadata",
                "table": "table_comments",
                "privileges": ["SELECT"],
            },
            {"privileges": []},
        ],
        "functions": [
            {"catalog": "system", "schema": "builtin", "function": ".*", "privileges": ["EXECUTE"]},
            {"privileges": []},
        ],
        "procedures": [
            {"user": loader, "catalog": LOADER, "schema": "system", "procedure": ".*", "privileges": ["EXECUTE"]},
            {"privileges": []},
        ],
        # A user always sees and kills an own query; of others nobody sees any.
        "queries": [{"user": anyone, "allow": ["execute"]}, {"allow": []}],
        "system_session_properties": [{"allow": False}],
        "catalog_session_properties": [{"allow": False}],
        "impersonation": [{"original_user": ".*", "new_user": ".*", "allow": False}],
        "system_information": [{"allow": []}],
    }


def _select(
    contracts: Contracts, projects: dict[str, str], engineers: Sequence[str], staff: Sequence[str]
) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    for table in contracts.tables:
        may = {role.role for role in table.roles if role.access == "select"}
        if table.layer == COMMON_SCHEMA and "analyst" in may:
            rules.append(grant([*projects, *engineers, *staff], COMMON_SCHEMA, table))
        elif table.layer == OPS_SCHEMA and "engineer" in may:
            readers = [*projects, *engineers] if "analyst" in may else engineers
            rules.append(grant(readers, OPS_SCHEMA, table))
        elif "analyst" in may and table.project:
            users = [user for user, project in projects.items() if project == table.project]
            rules += [grant(users, table.project, table)] if users else []
    return rules


def _workspaces(
    given: Mapping[str, Sequence[Table]], projects: Mapping[str, str], inside: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Of a project's tables those about single persons, houses or firms to who is inside, aggregates to its logins."""
    rules = []
    for name, tables in given.items():
        within, anywhere = _of(name, inside), [*_of(name, projects), *_of(name, inside)]
        readers = [(within if table.identifiers else anywhere, table) for table in tables]
        rules += [grant(users, name, table) for users, table in readers if users]
    return rules


def _scratch_catalog(loader: str, inside: Mapping[str, str], full: Collection[str]) -> list[dict[str, Any]]:
    """Own tables: the loader makes and clears schemas; who is inside writes while there is room."""
    writers = [user for user, project in inside.items() if project not in full]
    rules = [{"user": loader, "catalog": SCRATCH, "allow": "all"}]
    rules += [{"user": _anyone(writers), "catalog": SCRATCH, "allow": "all"}] if writers else []
    return rules + ([{"user": _anyone(inside), "catalog": SCRATCH, "allow": "read-only"}] if inside else [])


def _scratch_tables(loader: str, inside: Mapping[str, str], full: Collection[str]) -> list[dict[str, Any]]:
    write = ["SELECT", "INSERT", "DELETE", "UPDATE", "OWNERSHIP"]
    rules: list[dict[str, Any]] = [
        {"user": _anyone(_of(name, inside)), "catalog": SCRATCH, "schema": name, "table": ".*",
         "privileges": ["SELECT"] if name in full else write}
        for name in sorted(set(inside.values()))
    ]  # fmt: skip
    # It drops what nobody may keep, and reads none of it.
    return [*rules, {"user": loader, "catalog": SCRATCH, "schema": ".*", "table": ".*", "privileges": ["OWNERSHIP"]}]


def _of(project: str, users: Mapping[str, str]) -> list[str]:
    return [user for user, theirs in users.items() if theirs == project]


def grant(users: Sequence[str], schema: str, table: Table) -> dict[str, Any]:
    """SELECT on a table, its views and those of earlier versions, which are taken away when their day has passed."""
    earlier = (f"{table.name}_v{each.version}" for each in table.previous)
    names = [table.name, table.versioned, *facts.views(table), *earlier]
    return {
        "user": _anyone(users),
        "catalog": LAKE,
        "schema": schema,
        "table": "|".join(names),
        "privileges": ["SELECT"],
    }


def _anyone(users: Iterable[str]) -> str:
    """A pattern of just these users: a login of a project has a dot in it, which would match any letter."""
    return "|".join(user.replace(".", r"\.") for user in users)
