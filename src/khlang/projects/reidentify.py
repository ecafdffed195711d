"""The pool's part of a re-identification: find where one person of a project stands, and be unable to read the answer.

Project pid → (the project's key, over the spine) → the pool's pid → the newest standing row of one dataset. What was
found is encrypted to the keepers' key in the same breath. Neither the pid nor the row stands in the book, in a file of
the pool or in a message. Read by delta-rs: no JVM is woken for one row.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import DeltaTable

from khlang import contracts, deltastore, lake, pseudonym, store
from khlang import reidentification as papers
from khlang.contracts import Contracts, Table
from khlang.curation import objects, rotation
from khlang.curation.objects import Lake
from khlang.errors import AccessError, InputError, SetupError, UsageError
from khlang.landing import ledger, statement
from khlang.link.second.month import standing
from khlang.policy import book, life, owners
from khlang.policy.life import Project
from khlang.projects import enter, steps
from khlang.reidentification import DAILY, Pointer
from khlang.serve.project import Project as Keyed
from khlang.settings import Settings

PERSON = "th-cid"
MOST_PID = 2**48
Standing = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Pool:
    """Where the spine and the curated tables are, and which submission stands in a dataset's period."""

    place: Lake
    stands: Callable[[], Standing]
    options: dict[str, str] = field(default_factory=dict, repr=False)

    def batches(self, table: Table, columns: list[str], equal: Mapping[str, str]) -> Iterator[pl.DataFrame]:
        """Columns of the rows in which others have these values.

        A piece at a time, so that a nation's spine needs no more memory than a province's.
        """
        where = DeltaTable(
            self.place.at(lake.table(table.layer, table.name, table.version)), storage_options=self.options
        )
        import pyarrow.dataset as ds

        kept = reduce(and_, (ds.field(name) == value for name, value in equal.items()))
        for batch in where.to_pyarrow_dataset().to_batches(columns=columns, filter=kept):
            frame = pl.DataFrame(pl.from_arrow(batch))
            if frame.height:
                yield frame


def pool(settings: Settings) -> Pool:
    """The installation's own."""

    def stands() -> Standing:
        return standing(ledger.decisions(store.client(settings, "curate"), kind="curated"))

    return Pool(objects.bucket(settings), stands, deltastore.options(settings, "curate"))


def pid(text: str) -> int:
    """One project pid, as it was typed or stands in a file.

    Raises:
        InputError: It is none, or there are several: one person at a time (REID-ONE). The number is not repeated.
    """
    words = text.split()
    if len(words) != 1 or not words[0].isascii() or not words[0].isdigit() or int(words[0]) >= MOST_PID:
        raise InputError(
            "A re-identification is of exactly one project pid.", "Give one number, of one person.", code="REID-ONE"
        )
    return int(words[0])


def ask(
    settings: Settings,
    name: str,
    person: int,
    *,
    dataset: str,
    legal_basis: str,
    by: str,
    why: str,
    where: Pool | None = None,
) -> bytes:
    """Ask who one person is: the question that goes to the key authority.

    That it was asked stands in the project's book before anything is looked up, a refused try included.

    Args:
        settings: The installation.
        name: The project.
        person: The project's pid.
        dataset: In whose rows: the agency that sends it is the one that will know.
        legal_basis: Of this re-identification, not of the project.
        by: Who asks; works in the project.
        why: The purpose.
        where: The pool's tables; the installation's own where none are given.

    Raises:
        UsageError, AccessError: The project is not active, who asks does not work in it, it had its person of this
            day (REID-DAY), or no such row is known (REID-NONE).
        InputError: The project's tables are not made of that dataset, or it holds no persons (REID-DATASET).
        SetupError: The authority's keepers have no key yet (REID-KEY).
    """
    enter.entitled(settings, name, by)
    known = contracts.load(settings.contracts)
    table = _dataset(known, book.read(settings, name), dataset)
    recipient, key = _recipient(settings), statement.ensure_key(settings)
    told = {"request": secrets.token_hex(8), "agency": table.agency, "dataset": dataset, "legal_basis": legal_basis}
    event = _record(settings, name, by=by, why=why, told=told)
    tables = where or pool(settings)
    rotation.require_rest(tables.place.objects)
    found = find(tables, known, table, Keyed.of(settings, name), person, request=told["request"])
    said = {**told, "project": name, "purpose": event.why, "by": by, "at": event.at}
    return papers.paper("question", {**said, "sealed": found.sealed(recipient)}, key)


def find(where: Pool, known: Contracts, table: Table, project: Keyed, person: int, *, request: str) -> Pointer:
    """The newest row of a dataset that stands and is about a project's person; raises UsageError (REID-NONE)."""
    held, mine = person_of(where, known["spine"], project, person), table.person.name
    stands = where.stands()
    for month in sorted({period for name, period in stands if name == table.name}, reverse=True):
        rows = where.batches(table, [mine, "row_number"], {"period": month})
        numbers = [n for one in rows for n in one.filter(pl.col(mine) == held)["row_number"].to_list()]
        if numbers:
            return Pointer(request, table.agency, table.name, month, stands[table.name, month], min(numbers), mine)
    raise _nobody(table.name)


def person_of(where: Pool, spine: Table, project: Keyed, person: int) -> int:
    """The pool's pid of a project's; raises UsageError (REID-NONE) where it is nobody's, or two persons'."""
    key, found = project.derived(), set[int]()
    for rows in where.batches(spine, ["p", "pid"], {"type": PERSON}):
        mine = pseudonym.pid_column(pseudonym.project_column(rows["p"], key=key, project=project.name))
        found |= set(rows.filter(mine == person)["pid"].to_list())
    if len(found) != 1:
        raise _nobody("the spine")
    return found.pop()


def _dataset(known: Contracts, project: Project, dataset: str) -> Table:
    sources = {one.name: one for one in owners.sources(known, project.asked.tables)}
    fits = [one.name for one in sources.values() if any(c.identifier == PERSON for c in one.identifiers)]
    if dataset not in fits:
        raise InputError(
            f"The project's tables are not made of rows about persons of {dataset}.",
            f"Choose from: {', '.join(fits)}.",
            code="REID-DATASET",
        )
    return sources[dataset]


def _recipient(settings: Settings) -> Any:
    import pyrage

    path: Path = settings.registry / "reidentification.json"
    if not path.exists():
        raise SetupError(
            "The key authority published no re-identification key.",
            "On its machine: khlang keys split, then khlang keys publish.",
            code="REID-KEY",
        )
    told = json.loads(path.read_text(encoding="utf-8"))
    return pyrage.x25519.Recipient.from_str(told["recipient"])


def _record(settings: Settings, name: str, *, by: str, why: str, told: Mapping[str, str]) -> life.Event:
    """Write the try into the project's book; raises AccessError (REID-DAY) once it stands there as refused."""

    def make(project: Project) -> life.Event:
        made = steps.event("reidentify", by=by, why=why, outcome="asked", **told)
        asked = [one for one in project.events if one.action == "reidentify" and one.data["outcome"] == "asked"]
        if sum(one.at[:10] == made.at[:10] for one in asked) < DAILY:
            return made
        return steps.event("reidentify", by=by, why=why, outcome="refused: one a day", **told)

    event = book.add(settings, name, make).events[-1]
    if event.data["outcome"] != "asked":
        raise AccessError(
            f"Project {name} asked for its person of this day; this try stands in its book.",
            "Come back tomorrow.",
            code="REID-DAY",
        )
    return event


def _nobody(where: str) -> UsageError:
    return UsageError(
        f"This pid of the project leads to no single person with a standing row in {where}.",
        "Look at the number; a person may have left the dataset, or the row was withdrawn.",
        code="REID-NONE",
    )
