"""Comparison keys: what an agency sends of names and birth dates in place of them, for one linkage job.

``l = "l1.<epoch>." + hex(HMAC-SHA256(k_lnk, "khlang-lnk-v1" 00 <parts joined by +> 00 <value> 00 <value> …))[:32]``
with ``k_lnk`` derived from the authority's ``K_lnk`` like any other key (role ``lnk``). A key one part of which is
missing is null. Neutral: the agency makes keys of its rows with it, the authority of its canaries.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from khlang import names, pseudonym
from khlang.contracts.second_route import ComparisonKey
from khlang.values import local

ROLE: Final = "lnk"
_SEXES: Final = {
    **dict.fromkeys(("1", "ช", "ชาย", "เพศชาย", "m", "male"), "1"),
    **dict.fromkeys(("2", "ญ", "หญิง", "เพศหญิง", "f", "female"), "2"),
}
_PLACE_WORDS: Final = r"^(?:อำเภอ|เขต|อ\.|กิ่งอำเภอ)\s*"


def derive_key(secret: bytes, epoch: str) -> str:
    """``k_lnk`` of an epoch, as 64 hex characters."""
    return pseudonym.derive_key(secret, ROLE, epoch)


def pattern(epoch: str) -> str:
    """What a comparison key of this epoch looks like."""
    return rf"^l1\.{epoch}\.[0-9a-f]{{32}}$"


def columns(fields: pl.DataFrame, keys: Iterable[ComparisonKey], *, key: str, epoch: str) -> pl.DataFrame:
    """The comparison keys of rows.

    Args:
        fields: Columns of ``second_route.FIELDS`` as text, as delivered; those that no key needs may be absent.
        keys: The contract's.
        key: ``k_lnk``, derived.
        epoch: Its epoch.

    Returns:
        One text column a key, of its name; null where a part of it is missing or cannot be read.
    """
    made = parts(fields)
    return made.select(_keyed(each, key, epoch) for each in keys)


def parts(fields: pl.DataFrame) -> pl.DataFrame:
    """What keys are made of: every part whose field is there, in one form."""
    readers: Mapping[str, list[pl.Expr]] = {
        "given_name": _names("given"),
        "family_name": _names("family"),
        "birth_date": _birth(),
        "sex": [_sex().alias("sex")],
        "amphoe": [_amphoe().alias("amphoe")],
    }
    return fields.select(one for name, read in readers.items() if name in fields.columns for one in read)


def _keyed(each: ComparisonKey, key: str, epoch: str) -> pl.Expr:
    import polars_hash

    label = pl.lit(f"khlang-lnk-v1\0{each.recipe}")
    # A null part makes the whole message null, and with it the key.
    message = pl.concat_str([label, *(pl.col(part) for part in each.parts)], separator="\0")
    digest: pl.Expr = polars_hash.concat_str([message]).chash.hmac_sha256(key=key)
    made = pl.lit(f"l1.{epoch}.") + digest.str.head(32)
    return pl.when(pl.all_horizontal(pl.col(part).is_not_null() for part in each.parts)).then(made).alias(each.name)


def _names(name: str) -> list[pl.Expr]:
    column = pl.col(f"{name}_name")
    return [names.exact(column).alias(name), names.sound(column).alias(f"{name}_sound")]


def _birth() -> list[pl.Expr]:
    day = local.date(pl.col("birth_date"))
    forms = {"birth_date": "%Y-%m-%d", "birth_year": "%Y", "birth_day": "%m-%d"}
    return [day.dt.to_string(form).alias(name) for name, form in forms.items()]


def _sex() -> pl.Expr:
    text = local.cleaned(pl.col("sex"), "code").str.to_lowercase()
    return text.replace_strict(_SEXES, default=None, return_dtype=pl.String)


def _amphoe() -> pl.Expr:
    """The four digits of the amphoe's code, also where those of tambon or village follow; or its name."""
    text = local.cleaned(pl.col("amphoe"), "digits")
    named = names.exact(pl.col("amphoe").str.strip_chars().str.replace(_PLACE_WORDS, ""))
    return pl.when(text.str.contains("^[0-9]{4,8}$")).then(text.str.head(4)).otherwise(named)
