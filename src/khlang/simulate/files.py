"""Writing extracts as offices do: Windows-874 or UTF-8 CSV, tab-separated text, workbooks with a title above."""

import os
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

XLSX_ROWS = 200_000  # above this an office exports text


def write_text(frame: pl.DataFrame, path: Path, *, encoding: str, separator: str = ",") -> Path:
    """Write a text table; ``encoding`` is a codec of Python (``cp874``, ``utf-8-sig``, ``utf-8``)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    step = 100_000
    with path.open("w", encoding=encoding, newline="") as lines:
        for start in range(0, max(frame.height, 1), step):
            part = frame.slice(start, step)
            lines.write(part.write_csv(separator=separator, include_header=start == 0, line_terminator="\r\n"))
    return path


def write_workbook(frame: pl.DataFrame, path: Path, *, title: list[str]) -> Path:
    """Write one sheet: title rows, an empty row, the header, the rows; text cells stay text, dates are Excel dates."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "in_memory": True}) as book:
        # A fixed day, so that the same seed gives the same bytes.
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC), "author": "simulation"})
        sheet = book.add_worksheet("ทะเบียน")
        for row, text in enumerate(title):
            sheet.write_string(row, 0, text)
        frame.write_excel(book, "ทะเบียน", position=(len(title) + 1, 0), autofilter=False, table_style=None)
    return path


def write_parquet(frame: pl.DataFrame, path: Path) -> Path:
    """Write a table of the truth; through a second name, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    frame.write_parquet(part, compression="zstd")
    os.replace(part, path)  # noqa: PTH105 - Path.replace does the same; this names the atomic call
    return path
