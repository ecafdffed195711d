"""Finds what no sealed column may hold: a raw 13-digit number with a true check digit, or a sealed token out of place.

Runs on the text as delivered, before anything is written: a row that is hit keeps no text in the column that was hit.
"""

import re

import polars as pl

from khlang.pseudonym import SOURCE_PATTERN

# Any script's digits (๐-๙ and full-width too), with what offices put between: spaces, NBSP, zero-width, dashes, dots.
_GAP = "[\\s\u00a0\u200b-\u200d\ufeff.\\-\u2010-\u2015\u2212]{0,3}"
_DIGITS = rf"\d(?:{_GAP}\d){{12}}"
RAW = rf"(?:^|[^\d])({_DIGITS})(?:[^\d]|$)"
SEALED_ANYWHERE = r"(?:s1v?|p1|j1)\.[0-9A-Za-z-]{1,32}\.[0-9a-f]{32}"

# Every start is tried, since in `12 3456789012345` the first digits would hide the number behind them.
_EVERY_START = re.compile(rf"(?<!\d)(?=({_DIGITS})(?!\d))")


def check_digit_holds(digits: str) -> bool:
    """Whether the 13th digit is the mod-11 check digit of the first twelve (Thai CID and juristic numbers)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits[:12], range(13, 1, -1), strict=True))
    return (11 - total % 11) % 10 == int(digits[12])


def holds_raw_identifier(text: str) -> bool:
    """Whether a text holds 13 digits, however spaced, whose check digit is true."""
    found = ("".join(str(int(c)) for c in match.group(1) if c.isdecimal()) for match in _EVERY_START.finditer(text))
    return any(check_digit_holds(digits) for digits in found)


def hits(column: pl.Series, *, sealed: bool) -> pl.Series:
    """Which rows of a text column hold an identifier they must not.

    Args:
        column: Text as delivered.
        sealed: The column is an identifier: anything but a source pseudonym or null is a hit.

    Returns:
        Booleans, one a row.
    """
    if sealed:
        return ~column.str.contains(SOURCE_PATTERN).fill_null(value=True)
    long = column.str.len_chars().fill_null(0) >= 13
    if not long.any():
        return pl.repeat(value=False, n=len(column), dtype=pl.Boolean, eager=True)
    token = long & column.str.contains(SEALED_ANYWHERE).fill_null(value=False)
    suspect = long & column.str.contains(RAW).fill_null(value=False)
    if suspect.any():
        confirmed = column.filter(suspect).map_elements(holds_raw_identifier, return_dtype=pl.Boolean)
        rows = suspect.arg_true()
        suspect = suspect.scatter(rows, confirmed)
    return token | suspect
