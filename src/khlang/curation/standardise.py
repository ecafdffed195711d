"""Text as offices write it → typed values, as native Spark SQL expressions made from the contract's ``standard``.

Two steps a column, so that what cannot be read is told from what was left empty: first the cleaned text (Thai digits
to ASCII, blanks and lone dashes to null, one form a kind), then a cast that gives null instead of an error.
"""

from collections.abc import Collection

THAI, ASCII = "๐๑๒๓๔๕๖๗๘๙", "0123456789"
#: A typed year from here on is of the Buddhist era (the house rule); two digits always are (67 is 2567).
BUDDHIST_FROM, BUDDHIST_OFFSET, SHORT_YEAR_BASE = 2400, 543, 2500

_MONTHS = (
    ("มกราคม", "มค"), ("กุมภาพันธ์", "กพ"), ("มีนาคม", "มีค"), ("เมษายน", "เมย"), ("พฤษภาคม", "พค"), ("มิถุนายน", "มิย"),
    ("กรกฎาคม", "กค"), ("สิงหาคม", "สค"), ("กันยายน", "กย"), ("ตุลาคม", "ตค"), ("พฤศจิกายน", "พย"), ("ธันวาคม", "ธค"),
)  # fmt: skip
_MONTH_MAP = "map({})".format(
    ", ".join(f"'{name}', '{number:02d}'" for number, names in enumerate(_MONTHS, 1) for name in names)
)
_ISO_DATE = r"^(\\d{4})[-/](\\d{1,2})[-/](\\d{1,2})(?:[ T]\\d{2}:\\d{2}.*)?$"
_SHORT_DATE = r"^(\\d{1,2})[/.-](\\d{1,2})[/.-](\\d{4}|\\d{2})$"
_WORD_DATE = r"^(?:วันที่)? ?(\\d{1,2}) ?([ก-๛.]+?) ?(?:พ\\. ?ศ\\.)? ?(\\d{4}|\\d{2})$"
_ISO_MONTH = r"^(\\d{4})[-/]?(\\d{2})$"
_SHORT_MONTH = r"^(\\d{1,2})[/-](\\d{4}|\\d{2})$"
_WORD_MONTH = r"^([ก-๛.]+?) ?(?:พ\\. ?ศ\\.)? ?(\\d{4}|\\d{2})$"


def cleaned(column: str, standard: str, *, width: int = 0) -> str:
    """Spark SQL for the cleaned text of a column.

    Args:
        column: Name of a text column.
        standard: The contract's ``text|digits|money|date|month|code|integer``.
        width: Zero-padding of a code, 0 for none.
    """
    spaces = f"trim(regexp_replace(`{column}`, '[\\\\s\\\\u00A0\\\\u200B-\\\\u200D\\\\uFEFF]+', ' '))"
    plain = f"nullif(nullif({spaces}, ''), '-')"
    if standard == "text":
        return plain
    digits = f"translate({plain}, '{THAI}', '{ASCII}')"
    if standard == "digits":
        return f"regexp_replace({digits}, '[ -]', '')"
    if standard in {"money", "integer"}:
        return f"regexp_replace({digits}, '(?:^฿)|[, ]|(?:บาท$)|(?:\\\\.-$)', '')"
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
    if standard == "integer":
        # 12.0 is how a spreadsheet writes 12; 12.5 is no whole number and stays unread.
        return f"try_cast(regexp_replace(`{column}`, '\\\\.0+$', '') AS {ddl})"
    return f"try_cast(`{column}` AS {ddl})"


def width(codes: Collection[str]) -> int:
    """Padding of a code list whose codes are digits of one length (provinces: 2); 0 for any other."""
    lengths = {len(code) for code in codes}
    return lengths.pop() if len(lengths) == 1 and all(code.isdigit() for code in codes) else 0


def _date(text: str) -> str:
    return (
        f"CASE WHEN {text} IS NULL THEN NULL"
        f" WHEN {text} RLIKE '{_ISO_DATE}' THEN {_ymd(text, _ISO_DATE, 1, _part(text, _ISO_DATE, 2), 3)}"
        f" WHEN {text} RLIKE '{_SHORT_DATE}' THEN {_ymd(text, _SHORT_DATE, 3, _part(text, _SHORT_DATE, 2), 1)}"
        f" WHEN {text} RLIKE '{_WORD_DATE}' THEN {_ymd(text, _WORD_DATE, 3, _thai_month(text, _WORD_DATE, 2), 1)}"
        " END"
    )


def _month(text: str) -> str:
    joined = (
        f"CASE WHEN {text} RLIKE '{_ISO_MONTH}' THEN {_ym(text, _ISO_MONTH, 1, _part(text, _ISO_MONTH, 2))}"
        f" WHEN {text} RLIKE '{_SHORT_MONTH}' THEN {_ym(text, _SHORT_MONTH, 2, _part(text, _SHORT_MONTH, 1))}"
        f" WHEN {text} RLIKE '{_WORD_MONTH}' THEN {_ym(text, _WORD_MONTH, 2, _thai_month(text, _WORD_MONTH, 1))}"
        " END"
    )
    return f"left(CAST(try_cast(concat({joined}, '-01') AS DATE) AS STRING), 7)"


def _part(text: str, pattern: str, group: int) -> str:
    return f"regexp_extract({text}, '{pattern}', {group})"


def _thai_month(text: str, pattern: str, group: int) -> str:
    return f"try_element_at({_MONTH_MAP}, replace({_part(text, pattern, group)}, '.', ''))"


def _year(text: str, pattern: str, group: int) -> str:
    part = _part(text, pattern, group)
    number = f"CAST({part} AS INT)"
    return (
        f"CASE WHEN length({part}) = 2 THEN {number} + {SHORT_YEAR_BASE - BUDDHIST_OFFSET}"
        f" WHEN {number} >= {BUDDHIST_FROM} THEN {number} - {BUDDHIST_OFFSET} ELSE {number} END"
    )


def _ym(text: str, pattern: str, year: int, month: str) -> str:
    return f"concat({_year(text, pattern, year)}, '-', lpad({month}, 2, '0'))"


def _ymd(text: str, pattern: str, year: int, month: str, day: int) -> str:
    whole = f"concat({_year(text, pattern, year)}, '-', {month}, '-', {_part(text, pattern, day)})"
    return f"try_cast({whole} AS DATE)"
