# ruff: noqa: A002 (`type` is the word for an identifier's type everywhere)
"""From an identifier in its one form to pseudonyms, and from one level to the next: what agency and curation share.

The promise: the same bytes everywhere (profile ``hmac-v1``). A column function gives exactly what its scalar sibling
gives. Keys are the derived 64 hex characters of ``derive_key``; they live in this process's memory and in no message.
"""

import hmac
from collections.abc import Collection
from functools import partial
from typing import Any, Final

import polars as pl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from khlang import fast, identifiers
from khlang.errors import RawIdentifierError

PROFILE: Final = "hmac-v1"
SOURCE_PATTERN: Final = r"^s1v?\.[a-z0-9]{1,16}\.[0-9a-f]{32}$"
POOL_PATTERN: Final = r"^p1\.[a-z0-9]{1,16}\.[0-9a-f]{32}$"
PROJECT_PATTERN: Final = r"^j1\.[a-z0-9_-]{1,32}\.[0-9a-f]{32}$"


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
    identifiers.require_type(type)
    if fast.suits(type) and not deny:
        return fast.seal(
            identifiers.series(values).cast(pl.String), key=key, epoch=epoch, type_=type,
            classes=identifiers.first_digits(type, simulation=simulation), reasons=identifiers.REASONS,
            law=partial(identifiers.normalise, type=type, simulation=simulation),
            one=partial(source_pseudonym, key=key, epoch=epoch, type=type),
        )  # fmt: skip
    frame = identifiers.normalise_column(values, type=type, simulation=simulation, deny=deny)
    message = pl.lit(f"khlang-pid-v1\0{type}\0") + pl.col("id")
    return frame.select(_keyed(message, key, f"s1.{epoch}.").alias("s"), "reason")


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
        pl.DataFrame({"v": identifiers.series(values)})
        .select(digits.str.to_integer(base=16, dtype=pl.Int64).alias("pid"))
        .to_series()
    )


def _mac(key: str, message: str) -> str:
    return hmac.digest(key.encode("ascii"), message.encode(), "sha256").hex()


def _keyed(message: pl.Expr, key: str, prefix: str) -> pl.Expr:
    import polars_hash

    digest: pl.Expr = polars_hash.concat_str([message]).chash.hmac_sha256(key=key)
    return pl.lit(prefix) + digest.str.head(32)


def _rekey(values: Any, pattern: str, label: str, key: str, prefix: str) -> pl.Series:
    frame = pl.DataFrame({"v": identifiers.series(values)})
    wrong = frame.select((~pl.col("v").str.contains(pattern)).sum()).item()
    if wrong:
        raise RawIdentifierError(
            f"{wrong} values are no pseudonyms of level {pattern[1:3]}.", "Refuse the submission and ask its agency."
        )
    return frame.select(_keyed(pl.lit(label) + pl.col("v"), key, prefix).alias(prefix[0])).to_series()
