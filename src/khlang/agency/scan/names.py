"""Names of persons in a sentence, found by titles and by lists of given and family names; no model, no download."""

import functools
import importlib.resources
import lzma
import re
from typing import Final

Span = tuple[int, int]

# Before a name; what begins with one but is another word (นายจ้าง, คุณภาพ) is ruled out by what follows.
_TITLE: Final = (
    r"นางสาว|น\.\s?ส\.|นาง|นาย|เด็กชาย|เด็กหญิง|ด\.\s?ช\.|ด\.\s?ญ\.|คุณ|ดร\.|นพ\.|พญ\.|ทพ\.|ผศ\.|รศ\.|ศ\.|พระ|กำนัน|"
    r"(?:พล\.|พ\.|ร\.|จ\.|ส\.|ด\.)(?:[ตอทสจนร]\.){1,2}(?:[อทต]\.)?"
)
_WORD: Final = "[\u0e01-\u0e4e]"
_THAI: Final = re.compile(f"{_WORD}+(?:\\.{_WORD}+)*")
_TITLED: Final = re.compile(rf"(?:{_TITLE})(\s?)({_WORD}+)(?:\s+({_WORD}+))?")
_SURE: Final = re.compile(r"นางสาว|เด็กชาย|เด็กหญิง|.*\.")
_LATIN: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\b\.?\s+[A-Z][a-z]+(?:\s+[A-Z][a-z]+)?")
_PAIR: Final = re.compile(rf"(?=(?<!{_WORD})({_WORD}+)\s+({_WORD}+))")
# Given names that offices write as words far more often.
_WORDS: Final = frozenset(("สังคม", "สมบัติ", "ประสงค์", "สมัคร", "อนุบาล", "สัมภาษณ์", "อนุสรณ์", "อุทิศ", "สำรวจ"))
_FAMILY_LETTERS: Final = 14
_NO_NAME: Final = ("เป็น", "และ", "หรือ")
_SAID: Final = re.compile(rf"ชื่อ(?:ว่า)?\s?({_WORD}+)\s+({_WORD}+)")


def spans(text: str) -> list[Span]:
    """Where in a text a person's name stands."""
    found = [match.span() for match in _LATIN.finditer(text)]
    found += [match.span() for match in _TITLED.finditer(text) if _titled(match)]
    given, family = _lists()
    for match in (*_PAIR.finditer(text), *_SAID.finditer(text)):
        start = _suffix(match.group(1), given)
        whole = start == 0 and len(match.group(2)) <= _FAMILY_LETTERS
        if start is not None and (whole or _prefix(match.group(2), family)):
            found.append((match.start(1) + start, match.end(2)))
    return found


def _titled(match: re.Match[str]) -> bool:
    """A title and a name behind it: known at its beginning, or spelled apart from it with a family name."""
    gap, word, after = match.groups()
    given, family = _lists()
    title = match.group()[: match.start(2) - match.start()].strip()
    known = _prefix(word, given)
    if _SURE.fullmatch(title):
        return bool(known or ((after or not gap) and not word.startswith(_NO_NAME)))
    return bool(known) and (known == word or bool(after and _prefix(after, family)))


def _prefix(word: str, listed: frozenset[str]) -> str | None:
    return next((word[:n] for n in range(len(word), 2, -1) if word[:n] in listed), None)


def _suffix(word: str, listed: frozenset[str]) -> int | None:
    """Where the longest listed end of a run of letters begins; words stand unspaced before a name."""
    return next((at for at in range(len(word) - 3) if word[at:] in listed and word[at:] not in _WORDS), None)


@functools.cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    data = importlib.resources.files(__package__).joinpath("names.txt.xz").read_bytes()
    given, _, family = lzma.decompress(data).decode("utf-8").partition("\n\n")
    return frozenset(given.split("\n")), frozenset(family.split())
