"""What a column is by what stands in it: sentences, or names, telephones, e-mail addresses, citizen IDs."""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from khlang.agency.scan import text

LETTERS = 30  # Thai or Latin letters of a value that is a sentence; a place or a code has fewer
SHARE = 0.05  # of the values that are filled: above it a column is free text
SAMPLE_SHARE = 0.5  # of a few first values: at least it a column holds what they hold


def sentences(column: pl.Series) -> pl.Series:
    """Which values of a column are sentences: many letters, and not one word."""
    if int(str(column.str.len_bytes().max() or 0)) < LETTERS:
        return pl.repeat(value=False, n=len(column), dtype=pl.Boolean, eager=True)
    letters = column.str.replace_all("[^\\p{L}\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]", "").str.len_chars()
    words = column.str.contains(r"\S[\s,;]+\S") | (letters >= 2 * LETTERS)
    return ((letters >= LETTERS) & words).fill_null(value=False)


def looks_free(sentences_: int, filled: int) -> bool:
    """Whether so many sentences among so many values make a column free text; one alone may be a slip."""
    return sentences_ > 1 and sentences_ > SHARE * filled


def kind(values: Sequence[str]) -> Literal["direct-identifier", "free-text"] | None:
    """What a few first values of a column show; None where they show neither."""
    filled = [value for value in values if value.strip()]
    if not filled:
        return None
    direct = sum(any(start <= 2 and end >= len(value) - 2 for start, end, _ in text.spans(value)) for value in filled)
    if direct >= SAMPLE_SHARE * len(filled):
        return "direct-identifier"
    long = int(sentences(pl.Series(filled, dtype=pl.String)).sum())
    return "free-text" if long >= SAMPLE_SHARE * len(filled) else None
