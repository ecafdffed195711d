# ruff: noqa: A002 (`type` is the word for an identifier's type everywhere)
"""From an identifier as an office typed it to its one form, or the reason why it has none.

The promise: nothing repaired, nothing dropped silently, the same answer everywhere. The column function gives exactly
what its scalar sibling gives; it only does the common rows in polars.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, Final

import polars as pl

from khlang.errors import ContractError

Answer = tuple[str | None, str | None]  # identifier or null, reason or null

NORMALISER: Final = "1"  # raised when one input byte would normalise differently
TYPES: Final = ("th-cid", "th-juristic", "house", "plate")
REASONS: Final = ("missing", "bad_format", "bad_check", "placeholder", "class_not_allowed")
# First digits that the registrar has issued; 9 never was, so that simulated people are nobody.
CLASSES: Final = {"th-cid": "012345678", "th-juristic": "0"}

_FORMATS = {"th-cid": "[0-9]{13}", "th-juristic": "[0-9]{13}", "house": "[0-9]{11}", "plate": ".{1,16}"}

# Excel made a number of it: the zero in front is lost, so its digits prove nothing even when they happen to fit.
_NUMBER = re.compile(r"\s*[+-]?(\d+\.\d*|\d+(\.\d*)?[eE][+-]?\d+)\s*")
_PRINTED = re.compile(r"'?[0-9]\.[0-9]{4}\.[0-9]{5}\.[0-9]{2}\.[0-9]")
_THAI_DIGITS = {ord("๐") + i: str(i) for i in range(10)}
_ZERO_WIDTH = "\u200b\u200c\u200d\ufeff"
_DROPPED = _ZERO_WIDTH + "\u2212"
_RUN = "01234567890123456789012"
# Twelve digits all equal, or rising or falling by one with wrap: typed to fill a box.
_RUNS = [_RUN[i : i + 12] for i in range(10)]
_PLACEHOLDERS = frozenset([d * 12 for d in "0123456789"] + _RUNS + [run[::-1] for run in _RUNS])
# What the polars path knows how to clean; a row with any other character goes to the scalar function.
_PLAIN_DIGITS = "^'?[0-9๐-๙ .\u00a0\u200b\u200c\u200d\ufeff-]*$"
_PLAIN_PLATE = "^[ก-ฮ0-9๐-๙ -]*$"
_CLEANING = {"๐๑๒๓๔๕๖๗๘๙"[i]: str(i) for i in range(10)} | dict.fromkeys([" ", "-", "\u00a0", *_ZERO_WIDTH], "")


def normalise(text: str | None, *, type: str = "th-cid", simulation: bool, deny: Collection[str] = ()) -> Answer:
    """The identifier in its one form, or the reason why it has none.

    Args:
        text: As delivered.
        type: One of ``TYPES``.
        simulation: Whether class 9 (never issued) is allowed.
        deny: Normalised identifiers that the contract also calls placeholders.

    Returns:
        ``(identifier, None)`` or ``(None, reason)`` with a reason of ``REASONS``.

    Raises:
        ContractError: The type is unknown.
    """
    require_type(type)
    if text is None:
        return None, "missing"
    if _NUMBER.fullmatch(text):
        return None, "bad_format"
    cleaned = _clean(text)
    if not cleaned:
        return None, "missing"
    identifier = cleaned.upper() if type == "plate" else cleaned
    if not re.fullmatch(_FORMATS[type], identifier):
        return None, "bad_format"
    reason = _digits_reason(identifier, type, simulation) or ("placeholder" if identifier in deny else None)
    return (None, reason) if reason else (identifier, None)


def normalise_column(values: Any, *, type: str, simulation: bool, deny: Collection[str] = ()) -> pl.DataFrame:
    """``normalise`` of a column: columns ``id`` and ``reason``, exactly one null a row."""
    require_type(type)
    raw = pl.DataFrame({"raw": series(values).cast(pl.String)})
    done = raw.with_columns(_clean_expr().alias("id")).with_columns(_reason_expr(type, simulation, deny))
    done = done.with_columns(pl.when(pl.col("reason").is_null()).then("id").alias("id"))
    odd = ~pl.col("raw").str.contains(_PLAIN_PLATE if type == "plate" else _PLAIN_DIGITS)
    scalar = partial(normalise, type=type, simulation=simulation, deny=deny)
    return _with_odd_rows(done, odd, scalar)


def first_digits(type: str, *, simulation: bool) -> str | None:
    """The digits that an identifier of a type may begin with; None where any may."""
    return CLASSES[type] + ("9" if simulation else "") if type in CLASSES else None


def check_digit(digits: str) -> int:
    """The thirteenth digit that the first twelve ask for (modulo 11; citizen and juristic numbers), of any script."""
    weighted = sum((13 - i) * int(digit) for i, digit in enumerate(digits[:12]))
    return (11 - weighted % 11) % 10


def require_type(name: str) -> None:
    """An identifier's type is one of ``TYPES``.

    Raises:
        ContractError: It is not.
    """
    if name not in TYPES:
        raise ContractError(f"Identifier type {name!r} is not known.", f"Use one of: {', '.join(TYPES)}.")


def series(values: Any) -> pl.Series:
    """A column given as polars or Arrow."""
    if isinstance(values, pl.Series):
        return values
    if isinstance(made := pl.from_arrow(values), pl.Series):
        return made
    raise TypeError("A column is wanted, not a table.")


def _clean(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_THAI_DIGITS)
    kept = "".join(c for c in folded if not (c in _DROPPED or c.isspace() or unicodedata.category(c) == "Pd"))
    if _PRINTED.fullmatch(kept):
        kept = kept.replace(".", "")
    return kept.removeprefix("'")


def _digits_reason(digits: str, type_: str, simulation: bool) -> str | None:
    if type_ not in CLASSES:
        return "placeholder" if type_ == "house" and len(set(digits)) == 1 else None
    if digits[0] not in CLASSES[type_] + ("9" if simulation else ""):
        return "class_not_allowed"
    if check_digit(digits) != int(digits[12]):
        return "bad_check"
    return "placeholder" if digits[:12] in _PLACEHOLDERS else None


def _clean_expr() -> pl.Expr:
    cleaned = pl.col("raw").str.replace_many(_CLEANING)
    printed = cleaned.str.contains(f"^{_PRINTED.pattern}$")
    undotted = cleaned.str.replace_all(".", "", literal=True)
    return pl.when(printed).then(undotted).otherwise(cleaned).str.strip_prefix("'")


def _reason_expr(type_: str, simulation: bool, deny: Collection[str]) -> pl.Expr:
    text = pl.col("id")
    reason = (
        pl.when(text.is_null() | (text == "")).then(pl.lit("missing"))
        .when(~text.str.contains(f"^{_FORMATS[type_]}$")).then(pl.lit("bad_format"))
    )  # fmt: skip
    number = text.cast(pl.Int64, strict=False)
    if type_ == "house":
        reason = reason.when(number % 11111111111 == 0).then(pl.lit("placeholder"))
    elif type_ in CLASSES:
        weighted = pl.sum_horizontal([(number // 10 ** (12 - i) % 10) * (13 - i) for i in range(12)])
        allowed = CLASSES[type_] + ("9" if simulation else "")
        reason = (
            reason.when(~text.str.contains(f"^[{allowed}]")).then(pl.lit("class_not_allowed"))
            .when((11 - weighted % 11) % 10 != number % 10).then(pl.lit("bad_check"))
            .when((number // 10).is_in([int(twelve) for twelve in _PLACEHOLDERS])).then(pl.lit("placeholder"))
        )  # fmt: skip
    return reason.when(text.is_in(list(deny))).then(pl.lit("placeholder")).alias("reason")


def _with_odd_rows(done: pl.DataFrame, odd: pl.Expr, scalar: Callable[[str], Answer]) -> pl.DataFrame:
    texts = done.filter(odd).get_column("raw").unique()
    if texts.is_empty():
        return done.select("id", "reason")
    pairs = [scalar(text) for text in texts]
    answers = pl.DataFrame(
        {"raw": texts, "odd_id": [p[0] for p in pairs], "odd_reason": [p[1] for p in pairs]},
        schema={"raw": pl.String, "odd_id": pl.String, "odd_reason": pl.String},
    )
    joined = done.join(answers, on="raw", how="left", maintain_order="left")
    return joined.select(
        pl.when(odd).then("odd_id").otherwise("id").alias("id"),
        pl.when(odd).then("odd_reason").otherwise("reason").alias("reason"),
    )
