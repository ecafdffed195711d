"""How offices write things down: dates, digits, printed numbers, and the ways a citizen ID goes wrong.

Every function takes and gives polars expressions or series; none looks at one row at a time.
"""

from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl

from khlang.simulate.identifiers import denied_numbers, with_check_digit

MONTHS_SHORT = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
MONTHS = [
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
]
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
FIRST_DAY = date(1900, 1, 1)
DAYS = (date(2060, 1, 1) - FIRST_DAY).days

# How a citizen ID goes wrong → the reason that sealing gives for it.
REASONS = {
    "blank": "missing",
    "check": "bad_check",
    "short": "bad_format",
    "scientific": "bad_format",
    "placeholder": "placeholder",
}


def day_text(day: date, form: str) -> str:
    """One day in one of the forms short, slash, long, short_thai_digits (all Buddhist era)."""
    year = day.year + 543
    if form == "slash":
        return f"{day.day:02d}/{day.month:02d}/{year}"
    if form == "long":
        return f"{day.day} {MONTHS[day.month - 1]} {year}".translate(THAI_DIGITS)
    text = f"{day.day} {MONTHS_SHORT[day.month - 1]} {year}"
    return text.translate(THAI_DIGITS) if form == "short_thai_digits" else text


@cache
def _calendar(form: str) -> pl.Series:
    return pl.Series([day_text(FIRST_DAY + timedelta(days=n), form) for n in range(DAYS)])


def buddhist(days: pl.Series, form: str) -> pl.Series:
    """Dates as text of the Buddhist era in one form; null stays null."""
    offset = (days - pl.Series([FIRST_DAY])).dt.total_days()
    return _calendar(form).gather(offset.fill_null(0)).set(offset.is_null(), None)


def thai_digits(text: pl.Expr) -> pl.Expr:
    """ASCII digits to Thai digits."""
    return text.str.replace_many(list("0123456789"), list("๐๑๒๓๔๕๖๗๘๙"))


def baht(satang: pl.Expr, *, commas: bool) -> pl.Expr:
    """Satang as text of baht with two decimals, ``12,345.50`` or ``12345.50``."""
    whole, rest = (satang // 100).cast(pl.String), (satang % 100).cast(pl.String).str.zfill(2)
    if commas:
        whole = whole.str.reverse().str.replace_all(r"(\d{3})", "$1,").str.strip_suffix(",").str.reverse()
    return whole + "." + rest


def printed(cid: pl.Expr) -> pl.Expr:
    """Thirteen digits as printed on the card: ``d-dddd-ddddd-dd-d``."""
    parts = [cid.str.slice(start, length) for start, length in ((0, 1), (1, 4), (5, 5), (10, 2), (12, 1))]
    return pl.concat_str(parts, separator="-")


def faults(rng: np.random.Generator, rows: int, share: float) -> pl.Series:
    """What is wrong with the citizen ID of each row: a key of ``REASONS``, or null where it is right."""
    kinds = rng.choice(np.array(list(REASONS)), size=rows, p=[0.35, 0.25, 0.15, 0.10, 0.15])
    return pl.Series("fault", kinds.astype(str)).set(pl.Series(rng.random(rows) >= share), None)


def cid_text(cid: str, form: str = "plain") -> pl.Expr:
    """The citizen ID as the office wrote it, its faults included (null: an empty cell).

    Args:
        cid: Name of the column of thirteen-digit numbers (Int64); the column ``fault`` stands beside it.
        form: ``plain`` or ``printed``.
    """
    digits = pl.col(cid).cast(pl.String)
    right = printed(digits) if form == "printed" else digits
    placeholders = with_check_digit(denied_numbers())
    wrong = digits.str.slice(0, 12) + ((pl.col(cid) + 1) % 10).cast(pl.String)
    typed = pl.Series([str(number) for number in placeholders] + ["1111111111119"])
    return (
        pl.when(pl.col("fault").is_null())
        .then(right)
        .when(pl.col("fault") == "check")
        .then(wrong)
        .when(pl.col("fault") == "short")
        .then(digits.str.slice(0, 12))
        .when(pl.col("fault") == "scientific")
        .then(digits.str.slice(0, 1) + "." + digits.str.slice(1, 5) + "E+12")
        .when(pl.col("fault") == "placeholder")
        .then(pl.lit(typed).gather(pl.col(cid) % len(typed)))
    )


def blank_some(rng: np.random.Generator, frame: pl.DataFrame, columns: tuple[str, ...], share: float) -> pl.DataFrame:
    """Take the value out of some cells of columns that may be empty."""
    masks = [pl.Series(rng.random(frame.height) < share) for _ in columns]
    return frame.with_columns(
        pl.when(pl.lit(mask)).then(None).otherwise(pl.col(name)).alias(name)
        for name, mask in zip(columns, masks, strict=True)
    )


def send_some_twice(
    rng: np.random.Generator, frame: pl.DataFrame, share: float, *, person: str | None = None, most: int = 3
) -> pl.DataFrame:
    """Append exact copies of some rows, keep at most ``most`` rows a person, and shuffle."""
    copies = frame.filter(pl.Series(rng.random(frame.height) < share))
    rows = pl.concat([frame, copies])
    rows = rows.filter(pl.int_range(pl.len()).over(person) < most) if person else rows
    return rows[rng.permutation(rows.height)]
