"""The contract's laws as polars expressions: a third rendering of the same objects, beside plain Python and Spark SQL.

A unit test holds each against ``Constraint.bad``; the scenarios that Spark is held against hold it too.
"""

import decimal
from functools import singledispatch

import polars as pl

from khlang.contracts import Constraint
from khlang.contracts.constraints import Between, NotAfterPeriod, NotBelow, NotNull, OneOf, OnTime
from khlang.errors import ContractError


@singledispatch
def breach(law: Constraint, period: str) -> pl.Expr:
    """True where a typed row breaks the law, never null.

    Raises:
        ContractError: The law is of a newer contract than this tool knows.
    """
    del period
    raise ContractError(
        f"คอลัมน์ {law.column}: โปรแกรมรุ่นนี้ไม่รู้จักกติกา {type(law).__name__} / "
        f"Column {law.column}: the law {type(law).__name__} is not known here.",
        "ปรับรุ่นโปรแกรม / Update khlang.",
    )


@breach.register
def _(law: NotNull, period: str) -> pl.Expr:
    del period
    return pl.col(law.column).is_null()


@breach.register
def _(law: OneOf, period: str) -> pl.Expr:
    del period
    return ~pl.col(law.column).is_in(list(law.values)).fill_null(value=True)


@breach.register
def _(law: Between, period: str) -> pl.Expr:
    del period
    value = pl.col(law.column)
    low = value < decimal.Decimal(law.minimum) if law.minimum is not None else pl.lit(value=False)
    high = value > decimal.Decimal(law.maximum) if law.maximum is not None else pl.lit(value=False)
    return (low | high).fill_null(value=False)


@breach.register
def _(law: NotAfterPeriod, period: str) -> pl.Expr:
    value = pl.col(law.column)
    month = value if law.month else value.dt.strftime("%Y-%m")
    return (month > pl.lit(period)).fill_null(value=False)


@breach.register
def _(law: OnTime, period: str) -> pl.Expr:
    return (pl.col(law.column) < pl.lit(period)).fill_null(value=False)


@breach.register
def _(law: NotBelow, period: str) -> pl.Expr:
    del period
    return (pl.col(law.column) < pl.col(law.other)).fill_null(value=False)
