"""What lint asks of all contracts together: tables, owners, domains, dictionary, rules; and what the loader says."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from khlang.authoring import marks
from khlang.authoring.contract import COLUMNS, Contract
from khlang.authoring.finding import Finding
from khlang.authoring.project import Project
from khlang.authoring.texts import FIELDS
from khlang.contracts import Table, read, rules
from khlang.contracts.check import agree
from khlang.errors import ContractError

ALIKE = 0.88  # of two names of domains: labor and labour are, water and waste are not
#: Names of layers and folders: tables of these lie elsewhere.
TAKEN = ("accepted", "staging", "curated", "quarantine", "marts", "projects", "codes", "expectations")


def check(project: Project, contracts: Mapping[str, Contract], broken: frozenset[str]) -> Iterator[Finding]:
    """Findings between contracts.

    Args:
        project: All texts.
        contracts: Every contract by path.
        broken: Paths that have findings already; what the loader says of them is not repeated.
    """
    yield from _tables(contracts)
    yield from _owners(contracts)
    yield from _domains(project, contracts)
    yield from _fields(project)
    yield from _expectations(project, contracts)
    yield from _loaded(project, contracts, broken)


def _tables(contracts: Mapping[str, Contract]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for path, one in _fresh_last(contracts):
        name = str(one.schema.get("name"))
        if seen.setdefault(name, path) != path:
            text = f"table {name} is also declared in contracts/{seen[name]}."
            yield one.finding(("schema", 0, "name"), "LINT-TABLE-TWICE", text, "Keep one of the two, or rename one.")


def _owners(contracts: Mapping[str, Contract]) -> Iterator[Finding]:
    seen: dict[str, tuple[str, str]] = {}
    for path, one in _fresh_last(contracts):
        team, agency = one.document.get("team"), one.document.get("tenant")
        name = team.get("name") if isinstance(team, dict) else None
        if not agency or not name:
            continue
        before, there = seen.setdefault(str(agency), (str(name), path))
        if before != name:
            text = f"agency {agency} has another owner in contracts/{there}."
            yield one.finding(
                ("team", "name"), "LINT-OWNER", text, "One agency is one owner: mend one of the two names."
            )


def _domains(project: Project, contracts: Mapping[str, Contract]) -> Iterator[Finding]:
    sizes = Counter(path.split("/")[0] for path in project.contracts)
    fresh = {path.split("/")[1] for path in project.texts.fresh if path.startswith("contracts/")}
    for path, one in contracts.items():
        name = path.split("/")[0]
        old = [other for other in sorted(project.domains - {name}) if alike(name, other)]
        # Of two that look alike the newcomer is told: the one of the draft, or the smaller.
        newer = [o for o in old if (name in fresh, -sizes[name], name) > (o in fresh, -sizes[o], o)]
        if newer:
            text = f"the domain {name} is named like {newer[0]}, which is there already."
            remedy = f"Put the contract into contracts/{newer[0]}/, or give the domain a name of its own."
            yield one.finding(("domain",), "LINT-DOMAIN", text, remedy)
        elif name in TAKEN:
            yield one.finding(("domain",), "LINT-DOMAIN", f"{name} is the name of a layer or folder.", "Take another.")
    yield from _packages(project, contracts)


def _packages(project: Project, contracts: Mapping[str, Contract]) -> Iterator[Finding]:
    """A draft that brings a package of a domain founds it: there may be none of that name."""
    start = "src/khlang/domains/"
    brought = {path.split("/")[3] for path in project.texts.fresh if path.startswith(start)}
    for name in sorted(brought):
        mine = {path for path in project.texts.fresh if path.startswith(f"{start}{name}/")}
        held = {path for path in project.texts.files if path.startswith(f"{start}{name}/")} - mine
        there = [path for path in contracts if path.startswith(f"{name}/")]
        olds = [path for path in there if f"contracts/{path}" not in project.texts.fresh]
        if held or olds:
            one = (
                contracts[next((p for p in there if f"contracts/{p}" in project.texts.fresh), there[0])]
                if there
                else None
            )
            text = f"a domain {name} is there already, and the draft founds one of that name."
            remedy = "Give the new domain another name, or add the dataset to the old one without a package."
            if one:
                yield one.finding(("domain",), "LINT-DOMAIN", text, remedy)
            else:
                yield Finding(min(mine), 1, 1, "LINT-DOMAIN", text, remedy)


def alike(one: str, other: str) -> bool:
    """Whether two names of domains would be mistaken for each other."""
    left, right = (re.sub(r"(?<=[a-z]{3})s$|\d+$", "", name.casefold().replace("_", "")) for name in (one, other))
    return left == right or difflib.SequenceMatcher(None, left, right).ratio() >= ALIKE


def _fields(project: Project) -> Iterator[Finding]:
    base = project.texts.files.get(FIELDS, "")
    try:
        marked = marks.read(base)
    except marks.NotYamlError:
        return
    for keys, place in marked.twice:
        text = f"field {keys[0]} stands there twice" + (f" ({keys[-1]})." if len(keys) > 1 else ".")
        yield Finding(FIELDS, *place, "LINT-COLUMN-TWICE", text, "A name means one thing: keep one, or rename one.")
    for name, meaning in project.fields.items():
        place = marked.at((name,))
        if not isinstance(meaning, dict) or meaning.get("personal") not in {"direct", "quasi", "sensitive", "none"}:
            yield Finding(FIELDS, *place, "LINT-CLASS", f"field {name} has no class of personal data.",
                          "Write personal: direct, quasi, sensitive or none.")  # fmt: skip
        elif (codes := meaning.get("codes")) and codes not in project.codes:
            yield Finding(FIELDS, *place, "LINT-CODES", f"field {name}: there is no code list {codes}.",
                          f"Add contracts/codes/{codes}.csv, or mend the name.")  # fmt: skip
        elif "?" in meaning.values():
            yield Finding(FIELDS, *place, "LINT-DECISION", f"field {name} is not filled in.", "Write what it means.")
        elif meaning.get("type") == "DATE" and not re.search(r"_(on|of|since|from)$", name):
            yield Finding(FIELDS, *place, "LINT-NAME", f"field {name} is a date and does not end in _on.", f"{name}_on")
        elif "_baht" in name and not str(meaning.get("unit", "")).startswith("baht"):
            yield Finding(FIELDS, *place, "LINT-NAME", f"field {name} says baht, and its unit does not.", "unit: baht")


def _expectations(project: Project, contracts: Mapping[str, Contract]) -> Iterator[Finding]:
    for path, one in contracts.items():
        if one.layer == "curated" and path not in project.expectations:
            text = f"there is no expectations/{path}."
            yield one.finding(
                (), "LINT-EXPECTATIONS", text, "Write it: bands that experience gives, each with a reason."
            )
    for path in project.expectations:
        if path not in project.contracts:
            file = f"expectations/{path}"
            yield Finding(
                file, 1, 1, "LINT-EXPECTATIONS", "it has no contract.", f"Write contracts/{path}, or remove it."
            )


def _loaded(project: Project, contracts: Mapping[str, Contract], broken: frozenset[str]) -> Iterator[Finding]:
    made: dict[str, Table] = {}
    for path, one in contracts.items():
        extra = project.expectations[path].document if path in project.expectations else {}
        try:
            table = read.table(path, one.document, project.fields, project.codes, extra)
        except ContractError as error:
            if path not in broken:
                yield _said(one, error)
            continue
        except (KeyError, TypeError, AttributeError, ValueError):
            if path not in broken:
                text = "an entry is not of the form that contracts have."
                yield one.finding((), "LINT-CONTRACT", text, "Compare it with another contract of the domain.")
            continue
        made.setdefault(table.name, table)
        if path not in broken:
            yield from _rules(one, table)
    if not broken and len(made) == len(contracts):
        yield from _agreed(made, contracts)


def _rules(one: Contract, table: Table) -> Iterator[Finding]:
    try:
        found = {(rule.code, rule.column) for rule in rules(table)}
    except ContractError as error:
        yield _said(one, error)
        return
    if table.layer != "curated":
        return
    for i, column in enumerate(table.columns):
        wanted = "GATE-PID" if column.identifier else "GATE-CODE" if column.codes else "GATE-TYPE"
        typed = column.identifier or column.codes or column.type != "STRING" or column.standard == "month"
        if typed and (wanted, column.name) not in found:
            text = f"column {column.name} has no rule {wanted}."
            yield one.finding(
                (*COLUMNS, i), "LINT-RULES", text, "Add it under quality with a limit and the reason for it."
            )


def _agreed(made: dict[str, Table], contracts: Mapping[str, Contract]) -> Iterator[Finding]:
    try:
        agree(made)
    except ContractError as error:
        path = next((path for path in contracts if f"contracts/{path}" in error.message), None)
        yield _said(contracts[path or next(iter(contracts))], error)


def _said(one: Contract, error: ContractError) -> Finding:
    """What the loader says, at the column that it names where it names one."""
    named = re.search(r"column (\w+)", error.message)
    at = next((i for i, c in enumerate(one.columns) if named and c.get("name") == named[1]), None)
    text = error.message.removeprefix(f"contracts/{one.path}").lstrip(":, ")
    return one.finding((*COLUMNS, at) if at is not None else (), "LINT-CONTRACT", text, error.remedy)


def _fresh_last(contracts: Mapping[str, Contract]) -> list[tuple[str, Contract]]:
    """What a draft brings comes last, so that it is told and not what was there."""
    return sorted(contracts.items(), key=lambda pair: (f"contracts/{pair[0]}" in pair[1].project.texts.fresh, pair[0]))
