"""The last look before anything is written: no column that leaves may hold raw identifiers."""

import polars as pl

from khlang import pseudonym
from khlang.errors import RawIdentifierError

SHARE = 0.001  # of rows; above it a column is refused whatever else it holds
_DIGITS = {"๐๑๒๓๔๕๖๗๘๙"[i]: str(i) for i in range(10)}
# Thirteen digits that stand for themselves, also as printed (9-1234-56789-01-0).
_THIRTEEN = r"(?:^|[^0-9])([0-9](?:[ .\u{2010}-\u{2015}\u{00a0}-]?[0-9]){12})(?:[^0-9]|$)"
_SEPARATORS = r"[^0-9]"


def refuse_raw(frame: pl.DataFrame, columns: list[str], rows: pl.Series) -> None:
    """Look at outgoing columns that are not sealed.

    A number of thirteen digits passes the check digit by chance once in eleven times. A column is refused when the
    passing values are more than ``SHARE`` of its rows, or half or more of all its thirteen-digit values: the first
    finds a column of identifiers, the second a single one among other text.

    Args:
        frame: Outgoing rows.
        columns: Names of those columns that carry clear text.
        rows: For each row its number in the office's file.

    Raises:
        RawIdentifierError: Naming the column, how many and the first row; never a value.
    """
    for name in columns:
        seen = frame.select(pl.col(name).alias("text")).with_columns(rows.alias("row"))
        long = seen.filter(pl.col("text").str.len_chars() >= 13)
        if long.is_empty():
            continue
        folded = pl.col("text").str.replace_many(_DIGITS)
        found = long.select(folded.str.extract(_THIRTEEN).str.replace_all(_SEPARATORS, "").alias("id"), "row")
        found = found.filter(pl.col("id").is_not_null())
        judged = pseudonym.normalise_column(found["id"], type="th-cid", simulation=True)
        # A placeholder passes the check digit too: it is no person's number.
        passing = found.filter(judged["id"].is_not_null())
        if passing.height > SHARE * frame.height or (passing.height and 2 * passing.height >= found.height):
            first = int(passing.get_column("row").to_list()[0])
            raise RawIdentifierError(
                f"คอลัมน์ {name}: มี {passing.height} ค่าที่เหมือนเลขประจำตัวประชาชน แถวแรกคือแถว {first} / "
                f"column {name} holds {passing.height} values like citizen IDs, first in row {first}.",
                "นำเลขนั้นออกจากคอลัมน์นี้ แล้วปิดผนึกใหม่ ไม่มีข้อมูลใดถูกส่ง / "
                "Take them out of this column and seal again; nothing was sent.",
            )
