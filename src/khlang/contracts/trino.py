"""Contracts' roles → the rules file of Trino's file-based access control: first match wins, the rest is denied."""

from collections.abc import Mapping, Sequence
from typing import Any

from khlang.contracts import facts
from khlang.contracts.collection import Contracts
from khlang.contracts.model import Table

LAKE, LOADER = "lake", "loader"
OPS_SCHEMA, COMMON_SCHEMA = "ops", "common"


def trino_rules(
    contracts: Contracts,
    *,
    analysts: dict[str, str] | None = None,
    engineers: Sequence[str] = ("engineer",),
    loaders: Sequence[str] = ("loader",),
    workspaces: Mapping[str, Sequence[Table]] | None = None,
) -> dict[str, Any]:
    """The document that ``security.config-file`` names.

    Args:
        contracts: Whose roles decide: ``analyst`` on marts, ``engineer`` on ops (``analyst`` where it says so).
        analysts: User → project (also the schema); default ``{"analyst": "demo"}``.
        engineers: Users who see the tables of ops.
        loaders: Users who register tables and make views, in the loader's catalog only.
        workspaces: Project (also the schema) → the tables that it was given; of its analysts' rights the only ones
            there, whatever the contracts say of it.

    Returns:
        Sections catalogs, schemas, tables, functions, procedures, queries, session properties, impersonation,
        system information. Every section is there and ends in a refusal: an absent section would allow.
    """
    projects = analysts if analysts is not None else {"analyst": "demo"}
    loader = _anyone(loaders)
    people = _anyone([*projects, *engineers])
    anyone = f"{people}|{loader}"
    return {
        "catalogs": [
            {"user": loader, "catalog": LOADER, "allow": "all"},
            {"user": people, "catalog": LAKE, "allow": "read-only"},
            {"user": loader, "catalog": LAKE, "allow": "read-only"},
            # The system catalog stays readable where Trino itself needs it; its tables are closed below.
            {"user": anyone, "catalog": "system", "allow": "read-only"},
            {"allow": "none"},
        ],
        "schemas": [{"user": loader, "catalog": LOADER, "owner": True}, {"owner": False}],
        "tables": [
            *_select(contracts, projects, engineers),
            *_workspaces(workspaces or {}, projects),
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


def _select(contracts: Contracts, projects: dict[str, str], engineers: Sequence[str]) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    for table in contracts.tables:
        may = {role.role for role in table.roles if role.access == "select"}
        if table.layer == COMMON_SCHEMA and "analyst" in may:
            rules.append(_grant([*projects, *engineers], COMMON_SCHEMA, table))
        elif table.layer == OPS_SCHEMA and "engineer" in may:
            readers = [*projects, *engineers] if "analyst" in may else engineers
            rules.append(_grant(readers, OPS_SCHEMA, table))
        elif "analyst" in may and table.project:
            users = [user for user, project in projects.items() if project == table.project]
            rules += [_grant(users, table.project, table)] if users else []
    return rules


def _workspaces(given: Mapping[str, Sequence[Table]], projects: dict[str, str]) -> list[dict[str, Any]]:
    mine = {name: [user for user, project in projects.items() if project == name] for name in given}
    return [_grant(mine[name], name, table) for name, tables in given.items() for table in tables if mine[name]]


def _grant(users: Sequence[str], schema: str, table: Table) -> dict[str, Any]:
    """The table, its views, and the views of earlier versions, which are taken away when their day has passed."""
    earlier = (f"{table.name}_v{each.version}" for each in table.previous)
    names = [table.name, table.versioned, *facts.views(table), *earlier]
    return {
        "user": _anyone(users),
        "catalog": LAKE,
        "schema": schema,
        "table": "|".join(names),
        "privileges": ["SELECT"],
    }


def _anyone(users: Sequence[str]) -> str:
    """A pattern of just these users: a login of a project has a dot in it, which would match any letter."""
    return "|".join(user.replace(".", r"\.") for user in users)
