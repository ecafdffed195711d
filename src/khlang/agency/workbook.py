"""Reading a sheet of an Excel workbook as text: title rows above the header, dates and numbers as plain text."""

from pathlib import Path

import polars as pl

from khlang.agency.raw import HEADER_WITHIN, Raw, header_at, score
from khlang.contracts import Table
from khlang.errors import InputError

SHEET_END = 1_048_576  # rows that a sheet can hold; a file that ends there was cut off
_DATE = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"


def read(path: Path, table: Table, sheet: str | None = None) -> Raw:
    """Read one sheet: the named one, or the only one whose header fits the contract best.

    Raises:
        InputError: It is no workbook, is locked, has no such sheet or two that fit, or is full to the last row.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        names = [sheet] if sheet in book.sheet_names else list(book.sheet_names)
        frames = {name: _cells(book, name) for name in names}
    except fastexcel.FastExcelError:
        raise InputError(
            f"{path.name}: เปิดไม่ได้ อาจมีรหัสผ่านหรือเสียหาย / cannot be opened: it has a password or is damaged.",
            "เปิดใน Excel แล้วบันทึกใหม่โดยไม่ใส่รหัสผ่าน / Open it in Excel and save it again without a password.",
            code="SEAL-WORKBOOK",
        ) from None
    name = _chosen(path.name, frames, table, sheet)
    frame = frames[name]
    if frame.height >= SHEET_END:
        raise InputError(
            f"{path.name}: แผ่นงานเต็มถึงแถวสุดท้าย ข้อมูลอาจขาด / the sheet is full to its last row and was cut off.",
            "ส่งออกเป็น CSV / Export it as CSV.",
            code="SEAL-SHEET-FULL",
        )
    at = header_at(frame.head(HEADER_WITHIN).rows(), table)
    header = tuple(cell or "" for cell in frame.row(at)) if frame.height else ()
    return Raw(path.name, header, frame.slice(at + 1), at + 2, f"Excel, {name}")


def _cells(book: "object", name: str) -> pl.DataFrame:
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")  # type: ignore[attr-defined]
    frame: pl.DataFrame = sheet.to_polars()
    frame = frame.rename(dict(zip(frame.columns, map(str, range(frame.width)), strict=True)))
    return frame.with_columns(pl.all().str.replace(_DATE, "$1"))


def _chosen(file: str, frames: dict[str, pl.DataFrame], table: Table, sheet: str | None) -> str:
    if sheet is not None and sheet not in frames:
        raise InputError(
            f"{file}: ไม่มีแผ่นงานชื่อนั้น / there is no sheet of that name.",
            f"เลือกจาก / Choose with --sheet from: {', '.join(frames)}.",
            code="SEAL-SHEET",
        )
    scores = {name: _best(frame, table) for name, frame in frames.items()}
    fitting = [name for name, one in scores.items() if one == max(scores.values())]
    if len(fitting) > 1 and scores[fitting[0]]:
        raise InputError(
            f"{file}: มีหลายแผ่นงานที่เข้าได้ / several sheets fit.",
            f"เลือกด้วย / Choose with --sheet from: {', '.join(fitting)}.",
            code="SEAL-SHEET",
        )
    return fitting[0]


def _best(frame: pl.DataFrame, table: Table) -> int:
    return max((score(row, table) for row in frame.head(HEADER_WITHIN).rows()), default=0)
