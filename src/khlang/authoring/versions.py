"""A breaking change is a new version; the earlier one goes on being served until a declared day."""

from collections.abc import Iterator, Mapping

from khlang.authoring import compare
from khlang.authoring.contract import Contract
from khlang.authoring.finding import Finding
from khlang.authoring.project import Project
from khlang.contracts import Table
from khlang.errors import ContractError


def check(contracts: Mapping[str, Contract], project: Project, before: Project) -> Iterator[Finding]:
    """Findings of every table that is in both: breaking without a new version, or a new one without its migration."""
    try:
        old, new = before.tables(), project.tables()
    except (ContractError, KeyError, TypeError, AttributeError, ValueError):
        return  # what cannot be read has findings of its own
    for one in contracts.values():
        name = str(one.schema.get("name"))
        if name in old and name in new:
            yield from _one(one, old[name], new[name])
    gone = sorted(set(old) - set(new))
    for name in gone:
        text = f"table {name} was removed; nothing says until when it is served."
        file = f"contracts/{old[name].path}"
        yield Finding(
            file, 1, 1, "LINT-VERSION", text, "Keep the contract, or declare the end in the one that follows it."
        )


def _one(one: Contract, old: Table, new: Table) -> Iterator[Finding]:
    broken = [change for change in compare.between(old, new) if change.breaking]
    said = "; ".join(f"{change.column or 'table'}: {change.what}" for change in broken[:3])
    if new.version < old.version:
        text = f"version {new.version_text} follows {old.version_text}."
        yield one.finding(("version",), "LINT-VERSION", text, "A version only grows.")
    elif broken and new.version == old.version:
        more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
        remedy = f"Write version: {old.version + 1}.0.0 and declare `previous`, or undo: khlang contract diff HEAD ."
        yield one.finding(("version",), "LINT-VERSION", f"breaking without a new version: {said}{more}.", remedy)
    elif new.version > old.version:
        yield from _served(one, old, new)


def _served(one: Contract, old: Table, new: Table) -> Iterator[Finding]:
    """The new version says until when the old one is served, and how each of its columns comes of the new ones."""
    keys = one.property_at("previous")
    kept = next((each for each in new.previous if each.version == old.version), None)
    if kept is None:
        text = f"version {new.version} follows {old.version}, and nothing says until when that is served."
        remedy = "Declare customProperties previous: version, until, columns (docs/how-to/add-a-dataset.md)."
        yield one.finding(keys or ("version",), "LINT-SERVED", text, remedy)
        return
    missing = [column.name for column in old.stored if column.name not in kept.columns]
    if old.layer == "marts" and missing:
        text = f"previous {old.version} does not say how {', '.join(missing[:5])} comes of the new columns."
        yield one.finding(keys, "LINT-SERVED", text, "Give an SQL expression for each column of the earlier version.")
    strange = sorted(set(kept.columns.values()) - {column.name for column in new.columns})
    if old.layer == "curated" and strange:
        text = f"previous {old.version} calls columns what version {new.version} has not: {', '.join(strange[:5])}."
        remedy = "Write old name: new name; what was sealed under the old one is curated by it, and read as it is."
        yield one.finding(keys, "LINT-SERVED", text, remedy)
