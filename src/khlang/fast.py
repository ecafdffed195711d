"""The optional kernel: one pass over a column instead of several, with the bytes of the library path.

``khlang_kernel`` is a wheel of its own (``kernel/``), for machines where sealing is slow; nothing depends on it. What
it cannot judge (a character that offices do not usually type) it hands back, and the scalar law of
``khlang.pseudonym`` decides.
"""

import importlib
import os
from collections.abc import Callable
from typing import Any, Final

import polars as pl

_DIGITS: Final = {"th-cid": 13, "th-juristic": 13, "house": 11}
_ODD: Final = 255
Answer = tuple[str | None, str | None]


def load() -> Any:
    """The kernel's module, or None where it is not installed."""
    try:
        return importlib.import_module("khlang_kernel")
    except ImportError:
        return None


KERNEL: Any = load()
THREADS = min(os.cpu_count() or 1, 4)


def suits(type_: str) -> bool:
    """Whether the kernel is here and knows an identifier's type."""
    return KERNEL is not None and type_ in _DIGITS


def seal(
    values: pl.Series,
    *,
    key: str,
    epoch: str,
    type_: str,
    classes: str | None,
    reasons: tuple[str, ...],
    law: Callable[[str], Answer],
    one: Callable[[str], str],
) -> pl.DataFrame:
    """Columns ``s`` and ``reason``, exactly one null a row.

    Args:
        values: Text as delivered.
        key: The derived sealing key.
        epoch: The source epoch.
        type_: One that ``suits``.
        classes: Allowed first digits; None where the type has none.
        reasons: In the kernel's order.
        law: The scalar normalisation, for rows that the kernel hands back.
        one: The pseudonym of one normalised identifier.
    """
    sealed, told = KERNEL.seal(
        values,
        key=key.encode("ascii"),
        label=f"khlang-pid-v1\0{type_}\0".encode(),
        prefix=f"s1.{epoch}.",
        digits=_DIGITS[type_],
        classes=None if classes is None else sum(1 << int(digit) for digit in classes),
        threads=THREADS,
    )
    s, codes = pl.Series("s", sealed), pl.Series("code", told)
    if s.null_count() == 0:
        return pl.DataFrame({"s": s, "reason": pl.Series([None], dtype=pl.String).new_from_index(0, len(s))})
    names = pl.Series("reason", [*reasons, *[None] * (256 - len(reasons))], dtype=pl.String)
    frame = pl.DataFrame({"s": s, "reason": names.gather(codes)})
    odd = codes == _ODD
    return _with_odd(frame, values, odd, law, one) if odd.any() else frame


def _with_odd(
    frame: pl.DataFrame, values: pl.Series, odd: pl.Series, law: Callable[[str], Answer], one: Callable[[str], str]
) -> pl.DataFrame:
    texts = values.filter(odd).unique()
    judged = [law(text) for text in texts]
    answers = pl.DataFrame(
        {"raw": texts, "odd_s": [one(i) if i else None for i, _ in judged], "odd_reason": [why for _, why in judged]},
        schema={"raw": pl.String, "odd_s": pl.String, "odd_reason": pl.String},
    )
    joined = frame.with_columns(values.alias("raw"), odd.alias("odd")).join(
        answers, on="raw", how="left", maintain_order="left"
    )
    return joined.select(
        pl.when("odd").then("odd_s").otherwise("s").alias("s"),
        pl.when("odd").then("odd_reason").otherwise("reason").alias("reason"),
    )
