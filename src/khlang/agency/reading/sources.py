"""From what an official names (a file, a folder, a zip, a query) to the tables that lie in it."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path, PurePath

from khlang.agency.reading import headers
from khlang.agency.reading.archive import members
from khlang.agency.reading.columnar import LinesPart, ParquetPart
from khlang.agency.reading.database import QueryPart
from khlang.agency.reading.model import DatabaseQuery, Opener, Part, ReadOptions
from khlang.agency.reading.text import TextPart
from khlang.agency.reading.workbook import BOOKS, SheetPart
from khlang.contracts import Table
from khlang.errors import InputError

TEXT = (".csv", ".tsv", ".txt", ".tab")
LINES = (".jsonl", ".ndjson")
KINDS = (*TEXT, *BOOKS, ".parquet", *LINES, ".zip")


def parts(source: Path | DatabaseQuery, table: Table, options: ReadOptions) -> list[Part]:
    """The tables of one source, in the order of their names.

    Raises:
        InputError: There is no such file, its kind is not known, or it cannot be opened.
    """

    def score(cells: Sequence[str]) -> int:
        return headers.score(cells, table, options.mapping)

    def read(name: str, opener: Opener, whole: Callable[[], Path | bytes]) -> list[Part]:
        kind = PurePath(name).suffix.lower()
        if kind in TEXT:
            return [TextPart(name, opener, options, score)]
        if kind in BOOKS:
            return [SheetPart(name, whole(), options, score)]
        if kind == ".parquet":
            return [ParquetPart(name, whole())]
        if kind in LINES:
            return [LinesPart(name, opener)]
        raise InputError(
            f"{name}: ไม่รู้จักไฟล์ชนิดนี้ / this kind of file is not known.",
            f"ใช้ / Use: {', '.join(KINDS)}.",
            code="SEAL-KIND",
        )

    if isinstance(source, DatabaseQuery):
        return [QueryPart(source)]
    if not source.exists():
        raise InputError(f"ไม่พบไฟล์ {source.name} / There is no file {source.name}.", "ตรวจชื่อไฟล์ / Look at its name.")
    files = [source]
    if source.is_dir():
        files = sorted(path for path in source.iterdir() if path.is_file() and not path.name.startswith((".", "~$")))
    return _one_at_a_time(
        partial(members, path, read)
        if path.suffix.lower() == ".zip"
        else partial(read, path.name, _opener(path), partial(Path, path))
        for path in files
    )


def _one_at_a_time(opening: Iterable[Callable[[], list[Part]]]) -> list[Part]:
    """Open file after file; of a folder of workbooks only the last one's rows stay in memory."""
    found: list[Part] = []
    for opened in opening:
        for part in found:
            part.release()
        found += opened()
    return found


def _opener(path: Path) -> Opener:
    return lambda: path.open("rb")
