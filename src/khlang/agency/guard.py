"""The last look before anything is written: no column that leaves may hold raw identifiers."""

from dataclasses import dataclass

import polars as pl

from khlang import pseudonym
from khlang.errors import RawIdentifierError

SHARE = 0.001  # of rows; above it a column is refused whatever else it holds
_DIGITS = {"๐๑๒๓๔๕๖๗๘๙"[i]: str(i) for i in range(10)}
# Thirteen digits that stand for themselves, also as printed (9-1234-56789-01-0).
_THIRTEEN = r"(?:^|[^0-9])([0-9](?:[ .\u{2010}-\u{2015}\u{00a0}-]?[0-9]){12})(?:[^0-9]|$)"
_SEPARATORS = r"[^0-9]"


@dataclass
class _Seen:
    passing: int = 0
    found: int = 0
    place: tuple[int, int] = (0, 0)  # file and row of the first that passes


class Guard:
    """Looks at outgoing columns that are not sealed, chunk by chunk, before the chunk goes anywhere.

    A number of thirteen digits passes the check digit by chance once in eleven times. A column is refused when the
    passing values are more than ``SHARE`` of the rows seen, or half or more of all its thirteen-digit values: the
    first finds a column of identifiers, the second a single one among other text.
    """

    def __init__(self, files: tuple[str, ...] = ()) -> None:
        self._files = files
        self._rows = 0
        self._seen: dict[str, _Seen] = {}

    def look(self, rows: pl.DataFrame, columns: list[str]) -> None:
        """Look at a chunk with ``source_file`` and ``source_row``.

        Raises:
            RawIdentifierError: Naming file, first row and column, and how many; never a value.
        """
        self._rows += rows.height
        for name in columns:
            long = rows.lazy().select(pl.col(name).alias("text"), "source_file", "source_row")
            self._add(name, long.filter(pl.col("text").str.len_bytes() >= 13).collect())
            seen = self._seen.get(name, _Seen())
            if seen.passing > SHARE * self._rows or (seen.passing and 2 * seen.passing >= seen.found):
                raise self._refused(name, seen)

    def _add(self, name: str, long: pl.DataFrame) -> None:
        if long.is_empty():
            return
        folded = pl.col("text").str.replace_many(_DIGITS)
        found = long.with_columns(folded.str.extract(_THIRTEEN).str.replace_all(_SEPARATORS, "").alias("id"))
        found = found.filter(pl.col("id").is_not_null())
        judged = pseudonym.normalise_column(found["id"], type="th-cid", simulation=True)
        # A placeholder passes the check digit too: it is no person's number.
        passing = found.filter(judged["id"].is_not_null())
        seen = self._seen.setdefault(name, _Seen())
        if passing.height and not seen.passing:
            seen.place = passing.select("source_file", "source_row").row(0)
        seen.passing += passing.height
        seen.found += found.height

    def _refused(self, name: str, seen: _Seen) -> RawIdentifierError:
        number, row = seen.place
        file = self._files[number] if number < len(self._files) else ""
        return RawIdentifierError(
            f"{file} คอลัมน์ {name}: มี {seen.passing} ค่าที่เหมือนเลขประจำตัวประชาชน แถวแรกคือแถว {row} / "
            f"column {name} holds {seen.passing} values like citizen IDs, first in row {row}.".strip(),
            "นำเลขนั้นออกจากคอลัมน์นี้ แล้วปิดผนึกใหม่ ไม่มีข้อมูลใดถูกส่ง / "
            "Take them out of this column and seal again; nothing was sent.",
        )
