"""What lint asks of the columns of one contract: class, dictionary, code list, headers, grain."""

from collections.abc import Iterator
from typing import Any

from khlang.authoring import words
from khlang.authoring.contract import COLUMNS, Contract, own
from khlang.authoring.finding import Finding
from khlang.authoring.marks import Keys

HEADERS = 3  # of each column: offices do not all write the same one
CLASSES = ("direct", "quasi", "sensitive", "none")


def check(one: Contract) -> Iterator[Finding]:
    """Class, dictionary, code list and headers of every column."""
    for i, column in enumerate(one.columns):
        keys: Keys = (*COLUMNS, i)
        name, said = column.get("name"), column.get("classification")
        meaning = one.project.fields.get(str(name))
        said_ = own(column)
        aliases = [str(each) for each in said_.get("aliases") or ()]
        if said not in CLASSES:
            text = f"column {name} has no class of personal data." if said is None else f"column {name}: unknown class."
            yield one.finding(keys, "LINT-CLASS", text, f"Write classification: one of {', '.join(CLASSES)}.")
        elif said == "none" and ((meaning or {}).get("identifier") or _direct(aliases)):
            text = f"column {name} is classified none, but it is an identifier or its header names a person."
            yield one.finding((*keys, "classification"), "LINT-CLASS", text, "Write direct, or leave the column out.")
        if meaning is None:
            yield one.finding((*keys, "name"), "LINT-FIELD", f"column {name} is not in contracts/fields.yaml.",
                              "Add it there, or use the name that is there for this meaning.")  # fmt: skip
            continue
        yield from _as_the_field(one, keys, column, meaning)
        if one.layer == "curated" and len(set(aliases)) < HEADERS:
            text = f"column {name} lists {len(set(aliases))} headers of {HEADERS}."
            remedy = "Ask the office how it, its old system and its forms call the column, in Thai and English."
            yield one.finding(one.property_at("aliases", keys), "LINT-HEADERS", text, remedy)


def _direct(aliases: list[str]) -> bool:
    return any(words.means(alias, "person") for alias in aliases)


def _as_the_field(one: Contract, keys: Keys, column: dict[str, Any], meaning: dict[str, Any]) -> Iterator[Finding]:
    name = column["name"]
    pairs = (("physicalType", "type"), ("classification", "personal"))
    for here, there in pairs:
        if column.get(here) is not None and column[here] != meaning.get(there):
            text = f"column {name}: {here} is {column[here]} here, {there} is {meaning.get(there)} in fields.yaml."
            remedy = "A name means one thing in the whole lake: mend one of the two, or take another name."
            yield one.finding((*keys, here), "LINT-FIELD-DIFFERS", text, remedy)
    if (codes := meaning.get("codes")) and codes not in one.project.codes:
        text = f"column {name}: there is no code list {codes}."
        remedy = f"Add contracts/codes/{codes}.csv, or name one of: {', '.join(sorted(one.project.codes))}."
        yield one.finding((*keys, "name"), "LINT-CODES", text, remedy)


def grain(one: Contract) -> Iterator[Finding]:
    """Whether the columns of the grain are declared whole."""
    keyed = [(i, c) for i, c in enumerate(one.columns) if c.get("primaryKey")]
    if not [c for _, c in keyed if c.get("name") != "period"] and one.layer != "ops":
        text = "no column is a primaryKey: nobody knows what one row stands for."
        yield one.finding(COLUMNS, "LINT-GRAIN", text, "Mark the columns of the grain, with primaryKeyPosition 1, 2 …")
    places: set[Any] = set()
    for i, column in keyed:
        place = column.get("primaryKeyPosition")
        if place is None or place in places:
            text = f"column {column.get('name')}: primaryKeyPosition is missing, or another column's."
            yield one.finding((*COLUMNS, i), "LINT-GRAIN", text, "Number the columns of the grain 1, 2 …")
        places.add(place)
        if not column.get("required") and one.layer in {"curated", "marts"}:
            text = f"column {column.get('name')} is of the grain and may be empty."
            yield one.finding((*COLUMNS, i), "LINT-GRAIN", text, "Write required: true, or take another grain.")
