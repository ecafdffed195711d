"""What lint asks of one contract by itself: structure, columns, owner, classes, grain, catalogue, open decisions."""

import re
from collections.abc import Iterator
from typing import Any

from khlang.authoring import columns
from khlang.authoring.contract import COLUMNS, Contract, own
from khlang.authoring.finding import Finding
from khlang.authoring.marks import Keys
from khlang.contracts import folded

OPEN = "decide"  # the custom property in which a draft keeps what a person has to decide
UNKNOWN = "?"
CATALOGUE = (
    "data_type", "title", "owner_org", "maintainer", "maintainer_email", "tag_string", "notes", "objective",
    "update_frequency_unit", "update_frequency_interval", "geo_coverage", "data_source", "data_format",
    "data_category", "license_id",
)  # fmt: skip
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED = frozenset({"select", "from", "table", "group", "order", "where", "user", "values", "date", "time", "end"})


def check(one: Contract) -> Iterator[Finding]:
    """Every finding that needs no other contract."""
    for part in (_twice, _odcs, _names, _owner, columns.check, columns.grain, _catalogue, _open):
        yield from part(one)


def _twice(one: Contract) -> Iterator[Finding]:
    for keys, place in one.marked.twice:
        owner = keys in {("team",), ("tenant",), ("team", "name")}
        code = "LINT-OWNER" if owner else "LINT-KEY-TWICE"
        yield Finding(
            f"contracts/{one.path}", *place, code, f"{keys[-1]} stands twice; YAML would keep the last in silence.",
            "Keep one of the two.",
        )  # fmt: skip
    seen: set[str] = set()
    heads: dict[str, str] = {}
    for i, column in enumerate(one.columns):
        name = str(column.get("name"))
        if name in seen:
            text = f"column {name} stands there twice."
            yield one.finding((*COLUMNS, i), "LINT-COLUMN-TWICE", text, "Keep one of them, or rename one.")
            continue
        seen.add(name)
        for header in (name, *(own(column).get("aliases") or ())):
            other = heads.setdefault(folded(str(header)), name)
            if other != name:
                text = f"column {name}: one of its headers is also one of column {other}."
                keys = one.property_at("aliases", (*COLUMNS, i))
                yield one.finding(keys, "LINT-HEADER-TWICE", text, "Remove the header from one of the two.")


def _odcs(one: Contract) -> Iterator[Finding]:
    from khlang.authoring import odcs

    for keys, message in odcs.faults(one.document):
        said = ".".join(map(str, keys)) or "the document"
        yield one.finding(keys, "LINT-ODCS", f"{said}: {message}", "See docs/decisions/010-odcs-contracts.md.")


def _names(one: Contract) -> Iterator[Finding]:
    domain, _, stem = one.path.removesuffix(".yaml").partition("/")
    name = str(one.schema.get("name"))
    version = str(one.document.get("version", ""))
    physical = f"{name}_v{version.partition('.')[0]}"
    wanted: tuple[tuple[Keys, Any, str], ...] = (
        (("domain",), one.document.get("domain"), domain),
        (("id",), one.document.get("id"), stem),
        (("schema", 0, "name"), name, stem),
        (("schema", 0, "physicalName"), one.schema.get("physicalName", physical), physical),
    )
    for keys, said, right in wanted:
        if said != right:
            code = "LINT-DOMAIN" if keys == ("domain",) else "LINT-NAME"
            yield one.finding(keys, code, f"{keys[-1]} is {said}; by folder, file and version it is {right}.",
                              f"Write {right}, or move the file.")  # fmt: skip
    for keys, said in (((), stem), *(((*COLUMNS, i), str(c.get("name"))) for i, c in enumerate(one.columns))):
        if not NAME.fullmatch(said) or said in _RESERVED:
            text = f"{said} is no name: small Latin letters, digits and _, at most 40, no word of SQL."
            yield one.finding(keys, "LINT-NAME", text, "Rename it, such as borrowed_on, branch_code, price_baht.")


def _owner(one: Contract) -> Iterator[Finding]:
    team = one.document.get("team")
    if isinstance(team, list):
        if len(team) != 1:
            yield one.finding(("team", 1), "LINT-OWNER", f"team lists {len(team)} owners.", _ONE_OWNER)
        return
    members = team.get("members") or [] if isinstance(team, dict) else []
    owners = [i for i, each in enumerate(members) if isinstance(each, dict) and each.get("role") == "owner"]
    if len(owners) > 1:
        yield one.finding(
            ("team", "members", owners[1]), "LINT-OWNER", "team has two members with role owner.", _ONE_OWNER
        )
    name = team.get("name") if isinstance(team, dict) else None
    if not name:
        yield one.finding(("team",), "LINT-OWNER", "team has no name: nobody owns the table.", _ONE_OWNER)
    listed = (one.own.get("catalogue") or {}).get("owner_org")
    if name and listed and listed != name:
        keys = (*one.property_at("catalogue"), "value", "owner_org")
        yield one.finding(keys, "LINT-OWNER", "the catalogue's owner_org is not team.name.", _ONE_OWNER)


_ONE_OWNER = "Name the one organisation that decides about the data; others stand in notes."


def _catalogue(one: Contract) -> Iterator[Finding]:
    told = one.own.get("catalogue")
    if told is None and one.layer != "curated":
        return
    keys = (*one.property_at("catalogue"), "value")
    given = set(told or ())
    for name in CATALOGUE:
        if name not in given or (told or {}).get(name) in (None, "", []):
            remedy = "Fill it as any other contract of the agency does; docs/how-to/add-a-dataset.md lists all."
            yield one.finding(keys, "LINT-CATALOGUE", f"{name} is missing.", remedy)
    for name in sorted(given - set(CATALOGUE)):
        yield one.finding((*keys, name), "LINT-CATALOGUE", f"{name} is none of the catalogue's fields.", "Remove it.")


def _open(one: Contract) -> Iterator[Finding]:
    for keys, said in _leaves(one.document, ()):
        if keys[-1:] == ("property",) and said == OPEN:
            text = _at(one.document, (*keys[:-1], "value"))
            said_ = "; ".join(map(str, text)) if isinstance(text, list) else str(text)
            yield one.finding(keys[:-1], "LINT-DECISION", said_, "Decide, mend the draft, and delete this property.")
        elif said == UNKNOWN:
            yield one.finding(keys, "LINT-DECISION", f"{_told(one, keys)} is not filled in.", "Write what it is.")


def _leaves(value: Any, keys: Keys) -> Iterator[tuple[Keys, Any]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _leaves(below, (*keys, str(key)))
    elif isinstance(value, list):
        for i, below in enumerate(value):
            yield from _leaves(below, (*keys, i))
    else:
        yield keys, value


def _at(document: Any, keys: Keys) -> Any:
    for key in keys:
        document = document[key] if isinstance(key, int) else document.get(key)
    return document


def _told(one: Contract, keys: Keys) -> str:
    """A place in words: a custom property by its name, a column by its name."""
    if "customProperties" in keys:
        at = keys.index("customProperties") + 2
        return ".".join([str(_at(one.document, (*keys[:at], "property"))), *map(str, keys[at + 1 :])])
    return ".".join(str(key) for key in keys if not isinstance(key, int))
