"""An office's file without a contract: every column looked at, a contract proposed. Nothing of a value is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from khlang.agency.reading import Finding, ReadOptions, headers, open_extract, sources
from khlang.authoring import units, words
from khlang.authoring.dictionary import Dictionary
from khlang.authoring.evidence import look
from khlang.authoring.guess import guess
from khlang.authoring.proposal import Guess
from khlang.contracts import Column, Contracts, Table, folded
from khlang.errors import InputError

ROWS = 200_000  # looked at; more rows tell the same


@dataclass(frozen=True)
class Preview:
    """What is proposed of a file: its form, its columns, which of them make a grain, and which date is the latest."""

    file: str
    form: str
    rows: int
    guesses: tuple[Guess, ...]
    grain: tuple[str, ...]
    grain_why: str
    latest: str | None
    findings: tuple[Finding, ...]

    @property
    def carried(self) -> tuple[Guess, ...]:
        """The columns that are proposed to leave."""
        return tuple(one for one in self.guesses if one.carried)


def preview(file: Path, tables: Contracts, *, options: ReadOptions | None = None, rows: int = ROWS) -> Preview:
    """Read a file as seal would, and propose what it is.

    Args:
        file: Any file that the agency's reader reads.
        tables: The lake's contracts: their headers, fields and code lists.
        options: Sheet, encoding, delimiter, where the reader cannot find out.
        rows: How many are looked at.

    Raises:
        InputError: It cannot be read, has no header, or one that stands twice.
    """
    chosen = options or ReadOptions()
    dictionary = Dictionary(tables)
    cells = header(file, dictionary, chosen)
    table = _asking(cells)
    extract = open_extract([file], table, tables, options=chosen)
    frame = _top(extract.chunks(), rows)
    codes = tables.source["codes"]
    evidence = [look(frame[column.name], codes) for column in table.columns]
    people = any(one.identifiers["th-cid"] >= 0.5 for one in evidence)
    guesses = [
        guess(headers.printable(cell, i), seen, dictionary, about_people=people)
        for i, (cell, seen) in enumerate(zip(cells, evidence, strict=True))
    ]
    made = _unique_names(guesses, frozenset(tables.source["fields"]))
    grain, why = units.propose(frame, made)
    latest = next(
        (one.name for one in made if one.carried and one.standard == "date" and words.means(one.header, "latest")), None
    )
    return Preview(file.name, extract.form, frame.height, tuple(made), grain, why, latest, extract.findings)


def header(file: Path, known: Dictionary, options: ReadOptions) -> list[str]:
    """The cells of the header: of the first rows the one that names most known fields, else most different words.

    Raises:
        InputError: There is none, or a header stands twice.
    """
    part = sources.parts(file, _asking([]), options)[0]
    rows = [[cell.strip() for cell in row] for row in part.head()]

    def merit(row: Sequence[str]) -> tuple[int, int]:
        worded = {cell for cell in row if cell and not any(letter.isdigit() for letter in cell)}
        return sum(1 for cell in row if cell and known.named(cell)[:1] and known.named(cell)[0].sure == 1), len(worded)

    best = max(rows, key=merit, default=[])
    cells = [cell for cell in best if cell]
    if not cells:
        raise InputError(
            f"{file.name}: ไม่พบหัวตาราง / there is no header.",
            "ใส่ชื่อคอลัมน์ในแถวแรก / Name the columns.",
            code="PREVIEW-HEADER",
        )
    twice = [i for i, cell in enumerate(cells) if folded(cell) in map(folded, cells[:i])]
    if twice:
        raise InputError(
            f"{file.name}: หัวตารางคอลัมน์ที่ {twice[0] + 1} ซ้ำ / the header of column {twice[0] + 1} stands there twice.",
            "เปลี่ยนชื่อหรือลบคอลัมน์ที่ซ้ำ / Rename or remove one of the two.",
            code="PREVIEW-HEADER",
        )
    return cells


def _asking(cells: Sequence[str]) -> Table:
    """A contract that asks for every column as text, and says nothing else: for the reader only."""
    columns = tuple(
        Column(f"c{i}", "STRING", True, "", "", "none", "text", aliases=(cell,)) for i, cell in enumerate(cells)
    )
    return Table(
        name="preview", version=1, version_text="1.0.0", layer="curated", domain="", agency="", owner_th="",
        title_th="", title_en="", description_th="", description_en="", grain_th="", columns=columns, tail=(), grain=(),
        dedupe_by=None, partition=None, roles=(), inputs=(), schedule=None, project=None, licence="", legal_basis="",
        agreement="", letter="", retention_days=0,
    )  # fmt: skip


def _top(chunks: Iterator[pl.DataFrame], rows: int) -> pl.DataFrame:
    taken: list[pl.DataFrame] = []
    for chunk in chunks:
        taken.append(chunk.head(rows - sum(one.height for one in taken)))
        if sum(one.height for one in taken) >= rows:
            break
    return pl.concat(taken)


def _unique_names(guesses: Sequence[Guess], fields: frozenset[str] = frozenset()) -> list[Guess]:
    """Two columns never get one name, and a new field none of the dictionary's: a number is added, and asked for."""
    seen: set[str] = set()
    made: list[Guess] = []
    for i, one in enumerate(guesses):
        name, asked = one.name, one
        if one.carried and (name in seen or (name in fields and not one.known)):
            text = f"ชื่อ {name} ใช้แล้ว: เป็นคนละเรื่องหรือไม่ / {name} is taken: what is this one?"
            asked = replace(one, name=f"{name}_{i + 1}", known=False).asked(text)
        elif not name:
            asked = replace(one, name=f"column_{i + 1}")
        if asked.carried:
            seen.add(asked.name)
        made.append(asked)
    return made
