"""What a project asks for: a small YAML file, held against the contracts."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml

from khlang.contracts import Contracts, Table
from khlang.errors import InputError

NAME = re.compile(r"[a-z][a-z0-9_]{2,30}")
PERSON = re.compile(r"[a-z][a-z0-9-]{1,30}")
#: Who tries a project's and staff's rights (:mod:`khlang.policy.canaries`): nobody is called so.
CANARY = "canary"
#: Schemas of Trino that are nobody's project; ``demo`` is the pilot's, declared in the contracts themselves.
TAKEN = frozenset({"demo", "ops", "common", "curated", "marts", "spine", "history", "links", "information_schema"})
_TEXTS = ("title_th", "title_en", "purpose", "legal_basis")
_OPTIONAL = {"sample", "scratch_mb"}
_KEYS = {"name", *_TEXTS, "tables", "people", "ends", "replicate_until", *_OPTIONAL}
#: Room for a project's own tables, in megabytes: unless it asks for another, and at most.
SCRATCH_MB, MOST_MB = 100, 10_000


@dataclass(frozen=True)
class Request:
    """A project as it was asked for.

    ``tables``: mart → the columns asked for, in the mart's order. ``people``: who works in it. ``ends``: the last day
    of access. ``replicate_until``: the last day that its tables and key are kept, so that its results can be made
    again. ``sample``: the share of persons that it gets, above 0 to 1. ``scratch_mb``: the room for tables of its own,
    in megabytes of the store. Days are ``YYYY-MM-DD``.
    """

    name: str
    title_th: str
    title_en: str
    purpose: str
    legal_basis: str
    tables: Mapping[str, tuple[str, ...]]
    people: tuple[str, ...]
    ends: str
    replicate_until: str
    sample: float = 1.0
    scratch_mb: int = SCRATCH_MB

    def login(self, person: str) -> str:
        """The account of one person in this project and in no other: one session never sees two projects."""
        return f"{person}.{self.name}"

    @property
    def logins(self) -> tuple[str, ...]:
        """The accounts of all its people."""
        return tuple(self.login(person) for person in self.people)

    def as_dict(self) -> dict[str, Any]:
        """As plain values, for the book."""
        return {**self.__dict__, "tables": {n: list(c) for n, c in self.tables.items()}, "people": list(self.people)}


def parse(text: str, where: str) -> Request:
    """Read a request.

    Args:
        text: YAML.
        where: The file's name, for messages.

    Raises:
        InputError: It is no request: names the key and what it should hold.
    """
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise _wrong(f"{where}{line} is no YAML.", "Compare it with docs/how-to/projects.md.") from None
    if not isinstance(given, dict) or set(given) - _KEYS or _KEYS - _OPTIONAL - set(given):
        keys = set(given) if isinstance(given, dict) else set()
        lacks, extra = sorted(_KEYS - _OPTIONAL - keys), sorted(map(str, keys - _KEYS))
        raise _wrong(f"{where} lacks {lacks or 'nothing'} and has unknown {extra or 'nothing'}.", "Mend the keys.")
    return of(given, where)


def of(given: Mapping[str, Any], where: str) -> Request:
    """A request from plain values, as a file or the book has them.

    Raises:
        InputError: A value is not what its key should hold.
    """
    name, sample = str(given["name"]), given.get("sample", 1.0)
    if not NAME.fullmatch(name) or name in TAKEN:
        raise _wrong(
            f"{where}: name is taken or not of the form {NAME.pattern}.", "Give the project a name of its own."
        )
    for key in _TEXTS:
        if not isinstance(given[key], str) or len(given[key].strip()) < 5:  # a word or two at least
            raise _wrong(f"{where}: {key} says nothing.", f"Write {key} in words that an owner can judge.")
    tables, people = given["tables"], given["people"]
    if not isinstance(tables, Mapping) or not tables or not all(isinstance(c, list) and c for c in tables.values()):
        raise _wrong(f"{where}: tables names no columns.", "List each table with the columns asked for.")
    if not isinstance(people, list) or not people or not all(PERSON.fullmatch(str(one)) for one in people):
        raise _wrong(f"{where}: people is empty or holds a name that is none.", f"Write names as {PERSON.pattern}.")
    if not isinstance(sample, int | float) or not 0 < sample <= 1:
        raise _wrong(f"{where}: sample is no share.", "Write a number above 0 and at most 1, or leave it out.")
    room = given.get("scratch_mb", SCRATCH_MB)
    if not isinstance(room, int) or not 0 <= room <= MOST_MB:
        raise _wrong(f"{where}: scratch_mb is no number of megabytes.", f"Write 0 to {MOST_MB}, or leave it out.")
    days = [day(given[key], key, where) for key in ("ends", "replicate_until")]
    if days[1] < days[0]:
        raise _wrong(f"{where}: replicate_until lies before ends.", "Results are made again after access ended.")
    held = {str(table): tuple(map(str, columns)) for table, columns in tables.items()}
    texts = {key: given[key].strip() for key in _TEXTS}
    return Request(name, **texts, tables=held, people=tuple(dict.fromkeys(map(str, people))), ends=days[0],
                   replicate_until=days[1], sample=float(sample), scratch_mb=room)  # fmt: skip


def narrowed(request: Request, contracts: Contracts) -> tuple[Table, ...]:
    """The contracts' marts with the columns asked for and no other: what the project's tables will be.

    Raises:
        InputError: A table is no mart and none that is made for projects, a column is not in it, its grain was not
            asked for, or somebody is called like an agency or a province, whose staff's login that would be, or like a
            canary.
        ContractError: There is no table of this name.
    """
    if taken := sorted({one for one in request.people if one.startswith("province") or _sends(one, contracts)}):
        raise _wrong(f"{request.name}: {', '.join(taken)} is an agency's or a province's name.", "Name the person.")
    if CANARY in request.people:
        raise _wrong(f"{request.name}: {CANARY} is the name of what tries the rules.", "Name the person.")
    return tuple(_narrow(request, contracts[name], columns) for name, columns in sorted(request.tables.items()))


def _sends(name: str, contracts: Contracts) -> bool:
    return any(contracts.by_agency(name))


def _narrow(request: Request, table: Table, asked: tuple[str, ...]) -> Table:
    if table.layer not in ("marts", "projects"):
        told = "Ask for marts and population_months only; docs/reference lists them."
        raise _wrong(f"{request.name}: {table.name} is no mart.", told)
    if unknown := sorted(set(asked) - {column.name for column in table.stored}):
        raise _wrong(f"{request.name}: {table.name} has no column {', '.join(unknown)}.", "Mend the names.")
    if missing := [name for name in table.grain if name not in {*asked, table.partition}]:
        told = f"{request.name}: of the grain of {table.name} {', '.join(missing)} was not asked for."
        raise _wrong(told, "Without it nobody could tell its rows apart: add it.")
    kept = tuple(column for column in table.columns if column.name in {*asked, table.partition})
    return replace(table, columns=kept, project=request.name, quality=(), joins=(), previous=())


def day(value: Any, key: str, where: str) -> str:
    """A day as ``YYYY-MM-DD``; raises InputError where it is none, naming key and file."""
    try:
        return value.isoformat() if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise _wrong(f"{where}: {key} is no day.", "Write YYYY-MM-DD, Gregorian.") from None


def _wrong(message: str, remedy: str) -> InputError:
    return InputError(message, remedy, code="PROJECT-REQUEST")
