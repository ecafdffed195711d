"""Reducing a date to its year, of the Gregorian calendar, before it leaves."""

import polars as pl

from khlang.period import BUDDHIST_FROM

_DIGITS = {"๐๑๒๓๔๕๖๗๘๙"[i]: str(i) for i in range(10)}
EARLIEST, LATEST = 1850, 2150


def year(text: pl.Expr) -> pl.Expr:
    """The year as text; null where the text holds no year of four digits (nothing else of it may leave).

    ``5 ม.ค. 2510``, ``05/01/2510``, ``๒๕๑๐``, ``25100105`` and ``1967-01-05`` are all ``1967``.
    """
    ascii_ = text.str.replace_many(_DIGITS)
    found = pl.coalesce(
        ascii_.str.extract(r"(?:^|[^0-9])([0-9]{4})(?:[^0-9]|$)"), ascii_.str.extract(r"^([0-9]{4})[0-9]{4}$")
    ).cast(pl.Int64)
    gregorian = pl.when(found >= BUDDHIST_FROM).then(found - 543).otherwise(found)
    return pl.when(gregorian.is_between(EARLIEST, LATEST)).then(gregorian).cast(pl.String)
