"""A person's name as an office typed it → one form, and a code of how it sounds. Thai, and Latin for foreigners.

The promise: the same bytes everywhere, for keys are made of them: the agencies' comparison keys, and the authority's
canaries. Nothing here is repaired: what is no letter goes, what is written in two ways becomes one. The code of the
sound is ours, after the idea of Russell's soundex and of what was done for Thai before (first consonant by its own
class, the others by the class of their final sound, vowels and tones left out): docs/decisions/218-comparison-keys.md.
"""

from typing import Final

import polars as pl

VERSION: Final = "1"  # raised when one name would come out differently
LENGTH: Final = 5  # of the code: the first sound and four more; a slip at the end of a long name costs nothing

_TITLES: Final = (
    r"^\s*(?:เด็กหญิง|เด็กชาย|นางสาว|นาง|นาย|น\s*\.\s*ส\s*\.|ด\s*\.\s*[ชญ]\s*\.|(?:mrs|mr|miss|ms|dr)[.\s])"
    r"\s*([\u0e01-\u0e2eเ-ไa-z])"  # a letter that begins a name: นายิกา is no นาย
)
_TONES: Final = "[\u0e48-\u0e4b]"
_CLASSES: Final = {
    "1": "กขฃคฅฆ", "2": "จฉชซฌศษสดตฎฏถฐทธฑฒ", "3": "บปพผฟฝภ", "4": "ม", "5": "นณญรลฬ", "6": "ย", "7": "ว", "8": "ง",
    "9": "หฮ", "": "อ",
}  # fmt: skip
_FIRST: Final = {
    "ก": "ก", "ข": "ขฃคฅฆ", "ง": "ง", "จ": "จ", "ช": "ฉชฌ", "ซ": "ซศษส", "ย": "ญย", "ด": "ดฎ", "ต": "ตฏ",
    "ท": "ถฐทธฑฒ", "น": "นณ", "บ": "บ", "ป": "ป", "พ": "พผภ", "ฟ": "ฟฝ", "ม": "ม", "ร": "รลฬ", "ว": "ว", "ห": "หฮ",
    "อ": "อ",
}  # fmt: skip
_LATIN: Final = {"1": "bfpv", "2": "cgjkqsxz", "3": "dt", "4": "l", "5": "mn", "6": "r", "": "hw", "0": "aeiouy"}


def exact(text: pl.Expr) -> pl.Expr:
    """The name in one form: letters and marks only, without its title; null where nothing is left.

    NFKC splits ำ on both sides, so that one key and two give the same; เ typed twice is แ; a tone typed before ํ
    comes after it. ``น.ส. สม ใจ`` and ``สมใจ`` are one.
    """
    plain = text.str.normalize("NFKC").str.to_lowercase().str.replace(_TITLES, "$1")
    letters = plain.str.replace_all(r"[^\p{L}\p{M}]", "").str.replace_all("เเ", "แ", literal=True)
    ordered = letters.str.replace_all(f"({_TONES})\u0e4d", "\u0e4d$1")
    ordered = ordered.str.replace_all(f"\u0e4d\u0e32({_TONES})", "\u0e4d${1}\u0e32")
    return pl.when(ordered.str.len_chars() > 0).then(ordered)


def sound(text: pl.Expr) -> pl.Expr:
    """The code of how a name sounds; null where it has no letter that is heard."""
    plain = exact(text)
    made = pl.when(plain.str.contains("[\u0e01-\u0e2e]")).then(_thai(plain)).otherwise(_latin(plain))
    return pl.when(made.str.len_chars() > 0).then(made.str.head(LENGTH))


def _thai(plain: pl.Expr) -> pl.Expr:
    silent = plain.str.replace_all("[\u0e01-\u0e2e][\u0e34\u0e38]?\u0e4c", "")
    am = silent.str.replace_all(f"\u0e4d{_TONES}?\u0e32", "ม")  # ำ ends in m
    both = am.str.replace_all("รร([\u0e01-\u0e2e])", "$1").str.replace_all("รร", "น", literal=True)
    led = both.str.replace_all("ห([งญนมยรลว])", "$1").str.replace("^ทร", "ซ").str.replace("^[สศ]ร", "ส")
    heard = led.str.replace_all("ฤ", "ร", literal=True).str.replace_all("[^\u0e01-\u0e2e]", "")
    first = heard.str.head(1).str.replace_many(_letters(_FIRST))
    return first + _runs(heard.str.slice(1).str.replace_many(_letters(_CLASSES)), "123456789")


def _latin(plain: pl.Expr) -> pl.Expr:
    letters = plain.str.replace_all("[^a-z]", "")
    coded = _runs(letters.str.slice(1).str.replace_many(_letters(_LATIN)), "123456")
    return letters.str.head(1) + coded.str.replace_all("0", "", literal=True)


def _letters(classes: dict[str, str]) -> dict[str, str]:
    return {letter: code for code, letters in classes.items() for letter in letters}


def _runs(codes: pl.Expr, alphabet: str) -> pl.Expr:
    """The same sound twice in a row is heard once."""
    for code in alphabet:
        codes = codes.str.replace_all(f"{code}+", code)
    return codes
