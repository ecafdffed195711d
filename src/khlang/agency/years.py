"""Reducing a date to its year, of the Gregorian calendar, before it leaves."""

import polars as pl

from khlang.values import forms, local

EARLIEST, LATEST = 1850, 2150


def year(text: pl.Expr) -> pl.Expr:
    """The year as text; null where the text holds none (nothing else of it may leave).

    Every form of date that the pool reads (``khlang.values``), and any text with four digits that stand alone:
    ``5 ม.ค. 2510``, ``05/01/10``, ``๒๕๑๐``, ``25100105`` and ``1967-01-05`` are all ``1967``.
    """
    return local.by_value(text, _year)


def _year(text: pl.Expr) -> pl.Expr:
    ascii_ = text.str.replace_many(list(forms.THAI_DIGITS), list(forms.ASCII_DIGITS))
    alone = ascii_.str.extract(r"(?:^|[^0-9])([0-9]{4})(?:[^0-9]|$)").cast(pl.Int32)
    found = pl.coalesce(local.date(text).dt.year(), alone)
    gregorian = pl.when(found >= forms.BUDDHIST_FROM).then(found - forms.BUDDHIST_OFFSET).otherwise(found)
    return pl.when(gregorian.is_between(EARLIEST, LATEST)).then(gregorian).cast(pl.String)
