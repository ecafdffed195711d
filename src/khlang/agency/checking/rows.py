"""Rows as they would leave → typed and judged one by one, as curate will do it: ``reason`` and ``reason_column``."""

import secrets
from collections.abc import Sequence

import polars as pl

from khlang import identifiers
from khlang.agency import scan, years
from khlang.agency.checking.laws import breach
from khlang.contracts import Column, RecordRule, Table, polars_schema
from khlang.values import local

BAD_TYPE = "BAD-TYPE"
SEED = secrets.randbits(63)  # a number must not be the same identifier tomorrow
HELD = ("source_file", "source_row")


def leaving(chunk: pl.DataFrame, table: Table, *, simulation: bool) -> pl.DataFrame:
    """What would leave of a chunk: a number in place of each identifier, years of dates, masked sentences.

    The number stands for the pseudonym and is good for counting only; no key is needed to check.
    """
    made: list[pl.Series] = []
    for column in table.columns:
        values = chunk[column.name]
        if column.identifier:
            done = identifiers.normalise_column(values, type=column.identifier, simulation=simulation)
            made += [standing_for(done["id"]).alias(column.name), done["reason"].alias(f"{column.name}_reason")]
        elif column.generalise:
            made.append(chunk.select(years.year(pl.col(column.name)).alias(column.name)).to_series())
        else:
            made.append(scan.mask(values) if column.free_text == "mask" else values)
    return pl.DataFrame([*made, *(chunk[name] for name in HELD)])


def standing_for(identifiers: pl.Series) -> pl.Series:
    """A number for each identifier, null for none; another one in every process."""
    hashed = identifiers.hash(seed=SEED)
    return pl.select(pl.when(pl.lit(identifiers).is_not_null()).then(pl.lit(hashed))).to_series()


def plain(table: Table) -> tuple[Column, ...]:
    """Columns that hold no identifier, in the contract's order."""
    return tuple(column for column in table.columns if not column.identifier)


def judged(frame: pl.DataFrame, table: Table, laws: Sequence[RecordRule], period: str) -> pl.DataFrame:
    """Type the plain columns and give each bad row its first reason: unreadable, then the contract's laws in order."""
    columns, types = plain(table), polars_schema(table)
    cleaned = {c.name: local.cleaned(pl.col(c.name), c.standard, width=c.code_width) for c in columns}
    texts = frame.with_columns(**cleaned)
    typed = texts.with_columns(
        **{c.name: _fitting(local.typed(pl.col(c.name), c.standard, c.type), types[c.name]) for c in columns}
    )
    unread = [(BAD_TYPE, c.name, texts[c.name].is_not_null() & typed[c.name].is_null()) for c in columns]
    broken = typed.select(breach(law.constraint, period).alias(str(i)) for i, law in enumerate(laws))
    faults = unread + [(law.code, law.column, broken[str(i)]) for i, law in enumerate(laws)]
    reason, column = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for code, name, where in reversed(faults):
        reason = pl.when(pl.lit(where)).then(pl.lit(code)).otherwise(reason)
        column = pl.when(pl.lit(where)).then(pl.lit(name)).otherwise(column)
    return typed.with_columns(reason.alias("reason"), column.alias("reason_column"))


def _fitting(value: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """In the contract's type; null where it does not fit, as ``try_cast`` gives."""
    if isinstance(kind, pl.Decimal):
        whole = value.round(kind.scale)
        return (
            pl.when(whole.abs() < 10.0 ** (int(kind.precision or 38) - kind.scale)).then(whole).cast(kind, strict=False)
        )
    return value.cast(kind, strict=False)
