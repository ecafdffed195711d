"""Staff who are no analysts: their rows and columns, from ``contracts/staff.yaml`` to rules of Trino. Pure.

A row filter says whose rows an account sees; a mask makes NULL of every column of a class that its role does not read.
Both stand in the rule of the table and of its views, so that no way of asking goes around them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from khlang.contracts import Contracts, Table
from khlang.contracts.model import Personal
from khlang.contracts.trino import grant
from khlang.errors import ContractError, InputError
from khlang.policy.request import CANARY

Scope = Literal["agency", "province"]
LOGIN = re.compile(r"([a-z][a-z0-9_]{1,30})\.([a-z][a-z0-9-]{1,30})")
PROVINCE = re.compile(r"province([0-9]{2})")
MASK = "NULL"
#: Scope → the columns that can say whose a row is.
COLUMNS: Mapping[Scope, tuple[str, ...]] = {"agency": ("agency", "dataset"), "province": ("province_code",)}
_KEYS = {"title_th", "title_en", "scope", "reads", "tables", "withheld"}


@dataclass(frozen=True)
class Role:
    """What one kind of staff reads: classes of columns; ``schema.table`` → the column that says whose a row is."""

    name: str
    title_th: str
    title_en: str
    scope: Scope
    reads: frozenset[Personal]
    tables: Mapping[str, str]
    withheld: Mapping[str, str]

    def masked(self, table: Table) -> tuple[str, ...]:
        """The columns of a table that are NULL for this role."""
        return tuple(column.name for column in table.stored if column.personal not in self.reads)


@dataclass(frozen=True)
class Member:
    """One account of staff: ``mof.officer`` of agency ``mof``, ``province10.officer`` of province ``10``."""

    login: str
    role: Role
    of: str


def load(path: Path, contracts: Contracts) -> tuple[Role, ...]:
    """Read ``staff.yaml`` against the contracts.

    Raises:
        ContractError: It names a key, class, table or column that is not there.
    """
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        raise _wrong("it cannot be read.", "Bring it back, or mend its YAML.") from None
    if not isinstance(told, dict):
        raise _wrong("it names no role.", "Compare it with its version history.")
    return tuple(_role(name, given, contracts) for name, given in told.items())


def member(login: str, roles: Iterable[Role], contracts: Contracts) -> Member:
    """Whose account a login is, from what stands before its dot.

    Raises:
        InputError: It is of no agency and no province, or a canary's, which nobody opens.
    """
    found = LOGIN.fullmatch(login)
    place = PROVINCE.fullmatch(found[1]) if found else None
    scope: Scope | None = None
    if found and place and place[1] in provinces(contracts):
        scope, of = "province", place[1]
    elif found and found[1] in agencies(contracts):
        scope, of = "agency", found[1]
    role = next((one for one in roles if one.scope == scope), None)
    if role is None or (found and found[2] == CANARY):
        raise InputError(
            f"{login} is no login of an agency's or a province's staff.",
            "Write agency.person or province10.person, as contracts and contracts/codes/province.csv name them.",
            code="POLICY-LOGIN",
        )
    return Member(login, role, of)


def unsaid(role: Role, contracts: Contracts) -> set[str]:
    """The served tables with a column that says whose a row is, of which the role says nothing: they are not read."""
    each = ((f"{schema}.{table.name}", table) for schema, table in contracts.served if schema != "common")
    can = {name for name, table in each if {one.name for one in table.stored} & set(COLUMNS[role.scope])}
    return can - {*role.tables, *role.withheld}


def agencies(contracts: Contracts) -> frozenset[str]:
    """Every agency that sends a dataset."""
    return frozenset(table.agency for table in contracts.datasets)


def provinces(contracts: Contracts) -> frozenset[str]:
    """The codes of all provinces."""
    return frozenset(str(row["code"]) for row in contracts.source["codes"]["province"])


def rows(one: Member, column: str, contracts: Contracts) -> str:
    """The row filter: which rows of a table are a member's, by the column that says whose a row is."""
    if column == "dataset":
        names = ", ".join(f"'{table.name}'" for table in contracts.by_agency(one.of))
        return f"dataset IN ({names})"
    return f"{column} = '{one.of}'"


def rules(one: Member, contracts: Contracts) -> list[dict[str, Any]]:
    """The table rules of one account, each with its filter and its masks."""
    served = {f"{schema}.{table.name}": table for schema, table in contracts.served}
    made = []
    for name, column in one.role.tables.items():
        table = served[name]
        rule = grant([one.login], name.partition(".")[0], table) | {"filter": rows(one, column, contracts)}
        masks = [{"name": each, "mask": MASK} for each in one.role.masked(table)]
        made.append(rule | ({"columns": masks} if masks else {}))
    return made


def _role(name: object, given: object, contracts: Contracts) -> Role:
    if not isinstance(given, dict) or set(given) != _KEYS:
        raise _wrong(f"role {name} has not just the keys {', '.join(sorted(_KEYS))}.", "Mend the keys.")
    if given["scope"] not in get_args(Scope) or not set(given["reads"]) <= set(get_args(Personal)):
        raise _wrong(f"role {name} has a scope or a class that there is not.", "Scopes: agency, province.")
    scope: Scope = given["scope"]
    served = {f"{schema}.{table.name}": table for schema, table in contracts.served}
    if unknown := sorted({*given["tables"], *given["withheld"]} - set(served)):
        raise _wrong(f"role {name} names {', '.join(unknown)}, which is not served.", "Mend the name, or take it out.")
    for table, column in given["tables"].items():
        held = next((one for one in served[table].stored if one.name == column), None)
        if held is None or column not in COLUMNS[scope] or held.personal not in given["reads"]:
            raise _wrong(f"role {name}: {column} of {table} cannot say whose a row is.", f"One of: {COLUMNS[scope]}.")
    return Role(str(name), given["title_th"], given["title_en"], scope, frozenset(given["reads"]),
                dict(given["tables"]), dict(given["withheld"]))  # fmt: skip


def _wrong(message: str, remedy: str) -> ContractError:
    return ContractError(f"contracts/staff.yaml: {message}", remedy, code="POLICY-STAFF")
