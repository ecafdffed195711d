"""Whole numbers in the simulator's truths: shares that are rounded half up, percentiles by rank, exact decimals."""

import polars as pl


def half_up(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """``part ÷ whole`` to the nearest whole number, a half upwards; neither is negative, null of nothing."""
    return pl.when(whole > 0).then((2 * part + whole) // (2 * whole))


def by_rank(column: str, percent: int) -> pl.Expr:
    """The value at place ceiling(n × percent ÷ 100) of a group's n values in order; null of no values."""
    values = pl.col(column).drop_nulls().sort()
    return values.get((percent * values.len() + 99) // 100 - 1, null_on_oob=True)


def decimal(column: str, name: str, precision: int, scale: int) -> pl.Expr:
    """A whole number of tenths or ten-thousandths as DECIMAL(precision, scale), exactly."""
    exact = pl.col(column).cast(pl.Decimal(38, scale)) / pl.lit(10**scale)
    return exact.cast(pl.Decimal(precision, scale)).alias(name)
