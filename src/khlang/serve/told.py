"""A domain's answer as people are told it: a question, cards, tables, a picture, and the same figures for a program.

A domain fills these in from what the analyst may see; report, terminal and notebook show them, and know no domain.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Row = Mapping[str, Any]
#: ``count`` is a whole number or, where it may not be shown, nothing; ``share`` and ``change`` are fractions of one.
Kind = Literal["text", "count", "share", "change"]
LEFT_OUT, UNKNOWN = "×", "–"


@dataclass(frozen=True)
class Words:
    """The same words in Thai and in English."""

    th: str
    en: str


@dataclass(frozen=True)
class Column:
    """One column of a shown table."""

    name: str
    words: Words
    kind: Kind = "count"

    def text(self, row: Row) -> str:
        """A row's cell as it is shown; a figure that may not be shown is no zero."""
        value = row[self.name]
        if value is None:
            return LEFT_OUT if self.kind == "count" else UNKNOWN
        return {"count": "{:,}", "share": "{:.2%}", "change": "{:+.1%}", "text": "{}"}[self.kind].format(value)


@dataclass(frozen=True)
class Shown:
    """A table with its title."""

    title: Words
    columns: tuple[Column, ...]
    rows: Sequence[Row]

    @property
    def cells(self) -> list[list[str]]:
        """Every cell as text."""
        return [[column.text(row) for column in self.columns] for row in self.rows]


@dataclass(frozen=True)
class Card:
    """One figure, and what it counts."""

    value: int | None
    words: Words

    @property
    def text(self) -> str:
        """The figure as it is shown."""
        return LEFT_OUT if self.value is None else f"{self.value:,}"


@dataclass(frozen=True)
class Told:
    """The answer of one domain.

    Attributes:
        domain: Its name.
        question: What was asked.
        cards: The figures to see first, of the last period.
        tables: What is printed.
        note: How the tables are to be read.
        figures: For programs: rows by name. None stands for what may not be shown.
        marts: Mart → the name in ``figures`` of what it answers.
        population: For programs: the same counts of the simulated population, one row a period.
        picture: What the picture shows.
        draw: Writes it as PNG.
    """

    domain: str
    question: Words
    cards: tuple[Card, ...]
    tables: tuple[Shown, ...]
    note: Words
    figures: Mapping[str, list[dict[str, Any]]]
    marts: Mapping[str, str]
    population: list[dict[str, Any]]
    picture: Words
    draw: Callable[[Path], None]
