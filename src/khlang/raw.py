"""Thirteen digits with a true check digit, however they are spaced: what no text that leaves, or arrives, may hold.

One rule for all who look: the agency's preview and its last look before sealing, the mask over free text, and the
pool's scan of what it opens. One such number is one too many.
"""

import re

import polars as pl

from khlang import identifiers

# Any script's digits (๐-๙ and full-width too), with what offices put between: spaces, NBSP, zero-width, dashes, dots.
_GAP = "[\\s\u00a0\u200b-\u200d\ufeff.\\-\u2010-\u2015\u2212]{0,3}"
_NUMBER = rf"\d(?:{_GAP}\d){{12}}"
_SUSPECT = rf"(?:^|[^\d])({_NUMBER})(?:[^\d]|$)"
# Every start is tried: in `12 3456789012345` the first digits would hide the number behind them.
_EVERY_START = re.compile(rf"(?<!\d)(?=({_NUMBER})(?!\d))")


def spans(text: str) -> list[tuple[int, int]]:
    """Where in a text such a number stands."""
    return [match.span(1) for match in _EVERY_START.finditer(text) if _true(match.group(1))]


def holds(column: pl.Series) -> pl.Series:
    """Which texts of a column hold one; a null holds none."""
    long = column.str.len_chars().fill_null(0) >= 13
    if not long.any():
        return pl.repeat(value=False, n=len(column), dtype=pl.Boolean, eager=True)
    suspect = long & column.str.contains(_SUSPECT).fill_null(value=False)
    if suspect.any():
        sure = column.filter(suspect).map_elements(lambda text: bool(spans(text)), return_dtype=pl.Boolean)
        suspect = suspect.scatter(suspect.arg_true(), sure)
    return suspect


def _true(written: str) -> bool:
    digits = "".join(letter for letter in written if letter.isdecimal())
    return identifiers.check_digit(digits) == int(digits[12])
