"""What changed between two tables of one name, and whether who uses or sends the old one can go on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from khlang.contracts import Column, Quality, Table


@dataclass(frozen=True)
class Change:
    """One change of one table; ``column`` is empty where it is of the table; ``why`` says who notices, and how."""

    table: str
    column: str
    what: str
    breaking: bool
    why: str


def changes(old: Mapping[str, Table], new: Mapping[str, Table]) -> list[Change]:
    """Every change of every table, in the order of their names."""
    found: list[Change] = []
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            found.append(Change(name, "", "removed", True, "queries and marts that read it fail"))
        elif name not in old:
            found.append(Change(name, "", "added", False, "nobody read it before"))
        else:
            found += between(old[name], new[name])
    return found


def between(old: Table, new: Table) -> list[Change]:
    """Changes of one table."""
    before, after = {c.name: c for c in old.stored}, {c.name: c for c in new.stored}
    found = [*_of_table(old, new)]
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            found.append(Change(old.name, name, "removed", True, "whoever names it gets an error"))
        elif name not in before:
            found.append(Change(old.name, name, "added", True, _ADDED[new.layer == "curated"]))
        else:
            found += _of_column(new, before[name], after[name])
    if [n for n in before if n in after] != [n for n in after if n in before]:
        found.append(Change(old.name, "", "columns in another order", True, "what is written does not fit the table"))
    return [*found, *_of_rules(old, new)]


# A written table keeps the columns that it was made with: rows with others are refused (CONTRACT-COLUMNS).
_ADDED = {
    True: "files and sealed submissions of before do not have it, and the written table has no place for it",
    False: "the written table has no place for it",
}
_LAID_OUT = (
    ("grain", "grain", "one row stands for something else: joins and counts change"),
    ("layer", "layer", "the table lies elsewhere"),
    ("agency", "agency", "submissions are of another sender"),
    ("project", "project", "it is served in another schema, under another key"),
    ("domain", "domain", "its package, DAG and folder are others"),
)
_TOLD = (
    ("dedupe_by", "dedupeBy", "another one of several rows counts; periods are judged anew"),
    ("inputs", "inputs", "the mart reads other tables; its periods are built anew"),
    ("joins", "joins", "how its inputs meet is judged otherwise"),
    ("months", "months", "the mart looks at other months; its periods are built anew"),
    ("owner_th", "owner", "another organisation decides"),
    ("legal_basis", "legalBasis", "the manifest of the next submission says so"),
    ("retention_days", "retentionDays", "the manifest of the next submission says so"),
    ("two_people", "twoPeople", "the agency needs a bundle that says so"),
)


def _of_table(old: Table, new: Table) -> Iterator[Change]:
    for listed, breaking in ((_LAID_OUT, True), (_TOLD, False)):
        for attribute, word, why in listed:
            if getattr(old, attribute) != getattr(new, attribute):
                yield Change(old.name, "", f"{word} changed", breaking, why)


def _of_column(table: Table, old: Column, new: Column) -> Iterator[Change]:
    for attribute, what, why, breaking in _COLUMN:
        left, right = getattr(old, attribute), getattr(new, attribute)
        if left != right:
            yield Change(table.name, new.name, what.format(left, right), breaking, why)
    if old.nullable != new.nullable:
        what, why = _NULLABLE[new.nullable]
        yield Change(table.name, new.name, what, True, why)
    for attribute, more, less in _LISTS:
        before, after = set(getattr(old, attribute)), set(getattr(new, attribute))
        if before - after:
            yield Change(table.name, new.name, *less)
        elif after - before:
            yield Change(table.name, new.name, *more)


# Attribute, what changed, who notices, whether it breaks.
_COLUMN = (
    ("type", "type {} → {}", "what is written does not fit the table; queries may fail", True),
    ("identifier", "identifier type {} → {}", "the same person gets another pseudonym: nothing links any more", True),
    ("codes", "code list {} → {}", "the same code means something else", True),
    ("unit", "unit {} → {}", "the same number means something else", True),
    ("generalise", "generalised {} → {}", "the same column means something else", True),
    ("standard", "read as {} → {}", "the same text gives another value", True),
    ("personal", "class {} → {}", "who may see it is to be decided anew", False),
    ("free_text", "free text {} → {}", "the agency needs a bundle that says so", False),
    ("meaning_th", "described otherwise", "if the meaning changed, take another name", False),
)
_NULLABLE = {
    True: ("may be empty", "readers meet empty values"),
    False: ("may no longer be empty", "rows that were good are refused"),
}
_LISTS = (
    ("values", ("codes added", False, "readers meet new codes"),
     ("codes removed", True, "values that were good are refused, and old ones mean nothing")),
    ("aliases", ("headers added", False, "more files are read without a mapping"),
     ("headers removed", False, "an office that writes one maps it by hand")),
)  # fmt: skip


def _of_rules(old: Table, new: Table) -> Iterator[Change]:
    def keyed(table: Table) -> dict[str, Quality]:
        made: dict[str, Quality] = {}
        for rule in table.quality:
            tag = rule.arguments.get("tag", "")
            made[" ".join(filter(None, (rule.code, rule.column, str(tag))))] = rule
        return made

    before, after = keyed(old), keyed(new)
    for name in sorted(before.keys() | after.keys()):
        left, right = before.get(name), after.get(name)
        if left is None:
            yield Change(old.name, "", f"rule {name} added", False, "extracts that passed may be refused")
        elif right is None:
            yield Change(old.name, "", f"rule {name} removed", False, "extracts that were refused may pass")
        elif (dict(left.arguments), left.severity) != (dict(right.arguments), right.severity):
            yield Change(
                old.name, "", f"rule {name} has other limits", False, "the same extract may be judged otherwise"
            )
