"""A sheet of a workbook as text: dates and numbers as plain text, formulas by the value Excel last computed."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from khlang.agency.reading import aside
from khlang.agency.reading.model import CHUNK_ROWS, HEADER_WITHIN, Finding, Part, ReadOptions, Score
from khlang.agency.reading.sheetxml import About
from khlang.errors import InputError

BOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
# Rows that a sheet can hold, by its form: a file that ends there was cut off.
SHEET_ENDS = {"xls": 65_536}
SHEET_END = 1_048_576
_DATE = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"


class SheetPart(Part):
    """One sheet: the named one, or the only one whose header fits the contract best."""

    def __init__(self, name: str, source: Path | bytes, options: ReadOptions, score: Score) -> None:
        self.name, self._source = name, source
        self._kind = aside.kind(name, source)
        frames = _sheets(name, source, self._kind, None)
        self._hidden = aside.hidden_sheets(name, source, self._kind)
        shown = {one: frame for one, frame in frames.items() if one not in self._hidden and _best(frame, score)}
        self._sheet = _chosen(name, frames if options.sheet else shown or frames, options.sheet, score)
        self._fitting = [one for one in frames if one != self._sheet and _best(frames[one], score)]
        self._frame: pl.DataFrame | None = frames[self._sheet]
        self._accept = options.accept
        self.form = f"Excel ({self._kind}), {self._sheet}"
        self._head = _top(frames[self._sheet])
        if frames[self._sheet].height >= SHEET_ENDS.get(self._kind, SHEET_END):
            raise InputError(
                f"{name}: แผ่นงานเต็มถึงแถวสุดท้าย ข้อมูลอาจขาด / the sheet is full to its last row and was cut off.",
                "ส่งออกเป็น CSV / Export it as CSV.",
                code="SEAL-SHEET-FULL",
            )

    def head(self) -> Sequence[Sequence[str]]:
        """The first rows."""
        return self._head

    def release(self) -> None:
        """Forget the rows until they are asked for: of many parts only one is in memory."""
        self._frame = None

    def frames(self, skip: int, width: int) -> Iterator[tuple[int, pl.DataFrame]]:
        """Slices of the sheet."""
        frame = self._frame
        if frame is None:
            frame = _sheets(self.name, self._source, self._kind, self._sheet)[self._sheet]
        frame = frame.slice(skip)
        missing = [pl.lit(None, pl.String).alias(str(i)) for i in range(frame.width, width)]
        for start in range(0, frame.height, CHUNK_ROWS):
            yield skip + 1 + start, frame.slice(start, CHUNK_ROWS).with_columns(missing)

    def findings(self, columns: Mapping[int, str], skip: int) -> Sequence[Finding]:
        """Hidden rows, columns and sheets, active filters; other sheets that hold such data too."""
        told = aside.of(self.name, self._source, self._kind, self._sheet)
        self._refuse_no_value(told, columns, skip)
        hidden = [row for row in told.hidden_rows if row > skip]
        covered = [header for i, header in columns.items() if i in told.hidden_columns]
        others = [one for one in self._fitting if one not in self._hidden]
        unseen = [one for one in self._fitting if one in self._hidden]
        says = (
            ("SEAL-HIDDEN-ROWS", hidden, f"{len(hidden):,} แถวถูกซ่อน และจะถูกส่งด้วย / rows are hidden; they leave too"),
            ("SEAL-FILTER", told.filtered, "มีตัวกรองอยู่ แถวที่กรองออกจะถูกส่งด้วย / a filter is on; what it hides leaves too"),
            ("SEAL-HIDDEN-COLUMNS", covered, f"คอลัมน์ถูกซ่อน / columns are hidden: {', '.join(covered)}"),
            ("SEAL-OTHER-SHEETS", others, f"แผ่นงานอื่นไม่ถูกส่ง / other sheets do not leave: {', '.join(others)}"),
            ("SEAL-HIDDEN-SHEETS", unseen, f"แผ่นงานที่ซ่อนไม่ถูกส่ง / hidden sheets do not leave: {', '.join(unseen)}"),
        )  # fmt: skip
        found = [
            Finding(code, text, self.name, needs_answer=code not in self._accept) for code, there, text in says if there
        ]
        if self._sheet in self._hidden:
            text = "แผ่นงานที่อ่านถูกซ่อนอยู่ / the sheet that is read is hidden"
            code = "SEAL-HIDDEN-SHEET"
            found.append(Finding(code, text, self.name, needs_answer=code not in self._accept))
        return found

    def _refuse_no_value(self, told: About, columns: Mapping[int, str], skip: int) -> None:
        for code, text, remedy, cells in (
            ("SEAL-CELL-ERROR", "ช่องเป็นค่าผิดพลาดของ Excel / cells are errors of Excel",
             "แก้สูตรหรือลบช่องนั้น / Mend the formula or clear the cell.", told.errors),
            ("SEAL-FORMULA", "สูตรยังไม่ถูกคำนวณ / formulas were never computed",
             "เปิดใน Excel แล้วบันทึก / Open it in Excel and save it.", told.formulas),
        ):  # fmt: skip
            here = sorted((row, i) for i, row in cells if row > skip and i in columns)
            if here:
                row, i = here[0]
                raise InputError(
                    f"{self.name} แถว {row} คอลัมน์ {columns[i]}: {text} ({len(here):,}), row {row}.", remedy, code=code
                )


def sheet_names(file: Path) -> list[str]:
    """The sheets of a workbook in its own order; none for any other kind of file.

    Raises:
        InputError: It has a password, or its inside is damaged.
    """
    import fastexcel

    if file.suffix.lower() not in BOOKS:
        return []
    aside.refuse_locked(file.name, file)
    try:
        return list(fastexcel.read_excel(aside.readable(file, aside.kind(file.name, file))).sheet_names)
    except fastexcel.FastExcelError:
        raise aside.unreadable(file.name) from None


def _sheets(name: str, source: Path | bytes, form: str, wanted: str | None) -> dict[str, pl.DataFrame]:
    import fastexcel

    aside.refuse_locked(name, source)
    try:
        book = fastexcel.read_excel(aside.readable(source, form))
        names = list(book.sheet_names)
        frames = {one: _cells(book, one) for one in names if wanted in {None, one}}
    except fastexcel.FastExcelError:
        raise aside.unreadable(name) from None
    return frames


def _cells(book: Any, name: str) -> pl.DataFrame:
    frame: pl.DataFrame = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    frame = frame.rename(dict(zip(frame.columns, map(str, range(frame.width)), strict=True)))
    return frame.with_columns(pl.all().str.replace(_DATE, "$1"))


def _chosen(file: str, frames: Mapping[str, pl.DataFrame], wanted: str | None, score: Score) -> str:
    if wanted is not None:
        if wanted not in frames:
            raise InputError(
                f"{file}: ไม่มีแผ่นงานชื่อนั้น / there is no sheet of that name.",
                f"เลือกจาก / Choose with --sheet from: {', '.join(frames)}.",
                code="SEAL-SHEET",
            )
        return wanted
    scores = {name: _best(frame, score) for name, frame in frames.items()}
    fitting = [name for name, one in scores.items() if one == max(scores.values())]
    if len(fitting) > 1 and scores[fitting[0]]:
        raise InputError(
            f"{file}: มีหลายแผ่นงานที่เข้าได้ / several sheets fit.",
            f"เลือกด้วย / Choose with --sheet from: {', '.join(fitting)}.",
            code="SEAL-SHEET",
        )
    return fitting[0]


def _best(frame: pl.DataFrame, score: Score) -> int:
    return max(map(score, _top(frame)), default=0)


def _top(frame: pl.DataFrame) -> list[list[str]]:
    return [[(cell or "").strip() for cell in row] for row in frame.head(HEADER_WITHIN).rows()]
