"""The last look before anything is written: no column that leaves in clear may hold a raw identifier."""

from collections.abc import Sequence

import polars as pl

from khlang import raw
from khlang.errors import RawIdentifierError


def require_none(leaving: pl.DataFrame, columns: Sequence[str], *, places: pl.DataFrame, files: Sequence[str]) -> None:
    """Look at a chunk as it would leave; one identifier is one too many, as it is for ``check`` and for the pool.

    Args:
        leaving: The chunk.
        columns: Those of it that are not sealed.
        places: Its ``source_file`` and ``source_row``.
        files: Names of the office's files.

    Raises:
        RawIdentifierError: Naming file, first row and column, and how many; never a value.
    """
    for name in columns:
        held = raw.holds(leaving[name])
        if held.any():
            found = places.filter(held)
            number, row = found.select("source_file", "source_row").row(0)
            file = files[number] if number < len(files) else ""
            raise RawIdentifierError(
                f"{file} คอลัมน์ {name}: มี {found.height} ค่าที่เหมือนเลขประจำตัวประชาชน แถวแรกคือแถว {row} / "
                f"column {name} holds {found.height} values like citizen IDs, first in row {row}.".strip(),
                "นำเลขนั้นออกจากคอลัมน์นี้ แล้วปิดผนึกใหม่ ไม่มีข้อมูลใดถูกส่ง / "
                "Take them out of this column and seal again; nothing was sent.",
            )
