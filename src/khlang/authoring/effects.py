"""What a change of contracts does to marts, to who may read what, and to open data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from khlang.authoring.compare import Change
from khlang.authoring.texts import Texts
from khlang.contracts import Contracts, Table, trino_rules

OPEN_CATEGORY = "ข้อมูลสาธารณะ"
ROLES = ("analyst", "engineer")


@dataclass(frozen=True)
class Effect:
    """One consequence: for ``marts``, ``access`` or ``open data``."""

    kind: str
    text: str


def effects(changes: Sequence[Change], old: Contracts, new: Contracts, texts: Texts) -> list[Effect]:
    """All consequences of the changes, marts first."""
    return [*_marts(changes, new, texts), *_access(old, new), *_open(old, new)]


def _marts(changes: Sequence[Change], tables: Contracts, texts: Texts) -> list[Effect]:
    found = []
    for mart in tables.marts:
        package = f"src/khlang/domains/{mart.domain}/"
        source = "\n".join(text for path, text in texts.files.items() if path.startswith(package))
        for name in mart.inputs:
            mine = [change for change in changes if change.table == name]
            if not mine:
                continue
            named = sorted({c.column for c in mine if c.column and re.search(rf"\b{c.column}\b", source)})
            broken = [c for c in mine if c.breaking and (not c.column or c.column in named)]
            does = "breaks" if broken else "is built anew" if any(c.breaking for c in mine) else "goes on"
            said = f"; its package names {', '.join(named)}" if named else "; its package names no changed column"
            found.append(Effect("marts", f"{mart.name} ({mart.domain}) reads {name} and {does}{said}"))
    return found


def _access(old: Contracts, new: Contracts) -> list[Effect]:
    found = []
    for role in ROLES:
        before, after = visible(old, role), visible(new, role)
        for table in sorted(before.keys() | after.keys()):
            lost = [name for name in before.get(table, ()) if name not in after.get(table, ())]
            gained = [name for name in after.get(table, ()) if name not in before.get(table, ())]
            for word, names in (("loses", lost), ("gains", gained)):
                if names:
                    found.append(Effect("access", f"{role} {word} {table}: {', '.join(names)}"))
    return found


def visible(tables: Contracts, role: str) -> Mapping[str, tuple[str, ...]]:
    """``schema.table_vN`` → columns that a role may select, by the rules that Trino is given."""
    # One user a project: what an analyst of any project sees is what the role may see.
    analysts = {f"analyst-{name}": name for name in _projects(tables)} if role == "analyst" else {"nobody": "-"}
    mine = set(analysts) if role == "analyst" else {role}
    rules = trino_rules(tables, analysts=analysts, engineers=("engineer",))["tables"]
    seen: dict[str, tuple[str, ...]] = {}
    for table in tables.tables:
        for rule in rules:
            users, names = (set(str(rule.get(key, "")).split("|")) for key in ("user", "table"))
            if mine & users and table.versioned in names and "SELECT" in rule["privileges"]:
                seen[f"{rule['schema']}.{table.versioned}"] = tuple(column.name for column in table.stored)
                for each in table.previous:
                    seen[f"{rule['schema']}.{table.name}_v{each.version}"] = tuple(each.columns)
    return seen


def _projects(tables: Contracts) -> list[str]:
    return sorted({table.project for table in tables.marts if table.project})


def _open(old: Contracts, new: Contracts) -> list[Effect]:
    found = []
    for table in new.tables:
        before = old.get(table.name) if table.name in old else None
        was, now = _is_open(before), _is_open(table)
        if was != now:
            found.append(Effect("open data", f"{table.name} {'becomes' if now else 'is no longer'} {OPEN_CATEGORY}"))
        personal = [column.name for column in table.columns if column.personal != "none"]
        if now and personal and (before is None or _classes(before) != _classes(table)):
            text = f"{table.name} is to be open and holds {', '.join(personal[:5])}: it must not be published so"
            found.append(Effect("open data", text))
        if before is not None and (before.licence, before.catalogue.get("license_id")) != (
            table.licence,
            table.catalogue.get("license_id"),
        ):
            found.append(Effect("open data", f"{table.name} has another licence"))
    return found


def _is_open(table: Table | None) -> bool:
    return table is not None and table.catalogue.get("data_category") == OPEN_CATEGORY


def _classes(table: Table) -> dict[str, str]:
    return {column.name: column.personal for column in table.columns}
