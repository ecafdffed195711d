"""Direct identifiers in free text: where they stand, and the text without them."""

import re
from typing import Final

import polars as pl

from khlang import raw
from khlang.agency.scan import names
from khlang.values import forms

#: What the scan tells apart, with the word that takes its place.
KINDS: Final = {"cid": "[เลขประจำตัว]", "phone": "[โทรศัพท์]", "email": "[อีเมล]", "name": "[ชื่อ]"}
_GAP = "[\\s.\u00a0\u200b-\u200d\\-\u2010-\u2015]{0,2}"
# Nine digits after 0 are a mobile telephone, eight a fixed one; +66 stands for the 0.
_PHONE: Final = re.compile(rf"(?<![\d,.])(?:\+?66{_GAP}|0)[2-9](?:{_GAP}\d){{7,8}}(?![\d,])")
_EMAIL: Final = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_DIGITS: Final = str.maketrans(forms.THAI_DIGITS, forms.ASCII_DIGITS)
# A row without a digit, an @ and a Thai or Latin word of four letters can hold none of them.
_WORTH: Final = "[0-9๐-๙@]|[\u0e01-\u0e4e]{3}|[A-Z][a-z]"
Span = tuple[int, int, str]


def spans(text: str) -> list[Span]:
    """Start, end and kind of everything found, none within another, in order."""
    plain = text.translate(_DIGITS)
    hits = [(start, end, "cid") for start, end in raw.spans(plain)]
    hits += [(*match.span(), "email") for match in _EMAIL.finditer(plain)]
    hits += [(*match.span(), "phone") for match in _PHONE.finditer(plain)]
    hits += [(start, end, "name") for start, end in names.spans(text)]
    kept: list[Span] = []
    for hit in hits:  # the more telling kind comes first
        if not any(hit[0] < other[1] and other[0] < hit[1] for other in kept):
            kept.append(hit)
    return sorted(kept)


def found(column: pl.Series) -> dict[str, pl.Series]:
    """Kind → which rows of a column hold one."""
    table = _each(column)
    return {kind: table[kind].fill_null(value=False) for kind in KINDS}


def mask(column: pl.Series) -> pl.Series:
    """The column with a word in place of everything found; null stays null."""
    return _each(column)["masked"]


def masked(text: str) -> str:
    """One text with a word in place of everything found."""
    for start, end, kind in reversed(spans(text)):
        text = text[:start] + KINDS[kind] + text[end:]
    return text


def _each(column: pl.Series) -> pl.DataFrame:
    """Every different text is looked at once."""
    worth = column.filter(column.str.contains(_WORTH).fill_null(value=False)).unique()
    rows = [(text, masked(text), *(any(hit[2] == kind for hit in spans(text)) for kind in KINDS)) for text in worth]
    schema = {"text": pl.String, "masked": pl.String} | dict.fromkeys(KINDS, pl.Boolean)
    looked = pl.DataFrame(rows, schema=schema, orient="row")
    joined = pl.DataFrame({"text": column}).join(looked, on="text", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("masked", "text").alias("masked"))
