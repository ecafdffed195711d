# ruff: noqa: A002 (`type` is the word for an identifier's type everywhere)
"""From an identifier as an office typed it to pseudonyms: the one module that agency and curation share.

The promise: the same bytes everywhere (profile ``hmac-v1``), nothing repaired, nothing dropped silently. A column
function gives exactly what its scalar sibling gives; it only does the common rows in polars. Keys are the derived
64 hex characters of ``derive_key``; they live in this process's memory and in no message.
"""

import hmac
import re
import unicodedata
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, Final

import polars as pl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from khlang import fast
from khlang.errors import ContractError, RawIdentifierError

Answer = tuple[str | None, str | None]  # identifier or null, reason or null

PROFILE: Final = "hmac-v1"
NORMALISER: Final = "1"  # raised when one input byte would normalise differently
TYPES: Final = ("th-cid", "th-juristic", "house", "plate")
REASONS: Final = ("missing", "bad_format", "bad_check", "placeholder", "class_not_allowed")
# First digits that the registrar has issued; 9 never was, so that simulated people are nobody.
CLASSES: Final = {"th-cid": "012345678", "th-juristic": "0"}
SOURCE_PATTERN: Final = r"^s1v?\.[a-z0-9]{1,16}\.[0-9a-f]{32}$"
POOL_PATTERN: Final = r"^p1\.[a-z0-9]{1,16}\.[0-9a-f]{32}$"
PROJECT_PATTERN: Final = r"^j1\.[a-z0-9_-]{1,32}\.[0-9a-f]{32}$"

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
    _require_type(type)
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


def derive_key(ikm: bytes, role: str, name: str) -> str:
    """The 64 hex characters that key one level: ``role`` is src, pool or proj; ``name`` its epoch or project."""
    info = f"khlang/pid/v1|{role}|{name}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(ikm).hex()


def key_check_value(key: str) -> str:
    """Eight bytes in hex that tell one source key from another and nothing of either."""
    return _mac(key, "khlang-kcv-v1\0")[:16]


def source_pseudonym(identifier: str, *, key: str, epoch: str, type: str) -> str:
    """``s``: what an agency sends in place of a normalised identifier."""
    return f"s1.{epoch}." + _mac(key, f"khlang-pid-v1\0{type}\0{identifier}")[:32]


def pool_pseudonym(s: str, *, key: str, epoch: str) -> str:
    """``p``: what the pool makes of ``s``."""
    return f"p1.{epoch}." + _mac(key, f"khlang-pool-v1\0{s}")[:32]


def project_pseudonym(p: str, *, key: str, project: str) -> str:
    """``j``: what one project sees of ``p``."""
    return f"j1.{project}." + _mac(key, f"khlang-proj-v1\0{p}")[:32]


def pid_of(pseudonym: str) -> int:
    """The first 48 bits of ``p`` or ``j``: exact in Excel, R, JavaScript and JSON."""
    return int(pseudonym.rpartition(".")[2][:12], 16)


def seal_column(
    values: Any, *, key: str, epoch: str, type: str, simulation: bool, deny: Collection[str] = ()
) -> pl.DataFrame:
    """Seal a column of identifiers (polars or Arrow text): columns ``s`` and ``reason``, exactly one null a row."""
    _require_type(type)
    if fast.suits(type) and not deny:
        return fast.seal(
            _series(values).cast(pl.String), key=key, epoch=epoch, type_=type,
            classes=CLASSES[type] + ("9" if simulation else "") if type in CLASSES else None, reasons=REASONS,
            law=partial(normalise, type=type, simulation=simulation),
            one=partial(source_pseudonym, key=key, epoch=epoch, type=type),
        )  # fmt: skip
    frame = normalise_column(values, type=type, simulation=simulation, deny=deny)
    message = pl.lit(f"khlang-pid-v1\0{type}\0") + pl.col("id")
    return frame.select(_keyed(message, key, f"s1.{epoch}.").alias("s"), "reason")


def normalise_column(values: Any, *, type: str, simulation: bool, deny: Collection[str] = ()) -> pl.DataFrame:
    """``normalise`` of a column: columns ``id`` and ``reason``, exactly one null a row."""
    _require_type(type)
    raw = pl.DataFrame({"raw": _series(values).cast(pl.String)})
    done = raw.with_columns(_clean_expr().alias("id")).with_columns(_reason_expr(type, simulation, deny))
    done = done.with_columns(pl.when(pl.col("reason").is_null()).then("id").alias("id"))
    odd = ~pl.col("raw").str.contains(_PLAIN_PLATE if type == "plate" else _PLAIN_DIGITS)
    scalar = partial(normalise, type=type, simulation=simulation, deny=deny)
    return _with_odd_rows(done, odd, scalar)


def pool_column(values: Any, *, key: str, epoch: str) -> pl.Series:
    """``p`` of a column of ``s`` (polars or Arrow text); null stays null.

    Raises:
        RawIdentifierError: A value is no source pseudonym; it is counted, never shown.
    """
    return _rekey(values, SOURCE_PATTERN, "khlang-pool-v1\0", key, f"p1.{epoch}.")


def repool_column(values: Any, *, key: str, epoch: str) -> pl.Series:
    """``p`` of the next pool epoch, of a column of ``p`` of the one before: a rotation adds a key and drops none."""
    return _rekey(values, POOL_PATTERN, "khlang-pool-v1\0", key, f"p1.{epoch}.")


def project_column(values: Any, *, key: str, project: str) -> pl.Series:
    """``j`` of a column of ``p``, as ``pool_column``."""
    return _rekey(values, POOL_PATTERN, "khlang-proj-v1\0", key, f"j1.{project}.")


def pid_column(values: Any) -> pl.Series:
    """``pid_of`` of a column of ``p`` or ``j`` as Int64; null stays null."""
    digits = pl.col("v").str.tail(32).str.head(12)
    return (
        pl.DataFrame({"v": _series(values)})
        .select(digits.str.to_integer(base=16, dtype=pl.Int64).alias("pid"))
        .to_series()
    )


def _require_type(name: str) -> None:
    if name not in TYPES:
        raise ContractError(f"Identifier type {name!r} is not known.", f"Use one of: {', '.join(TYPES)}.")


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
    weighted = sum((13 - i) * int(digit) for i, digit in enumerate(digits[:12]))
    if (11 - weighted % 11) % 10 != int(digits[12]):
        return "bad_check"
    return "placeholder" if digits[:12] in _PLACEHOLDERS else None


def _mac(key: str, message: str) -> str:
    return hmac.digest(key.encode("ascii"), message.encode(), "sha256").hex()


def _series(values: Any) -> pl.Series:
    if isinstance(values, pl.Series):
        return values
    if isinstance(series := pl.from_arrow(values), pl.Series):
        return series
    raise TypeError("A column is wanted, not a table.")


def _keyed(message: pl.Expr, key: str, prefix: str) -> pl.Expr:
    import polars_hash

    digest: pl.Expr = polars_hash.concat_str([message]).chash.hmac_sha256(key=key)
    return pl.lit(prefix) + digest.str.head(32)


def _rekey(values: Any, pattern: str, label: str, key: str, prefix: str) -> pl.Series:
    frame = pl.DataFrame({"v": _series(values)})
    wrong = frame.select((~pl.col("v").str.contains(pattern)).sum()).item()
    if wrong:
        raise RawIdentifierError(
            f"{wrong} values are no pseudonyms of level {pattern[1:3]}.", "Refuse the submission and ask its agency."
        )
    return frame.select(_keyed(pl.lit(label) + pl.col("v"), key, prefix).alias(prefix[0])).to_series()


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
