"""What the readers give and take: options, findings, and the one shape every kind of file is brought into."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import IO, Literal

import polars as pl

HEADER_WITHIN = 20  # rows in which the header must stand; offices put titles above it
CHUNK_ROWS = 250_000
Opener = Callable[[], AbstractContextManager[IO[bytes]]]
Score = Callable[[Sequence[str]], int]  # how many of the contract's columns a row of cells names
Why = Literal["direct-identifier", "free-text", "not-in-contract", "comparison-key"]


@dataclass(frozen=True)
class ReadOptions:
    """What the official chose; None where the reader shall find out.

    ``mapping``: header in the file → column of the contract (a saved mapping or the official's answer).
    ``accept``: codes of findings that were answered with yes.
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    mapping: Mapping[str, str] | None = None
    accept: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DatabaseQuery:
    """A query in place of a file. The connection string is a secret: in no message and no traceback."""

    name: str
    query: str
    connection: str = field(repr=False)


@dataclass(frozen=True)
class Finding:
    """Something the official should know before sending; ``needs_answer`` until its code is accepted."""

    code: str
    message: str
    file: str
    needs_answer: bool = False


@dataclass(frozen=True)
class Dropped:
    """A column that stays at the agency, and why."""

    header: str
    why: Why


class Part(ABC):
    """One table as it lies in a file: a text file, a sheet, a member of a zip, the result of a query.

    ``name`` and ``form`` are shown to the official. ``titled`` tells that rows stand above the first row of data
    (a grid); otherwise the names are metadata and the first row of data is row 1.
    """

    name: str
    form: str
    titled: bool = True

    @abstractmethod
    def head(self) -> Sequence[Sequence[str]]:
        """The first rows as text, at most ``HEADER_WITHIN``; for a part that is not titled its names."""

    @abstractmethod
    def frames(self, skip: int, width: int) -> Iterator[tuple[int, pl.DataFrame]]:
        """Rows after the first ``skip`` as columns ``0`` … ``width - 1`` of text, with the number of the first row."""

    def findings(self, columns: Mapping[int, str], skip: int) -> Sequence[Finding]:
        """What is peculiar to this kind of file.

        Args:
            columns: Index → header of those that are read.
            skip: Rows above the first row of data.

        Raises:
            InputError: Cells that are read hold no value (a formula never computed, an error of Excel).
        """
        del columns, skip
        return ()

    def release(self) -> None:
        """Forget rows that can be read again: of many parts only one is in memory."""
        return
