"""Finds what no sealed column may hold: a raw 13-digit number with a true check digit, or a sealed token out of place.

Runs on the text as delivered, before anything is written: a row that is hit keeps no text in the column that was hit.
"""

import polars as pl

from khlang import raw
from khlang.pseudonym import SOURCE_PATTERN

SEALED_ANYWHERE = r"(?:s1v?|p1|j1)\.[0-9A-Za-z-]{1,32}\.[0-9a-f]{32}"


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
    return column.str.contains(SEALED_ANYWHERE).fill_null(value=False) | raw.holds(column)
