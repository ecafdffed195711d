"""The same rows as workbooks: a folder of parts, none near the end of a sheet, written by two processes.

The columns that no contract asks for (names, addresses, telephones) are left out but for the running number: sealing
drops them, and a workbook takes eight seconds a million cells to write.
"""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import polars as pl

from khlang.demo.volume.extract import Extract, Tell
from khlang.domains.welfare.handwriting import UNASKED

LEAST = 3  # parts, however few the rows
PROCESSES = 2


def write(extract: Extract, folder: Path, tell: Tell) -> list[tuple[str, int]]:
    """Write the parts.

    Returns:
        Name and rows of each, in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made: list[tuple[str, int]] = []
    done = 0
    context = multiprocessing.get_context("spawn")  # a fork would copy the engine's locks
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        waiting = []
        for number, frame in enumerate(_parts(extract), start=1):
            made.append((f"part-{number:03d}.xlsx", frame.height))
            waiting.append(pool.submit(book, frame, folder / made[-1][0]))
            while len(waiting) > PROCESSES:
                done += waiting.pop(0).result()
                tell(done)
        for one in waiting:
            done += one.result()
            tell(done)
    return made


def book(frame: pl.DataFrame, path: Path) -> int:
    """Write one workbook row by row, in little memory; gives its rows."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("ข้อมูล")
        for row, cells in enumerate((tuple(frame.columns), *frame.cast(pl.String).rows())):
            for column, text in enumerate(cells):
                if text is not None:
                    sheet.write_string(row, column, text)
    return frame.height


def _parts(extract: Extract) -> Iterator[pl.DataFrame]:
    rows = -(-extract.plan.rows // LEAST)
    for frame in extract.frames():
        yield from frame.drop(UNASKED[1:]).iter_slices(rows)
