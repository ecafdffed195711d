"""Text as offices write it → typed values, as native Spark SQL expressions made from the contract's ``standard``.

Two steps a column, so that what cannot be read is told from what was left empty: first the cleaned text (Thai digits
to ASCII, blanks and lone dashes to null, one form a kind), then a cast that gives null instead of an error.
"""

from khlang.values import forms
from khlang.values.forms import Form

_MONTH_MAP = "map({})".format(", ".join(f"'{name}', '{number}'" for name, number in forms.MONTHS.items()))
_BLANKS = ", ".join(f"'{blank}'" for blank in ("", *forms.BLANKS))


def cleaned(column: str, standard: str, *, width: int = 0) -> str:
    """Spark SQL for the cleaned text of a column.

    Args:
        column: Name of a text column.
        standard: The contract's ``text|digits|money|date|month|code|integer``.
        width: Zero-padding of a code, 0 for none.
    """
    spaces = f"trim(regexp_replace(`{column}`, '{forms.SPACES}', ' '))"
    plain = f"CASE WHEN lower({spaces}) NOT IN ({_BLANKS}) THEN {spaces} END"
    if standard == "text":
        return plain
    digits = f"translate({plain}, '{forms.THAI_DIGITS}', '{forms.ASCII_DIGITS}')"
    if standard == "digits":
        return f"regexp_replace({digits}, '[ -]', '')"
    if standard in {"money", "integer"}:
        return f"regexp_replace({digits}, '{forms.MONEY_MARKS}', '')"
    if standard == "code":
        code = f"upper(regexp_replace({digits}, ' ', ''))"
        return f"lpad({code}, greatest({width}, length({code})), '0')" if width else code
    return digits


def typed(column: str, standard: str, ddl: str) -> str:
    """Spark SQL for the typed value of a cleaned column; null where the text cannot be read."""
    if standard == "date":
        return _date(f"`{column}`")
    if standard == "month":
        return _month(f"`{column}`")
    if ddl.upper() == "STRING":
        return f"`{column}`"
    number = f"CASE WHEN `{column}` RLIKE '{forms.NUMBER}' THEN `{column}` END"
    if standard == "integer":
        # 12.0 is how a spreadsheet writes 12; 12.5 is no whole number and stays unread.
        return f"try_cast(regexp_replace({number}, '[.]0*$', '') AS {ddl})"
    return f"try_cast({number} AS {ddl})"


def _date(text: str) -> str:
    cases = " ".join(f"WHEN {text} RLIKE '{form.pattern}' THEN {_ymd(text, form)}" for form in forms.DATES)
    serial = forms.SERIAL
    days = f"try_cast(regexp_extract({text}, '{serial.pattern}', 1) AS INT)"
    counted = f"CASE WHEN {days} BETWEEN {serial.least} AND {serial.most} THEN DATE'{serial.origin}' + {days} END"
    return f"CASE WHEN {text} IS NULL THEN NULL {cases} ELSE {counted} END"


def _month(text: str) -> str:
    cases = " ".join(f"WHEN {text} RLIKE '{form.pattern}' THEN {_ym(text, form)}" for form in forms.REPORTING_MONTHS)
    return f"left(CAST(try_cast(concat(CASE {cases} END, '-01') AS DATE) AS STRING), 7)"


def _part(text: str, form: Form, group: int) -> str:
    return f"regexp_extract({text}, '{form.pattern}', {group})"


def _month_of(text: str, form: Form) -> str:
    part = _part(text, form, form.month)
    return f"try_element_at({_MONTH_MAP}, lower(replace({part}, '.', '')))" if form.word else part


def _year(text: str, form: Form) -> str:
    part = _part(text, form, form.year)
    number = f"CAST({part} AS INT)"
    return (
        f"CASE WHEN length({part}) = 2 THEN {number} + {forms.SHORT_YEAR_BASE - forms.BUDDHIST_OFFSET}"
        f" WHEN {number} >= {forms.BUDDHIST_FROM} THEN {number} - {forms.BUDDHIST_OFFSET} ELSE {number} END"
    )


def _ym(text: str, form: Form) -> str:
    return f"concat({_year(text, form)}, '-', lpad({_month_of(text, form)}, 2, '0'))"


def _ymd(text: str, form: Form) -> str:
    month, day = (f"lpad({part}, 2, '0')" for part in (_month_of(text, form), _part(text, form, form.day)))
    return f"try_cast(concat(lpad({_year(text, form)}, 4, '0'), '-', {month}, '-', {day}) AS DATE)"
