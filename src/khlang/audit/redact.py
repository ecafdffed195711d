"""A query's text as the ledger keeps it: its shape, and nothing that somebody pasted.

Kept is what is known to be harmless, not what is not known to be harmful: keywords, names of tables and columns,
months, dates, short codes and numbers. Every other literal, all comments and everything that is not ASCII go.
"""

import re

GONE, DIGITS = "…", "#"
LONGEST = 4000
_TOKENS = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<text>'(?:[^']|'')*(?:'|\Z))"
    r'|(?P<name>"(?:[^"]|"")*(?:"|\Z))',
    re.DOTALL,
)
#: Months, dates, times of the day, and codes of at most six digits, alone or with a sign that LIKE knows.
_HARMLESS = re.compile(r"'(?:[0-9]{1,6}%?|[0-9]{4}-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9:.]{5,12}Z?)?)?|%|)'")
_NAME = re.compile(r'"[A-Za-z_$][A-Za-z0-9_$]*"')
#: Nine digits and more, however they are spaced: an identifier, a telephone number, a pid.
_NUMBER = re.compile(r"[0-9](?:[0-9 .,\-]*[0-9])?")
_MANY = 9


def query(text: str) -> str:
    """The text of a query without what may tell of a person.

    Returns:
        At most :data:`LONGEST` characters, ASCII but for the marks of what was left out.
    """
    parts, end = [], 0
    for found in _TOKENS.finditer(text):
        parts += [_plain(text[end : found.start()]), _kept(found)]
        end = found.end()
    parts.append(_plain(text[end:]))
    whole = " ".join("".join(parts).split())
    return whole if len(whole) <= LONGEST else whole[:LONGEST] + GONE


def word(text: object, *, longest: int = 128) -> str:
    """A name that Trino gives (of a user, table, column, state): letters, digits and a few signs, or nothing."""
    told = str(text or "")
    harmless = re.fullmatch(r"[A-Za-z0-9_$@.:+\-]*", told) is not None and len(told) <= longest
    return told if harmless and not _long(told) else GONE


def _kept(found: re.Match[str]) -> str:
    if found["comment"] is not None:
        return " "
    if found["text"] is not None:
        return found["text"] if _HARMLESS.fullmatch(found["text"]) else f"'{GONE}'"
    return found["name"] if _NAME.fullmatch(found["name"]) and not _long(found["name"]) else f'"{GONE}"'


def _plain(text: str) -> str:
    ascii_only = re.sub(r"[^\x09-\x7e]+", GONE, text)
    return _NUMBER.sub(lambda found: DIGITS if _long(found[0]) else found[0], ascii_only)


def _long(text: str) -> bool:
    return any(sum(map(str.isdigit, run)) >= _MANY for run in _NUMBER.findall(text))
