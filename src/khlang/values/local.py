"""Text as offices write it → typed values, in polars: what curate will read of a column, told before it is sent.

The same two steps as ``khlang.curation.standardise``: the cleaned text (null where nothing was written), then the
value (null where it cannot be read).
"""

from collections.abc import Callable

import polars as pl

from khlang.values import forms
from khlang.values.forms import Form


def cleaned(text: pl.Expr, standard: str, *, width: int = 0) -> pl.Expr:
    """The text in one form.

    Args:
        text: As delivered.
        standard: The contract's ``text|digits|money|date|month|code|integer``.
        width: Zero-padding of a code, 0 for none.
    """
    spaced = text.str.replace_all(forms.SPACES, " ").str.strip_chars()
    blank = spaced.str.to_lowercase().is_in(["", *forms.BLANKS])
    plain = pl.when(~blank).then(spaced)
    if standard == "text":
        return plain
    digits = plain.str.replace_many(list(forms.THAI_DIGITS), list(forms.ASCII_DIGITS))
    if standard == "digits":
        return digits.str.replace_all("[ -]", "")
    if standard in {"money", "integer"}:
        return digits.str.replace_all(forms.MONEY_MARKS, "")
    if standard == "code":
        code = digits.str.replace_all(" ", "", literal=True).str.to_uppercase()
        return code.str.zfill(width) if width else code
    return digits


def date(text: pl.Expr) -> pl.Expr:
    """The day of a text as delivered; null where none is read."""
    return by_value(text, lambda given: _date(cleaned(given, "date")))


def typed(text: pl.Expr, standard: str, ddl: str) -> pl.Expr:
    """The value of a cleaned text: a date, ``YYYY-MM``, a number or the text itself."""
    if standard == "date":
        return by_value(text, _date)
    if standard == "month":
        return by_value(text, _month)
    if ddl.upper() == "STRING":
        return text
    number = pl.when(text.str.contains(forms.NUMBER)).then(text.str.strip_prefix("+"))
    if standard == "integer":
        # 12.0 is how a spreadsheet writes 12; 12.5 is no whole number and stays unread.
        return number.str.replace("[.]0*$", "").cast(pl.Int64, strict=False)
    return number.str.replace("[.]$", "").cast(pl.Float64, strict=False)


def by_value(text: pl.Expr, read: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """Read every different text once: a month's dates are few."""

    def of(values: pl.Series) -> pl.Series:
        seen = values.unique()
        table = pl.DataFrame({"text": seen}).with_columns(read(pl.col("text")).alias("value"))
        joined = pl.DataFrame({"text": values}).join(table, on="text", how="left", maintain_order="left")
        return joined.get_column("value")

    return text.map_batches(of)


def _date(text: pl.Expr) -> pl.Expr:
    serial = forms.SERIAL
    days = text.str.extract(serial.pattern, 1).cast(pl.Int32, strict=False)
    counted = pl.lit(serial.origin).str.to_date() + pl.duration(days=days)
    result: pl.Expr = pl.when(days.is_between(serial.least, serial.most)).then(counted)
    for form in reversed(forms.DATES):
        parts = [_year(text, form), _month_of(text, form), _part(text, form, form.day)]
        made = pl.concat_str([parts[0], *(part.str.zfill(2) for part in parts[1:])], separator="-")
        result = (
            pl.when(text.str.contains(form.pattern)).then(made.str.to_date("%Y-%m-%d", strict=False)).otherwise(result)
        )
    return result


def _month(text: pl.Expr) -> pl.Expr:
    result = pl.lit(None, pl.String)
    for form in reversed(forms.REPORTING_MONTHS):
        month = _month_of(text, form).str.zfill(2)
        made = pl.when(month.is_between(pl.lit("01"), pl.lit("12"))).then(
            pl.concat_str([_year(text, form), month], separator="-")
        )
        result = pl.when(text.str.contains(form.pattern)).then(made).otherwise(result)
    return result


def _part(text: pl.Expr, form: Form, group: int) -> pl.Expr:
    return text.str.extract(form.pattern, group)


def _month_of(text: pl.Expr, form: Form) -> pl.Expr:
    part = _part(text, form, form.month)
    if not form.word:
        return part
    name = part.str.replace_all(".", "", literal=True).str.to_lowercase()
    return name.replace_strict(forms.MONTHS, default=None, return_dtype=pl.String)


def _year(text: pl.Expr, form: Form) -> pl.Expr:
    part = _part(text, form, form.year)
    number = part.cast(pl.Int32, strict=False)
    gregorian = (
        pl.when(part.str.len_chars() == 2)
        .then(number + forms.SHORT_YEAR_BASE - forms.BUDDHIST_OFFSET)
        .when(number >= forms.BUDDHIST_FROM)
        .then(number - forms.BUDDHIST_OFFSET)
        .otherwise(number)
    )
    return gregorian.cast(pl.String).str.zfill(4)
