"""Tables that carry their own names: Parquet, and JSON with one object a line; every value as its text."""

import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from khlang.agency.reading import blocks
from khlang.agency.reading.model import CHUNK_ROWS, Opener, Part
from khlang.errors import InputError

_LINES = 1024 * 1024
_DAMAGED = "ส่งออกไฟล์ใหม่ / Export the file again."


class ParquetPart(Part):
    """One Parquet file; row 1 is its first row."""

    titled = False

    def __init__(self, name: str, source: Path | bytes) -> None:
        self.name, self.form, self._source = name, "Parquet", source
        self._schema = self._scan().collect_schema()
        for column, kind in self._schema.items():
            if kind.is_nested() or kind in {pl.Binary, pl.Object}:
                raise InputError(
                    f"{name}: คอลัมน์ {column} ไม่ใช่ข้อความ ตัวเลข หรือวันที่ / column {column} is no text, number or date.",
                    "ส่งออกเป็นค่าเดี่ยว / Export it as plain values.",
                    code="SEAL-COLUMN-TYPE",
                )

    def head(self) -> Sequence[Sequence[str]]:
        """The names of its columns."""
        return [self._schema.names()]

    def frames(self, skip: int, width: int) -> Iterator[tuple[int, pl.DataFrame]]:
        """Batches of rows."""
        texts = [as_text(name, kind).alias(str(i)) for i, (name, kind) in enumerate(self._schema.items())]
        lazy = self._scan().slice(skip).select(texts[:width])
        row = skip + 1
        for frame in lazy.collect_batches(chunk_size=CHUNK_ROWS, maintain_order=True):
            yield row, frame
            row += frame.height

    def _scan(self) -> pl.LazyFrame:
        try:
            lazy = pl.scan_parquet(io.BytesIO(self._source) if isinstance(self._source, bytes) else self._source)
            lazy.collect_schema()
        except (pl.exceptions.PolarsError, OSError):
            raise damaged(self.name) from None
        return lazy


class LinesPart(Part):
    """JSON, one object a line; row 1 is its first line."""

    titled = False

    def __init__(self, name: str, opener: Opener) -> None:
        self.name, self.form, self._open = name, "JSON lines, UTF-8", opener
        with opener() as stream:
            start = stream.read(_LINES)
        lines = start.removeprefix(b"\xef\xbb\xbf").splitlines()
        names: dict[str, None] = {}
        for row, line in enumerate(lines if len(start) < _LINES else lines[:-1], start=1):
            names.update(dict.fromkeys(_object(name, row, line)))
        self._names = list(names)

    def head(self) -> Sequence[Sequence[str]]:
        """Every name that stands in the first lines."""
        return [self._names]

    def frames(self, skip: int, width: int) -> Iterator[tuple[int, pl.DataFrame]]:
        """Blocks of lines."""
        schema = dict.fromkeys(self._names[:width], pl.String)
        row = 1
        with self._open() as stream:
            # A line of JSON holds no newline of its own, so no quote needs to be looked at.
            for block, _ in blocks.whole_rows(blocks.raw(stream), b"\n"):
                frame = self._parsed(block, schema, row)
                for start in range(skip if row == 1 else 0, frame.height, CHUNK_ROWS):
                    yield row + start, frame.slice(start, CHUNK_ROWS)
                row += frame.height

    def _parsed(self, block: bytes, schema: dict[str, type[pl.String]], row: int) -> pl.DataFrame:
        lines = re.sub(rb"(?m)^[ \t\r]*\n", b"{}\n", block.removeprefix(b"\xef\xbb\xbf"))
        try:
            frame = pl.read_ndjson(lines, schema=schema)
        except pl.exceptions.PolarsError:
            frame = None  # its message shows a line
        if frame is None or frame.height != lines.count(b"\n"):
            for at, line in enumerate(block.splitlines(), start=row):
                _object(self.name, at, line)
            raise damaged(self.name)
        return frame.rename({name: str(i) for i, name in enumerate(schema)})


def damaged(file: str) -> InputError:
    """The refusal of a file whose own form is broken."""
    return InputError(f"{file}: ไฟล์เสียหาย / the file is damaged.", _DAMAGED, code="SEAL-DAMAGED")


def as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """A column of any plain type as the text that an official would type; a day without its midnight."""
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        return column.dt.to_string("%Y-%m-%d %H:%M:%S").str.replace(r" 00:00:00$", "")
    return column.cast(pl.String)


def _object(file: str, row: int, line: bytes) -> list[str]:
    try:
        read = json.loads(line) if line.strip() else {}
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise InputError(
            f"{file} แถว {row}: ไม่ใช่ JSON ที่ถูกต้อง / row {row} is no JSON object.", _DAMAGED, code="SEAL-ROW"
        )
    return list(read)
