"""Sorting more rows than memory holds by their draw: chunks are cut into groups, groups are sorted one by one.

What is written lies in one file of the folder that is given: sealed columns and clear attributes that leave anyway.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import polars as pl

from khlang.agency.sealing import DRAW

HOLD = 192 * 1024 * 1024  # bytes of rows in memory; what comes after goes to the file
_FILE_BYTES = 24 * 1024 * 1024  # of the office's file for each group
MOST = 192

_Piece = pl.DataFrame | tuple[int, int]


class Shuffle:
    """Rows in, the same rows out in the order of their draws; equal draws keep the order in which they came.

    Args:
        folder: Private, and removed by whoever made it.
        size: Bytes of the office's files: how many groups are worth while. It has no part in the order.
        hold: Bytes of rows that may stay in memory.
    """

    def __init__(self, folder: Path, *, size: int, hold: int | None = None) -> None:
        self._path = folder / "rows"
        self._hold = HOLD if hold is None else hold
        groups = min(max(size // _FILE_BYTES, 1), MOST)
        self._limits = pl.Series([(2**64 * i) // groups for i in range(1, groups)], dtype=pl.UInt64)
        self._groups: list[list[_Piece]] = [[] for _ in range(groups)]
        self._held = self._at = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> "Shuffle":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)

    def add(self, rows: pl.DataFrame) -> None:
        """Cut a chunk into the groups."""
        ordered = rows.sort(DRAW, maintain_order=True)
        size = int(ordered.estimated_size())
        spill = self._held + size > self._hold
        self._held += 0 if spill else size
        cuts = [0, *ordered[DRAW].search_sorted(self._limits, side="left").to_list(), ordered.height]
        for group, start, end in zip(self._groups, cuts[:-1], cuts[1:], strict=True):
            if end > start:
                piece = ordered.slice(start, end - start)
                group.append(self._written(piece) if spill else piece)

    def groups(self) -> Iterator[pl.DataFrame]:
        """The rows, sorted, one group after the other; each is forgotten when the next is asked for."""
        for number, group in enumerate(self._groups):
            pieces = [piece if isinstance(piece, pl.DataFrame) else self._read(*piece) for piece in group]
            self._groups[number] = []
            if pieces:
                yield pl.concat(pieces, rechunk=True).sort(DRAW, maintain_order=True)

    def _written(self, piece: pl.DataFrame) -> tuple[int, int]:
        if self._file is None:
            self._file = self._path.open("w+b")
            self._path.chmod(0o600)
        buffer = io.BytesIO()
        piece.write_ipc_stream(buffer, compression="uncompressed")
        at, length = self._at, buffer.tell()
        self._file.seek(at)
        self._file.write(buffer.getbuffer())
        self._at += length
        return at, length

    def _read(self, at: int, length: int) -> pl.DataFrame:
        if self._file is None:
            raise AssertionError("a piece was written, so there is a file")
        self._file.seek(at)
        return pl.read_ipc_stream(self._file.read(length))
