"""A sheet of a workbook as text: dates and numbers as plain text, formulas by the value Excel last computed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from khlang.agency.reading.model import CHUNK_ROWS, HEADER_WITHIN, Part, ReadOptions, Score
from khlang.errors import InputError

SHEET_END = 1_048_576  # rows that a sheet can hold; a file that ends there was cut off
_DATE = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"


class SheetPart(Part):
    """One sheet: the named one, or the only one whose header fits the contract best."""

    def __init__(self, name: str, source: Path | bytes, options: ReadOptions, score: Score) -> None:
        self.name = name
        self._frame = _chosen(name, source, options, score)
        self.form = f"Excel, {self._frame[0]}"

    def head(self) -> Sequence[Sequence[str]]:
        """The first rows."""
        rows = self._frame[1].head(HEADER_WITHIN).rows()
        return [[(cell or "").strip() for cell in row] for row in rows]

    def frames(self, skip: int, width: int) -> Iterator[tuple[int, pl.DataFrame]]:
        """Slices of the sheet."""
        del width
        frame = self._frame[1].slice(skip)
        for start in range(0, frame.height, CHUNK_ROWS):
            yield skip + 1 + start, frame.slice(start, CHUNK_ROWS)


def _chosen(name: str, source: Path | bytes, options: ReadOptions, score: Score) -> tuple[str, pl.DataFrame]:
    import fastexcel

    try:
        book = fastexcel.read_excel(source)
        sheets = list(book.sheet_names)
        frames = {one: _cells(book, one) for one in sheets if options.sheet in {None, one}}
    except fastexcel.FastExcelError:
        raise InputError(
            f"{name}: เปิดไม่ได้ อาจมีรหัสผ่านหรือเสียหาย / cannot be opened: it has a password or is damaged.",
            "เปิดใน Excel แล้วบันทึกใหม่โดยไม่ใส่รหัสผ่าน / Open it in Excel and save it again without a password.",
            code="SEAL-WORKBOOK",
        ) from None
    if not frames:
        raise InputError(
            f"{name}: ไม่มีแผ่นงานชื่อนั้น / there is no sheet of that name.",
            f"เลือกจาก / Choose with --sheet from: {', '.join(sheets)}.",
            code="SEAL-SHEET",
        )
    scores = {one: max(map(score, frame.head(HEADER_WITHIN).rows()), default=0) for one, frame in frames.items()}
    fitting = [one for one in frames if scores[one] == max(scores.values())]
    if len(fitting) > 1 and scores[fitting[0]]:
        raise InputError(
            f"{name}: มีหลายแผ่นงานที่เข้าได้ / several sheets fit.",
            f"เลือกด้วย / Choose with --sheet from: {', '.join(fitting)}.",
            code="SEAL-SHEET",
        )
    frame = frames[fitting[0]]
    if frame.height >= SHEET_END:
        raise InputError(
            f"{name}: แผ่นงานเต็มถึงแถวสุดท้าย ข้อมูลอาจขาด / the sheet is full to its last row and was cut off.",
            "ส่งออกเป็น CSV / Export it as CSV.",
            code="SEAL-SHEET-FULL",
        )
    return fitting[0], frame


def _cells(book: "object", name: str) -> pl.DataFrame:
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")  # type: ignore[attr-defined]
    frame: pl.DataFrame = sheet.to_polars()
    frame = frame.rename(dict(zip(frame.columns, map(str, range(frame.width)), strict=True)))
    return frame.with_columns(pl.all().str.replace(_DATE, "$1"))
