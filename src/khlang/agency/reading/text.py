"""CSV and TSV as Thai offices save them: UTF-8, Windows-874 or UTF-16, any delimiter, read as a stream."""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from typing import IO

import polars as pl

from khlang.agency.reading import blocks, encodings, grammar
from khlang.agency.reading.model import CHUNK_ROWS, HEADER_WITHIN, Opener, Part, ReadOptions, Score
from khlang.errors import InputError

DELIMITERS = {",": "จุลภาค/comma", "\t": "แท็บ/tab", ";": "อัฒภาค/semicolon", "|": "ขีดตั้ง/bar"}
_CHOICES = {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|", "\\t": "\t"} | {one: one for one in DELIMITERS}
_HEAD = 1024 * 1024


class TextPart(Part):
    """One text file. What is found out about it is found out once, when it is made."""

    def __init__(self, name: str, opener: Opener, options: ReadOptions, score: Score) -> None:
        self.name, self._open = name, opener
        with opener() as stream:
            start = stream.read(_HEAD)
            self._codec, self._mark, shown = _encoding(start, stream, options)
        text = start[self._mark :].decode(self._codec, "ignore")
        self._mac = "\n" not in text and "\r" in text
        if self._mac:
            text = text.replace("\r", "\n")
        self._delimiter, self._quote, self._head = _shape(text, options, score)
        self.form = f"{shown}, {DELIMITERS[self._delimiter]}" + ("" if self._quote == '"' else f", {self._quote}")

    def head(self) -> Sequence[Sequence[str]]:
        """The first rows."""
        return self._head

    def frames(self, skip: int, width: int) -> Iterator[tuple[int, pl.DataFrame]]:
        """Blocks of the file, cut to chunks."""
        row = 1
        for block, endless in blocks.ahead(self._blocks()):
            body = block
            if row <= skip:
                passed, body = _after(block, skip + 1 - row, self._quote.encode())
                row += passed
            frame = self._parsed(body, width, row, endless=endless)
            for start in range(0, frame.height, CHUNK_ROWS):
                yield row + start, frame.slice(start, CHUNK_ROWS)
            row += frame.height

    def _blocks(self) -> Iterator[tuple[bytes, bool]]:
        single = self._codec in {"utf-8", "cp874"}
        row = 1
        with self._open() as stream:
            stream.read(self._mark)
            pieces = blocks.raw(stream)
            if not single:
                pieces = blocks.recoded(pieces, self._codec, self.name, encodings.SAVE)
            if self._mac:
                pieces = (piece.replace(b"\r", b"\n") for piece in pieces)
            for block, endless in blocks.whole_rows(pieces, self._quote.encode()):
                if self._codec == "cp874":
                    yield encodings.utf8(block, self._codec, self.name, row), endless
                    row += block.count(b"\n")
                else:
                    yield block, endless

    def _parsed(self, block: bytes, width: int, row: int, *, endless: bool) -> pl.DataFrame:
        schema = {str(i): pl.String for i in range(width)}
        if not block:
            return pl.DataFrame(schema=schema)
        try:
            frame = None if endless else self._csv(block, schema)
        except pl.exceptions.PolarsError:
            frame = None  # the engine's message shows cells: it must not be repeated
        if frame is not None and grammar.tidy(block, self._delimiter, self._quote, frame):
            return frame
        if frame is not None and grammar.holds(block, self._delimiter, self._quote, width):
            return frame
        encodings.utf8(block, "utf-8", self.name, row)
        fault = grammar.fault(block, self._delimiter, self._quote, width, file=self.name, first_row=row)
        if fault is None and frame is not None:
            return frame
        raise fault or InputError(
            f"{self.name} แถว {row} เป็นต้นไป: อ่านไม่ได้ / from row {row} on: cannot be read.",
            encodings.SAVE,
            code="SEAL-ROW",
        )

    def _csv(self, block: bytes, schema: dict[str, type[pl.String]]) -> pl.DataFrame:
        return pl.read_csv(
            block,
            separator=self._delimiter,
            quote_char=self._quote,
            has_header=False,
            schema=schema,
            missing_columns="insert",
        )


def _encoding(start: bytes, stream: IO[bytes], options: ReadOptions) -> tuple[str, int, str]:
    found = encodings.marked(start)
    if options.encoding is not None:
        codec = encodings.chosen(options.encoding)
        if found and found[0].startswith(codec[:6]):
            return found[0], found[2], found[1]
        return codec, 0, encodings.NAMES[codec]
    if found:
        return found[0], found[2], found[1]
    sample = start
    while sample.isascii() and (more := stream.read(blocks.BLOCK)):
        sample = more
    codec = "utf-8" if sample.isascii() else encodings.guessed(sample)
    return codec, 0, encodings.NAMES[codec]


def _shape(text: str, options: ReadOptions, score: Score) -> tuple[str, str, list[list[str]]]:
    wanted = _CHOICES.get(options.delimiter.lower()) if options.delimiter else None
    if options.delimiter and wanted is None:
        raise InputError(
            "ไม่รู้จักเครื่องหมายคั่นนั้น / That delimiter is not known.",
            f"ใช้ / Use: {', '.join(name for name in _CHOICES if len(name) > 2)}.",
            code="SEAL-DELIMITER",
        )
    best: tuple[tuple[int, int], str, str, list[list[str]]] | None = None
    for delimiter, quote in itertools.product([wanted] if wanted else DELIMITERS, '"' + "'"):
        rows = _top(text, delimiter, quote)
        merit = max(((score(row), len(row)) for row in rows), default=(0, 0))
        if best is None or merit > best[0]:
            best = (merit, delimiter, quote, rows)
    if best is None:
        raise AssertionError("there are delimiters")
    return best[1:]


def _top(text: str, delimiter: str, quote: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
    try:
        return [[cell.strip() for cell in row] for row in itertools.islice(reader, HEADER_WITHIN)]
    except csv.Error:  # a cell longer than the module reads: no header is
        return []


def _after(block: bytes, count: int, quote: bytes) -> tuple[int, bytes]:
    """Pass over rows: how many there were, and what comes behind them."""
    at = 0
    for passed in range(count):
        end = block.find(b"\n", at) + 1
        while end and block.count(quote, at, end) % 2:
            end = block.find(b"\n", end) + 1
        if not end:
            return passed, b""
        at = end
    return count, block[at:]
