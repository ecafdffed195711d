"""Constraints on a value: each describes itself, judges a value in plain Python, and renders itself as Spark SQL.

So the reference page, the row's reason and the gate's metric cannot disagree. ``predicate_sql`` is true when BAD.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Constraint(ABC):
    """A law of one column's value."""

    column: str

    code = ""  # what a row that breaks it bears as its reason

    @abstractmethod
    def bad(self, value: Any, period: str) -> bool:
        """Whether a standardised value (None: empty) breaks the law in this period."""

    @property
    @abstractmethod
    def predicate_sql(self) -> str:
        """Spark SQL over the staged frame, true when the row breaks the law, never null."""

    @property
    @abstractmethod
    def describe_en(self) -> str:
        """The law in a few English words."""

    @property
    @abstractmethod
    def describe_th(self) -> str:
        """The law in a few Thai words."""


@dataclass(frozen=True)
class NotNull(Constraint):
    """The value is there; of an identifier: it could be sealed."""

    identifier: bool = False

    @property
    def code(self) -> str:  # type: ignore[override]
        """``PID-MISSING`` for an identifier, ``RULE-REQUIRED`` for another column."""
        return "PID-MISSING" if self.identifier else "RULE-REQUIRED"

    def bad(self, value: Any, period: str) -> bool:
        """True of an empty value."""
        del period
        return value is None

    @property
    def predicate_sql(self) -> str:
        """``column IS NULL``."""
        return f"{self.column} IS NULL"

    @property
    def describe_en(self) -> str:
        """In English."""
        return "is usable" if self.identifier else "is not empty"

    @property
    def describe_th(self) -> str:
        """In Thai."""
        return "ใช้เชื่อมโยงได้" if self.identifier else "ไม่ว่าง"


@dataclass(frozen=True)
class OneOf(Constraint):
    """The code stands in its code list."""

    codes: str
    values: tuple[str, ...]

    code = "BAD-CODE"

    def bad(self, value: Any, period: str) -> bool:
        """True of a code outside the list; an empty value is NotNull's matter."""
        del period
        return value is not None and value not in self.values

    @property
    def predicate_sql(self) -> str:
        """``NOT IN`` over literals: Spark makes a hash set of them, which keeps it one pass without a join."""
        listed = ", ".join(f"'{value}'" for value in self.values)
        return f"({self.column} IS NOT NULL AND {self.column} NOT IN ({listed}))"

    @property
    def describe_en(self) -> str:
        """In English."""
        return f"is in the code list {self.codes}"

    @property
    def describe_th(self) -> str:
        """In Thai."""
        return f"อยู่ในรายการรหัส {self.codes}"


@dataclass(frozen=True)
class Between(Constraint):
    """A number lies within its limits, both included; None is no limit."""

    minimum: str | None
    maximum: str | None

    code = "RULE-RANGE"

    def bad(self, value: Any, period: str) -> bool:
        """True of a number outside."""
        del period
        if value is None:
            return False
        number = Decimal(str(value))
        low, high = self.minimum, self.maximum
        return (low is not None and number < Decimal(low)) or (high is not None and number > Decimal(high))

    @property
    def predicate_sql(self) -> str:
        """Comparisons with literals."""
        parts = [f"{self.column} < {self.minimum}"] if self.minimum is not None else []
        parts += [f"{self.column} > {self.maximum}"] if self.maximum is not None else []
        return f"({self.column} IS NOT NULL AND ({' OR '.join(parts)}))"

    @property
    def describe_en(self) -> str:
        """In English."""
        return f"lies in {self.minimum or '…'} to {self.maximum or '…'}"

    @property
    def describe_th(self) -> str:
        """In Thai."""
        return f"อยู่ระหว่าง {self.minimum or '…'} ถึง {self.maximum or '…'}"


@dataclass(frozen=True)
class NotAfterPeriod(Constraint):
    """A date (or a month ``YYYY-MM``) is not later than the end of the period."""

    month: bool = False

    code = "RULE-PERIOD"

    def bad(self, value: Any, period: str) -> bool:
        """True of a date in a later month than the period."""
        if value is None:
            return False
        return (value if self.month else dt.date.strftime(value, "%Y-%m")) > period

    @property
    def predicate_sql(self) -> str:
        """Compared as months; ``period`` is a column of the staged frame."""
        month = self.column if self.month else f"date_format({self.column}, 'yyyy-MM')"
        return f"({self.column} IS NOT NULL AND {month} > period)"

    @property
    def describe_en(self) -> str:
        """In English."""
        return "is not after the period"

    @property
    def describe_th(self) -> str:
        """In Thai."""
        return "ไม่เกินงวดที่รายงาน"


@dataclass(frozen=True)
class OnTime(Constraint):
    """A month ``YYYY-MM`` is not earlier than the period: late rows are kept, and counted."""

    code = "RULE-LATE"

    def bad(self, value: Any, period: str) -> bool:
        """True of an earlier month."""
        return value is not None and value < period

    @property
    def predicate_sql(self) -> str:
        """Months as text compare as months do."""
        return f"({self.column} IS NOT NULL AND {self.column} < period)"

    @property
    def describe_en(self) -> str:
        """In English."""
        return "is not before the period"

    @property
    def describe_th(self) -> str:
        """In Thai."""
        return "ไม่ใช่รายการย้อนหลัง"


@dataclass(frozen=True)
class NotBelow(Constraint):
    """A value is not below another column's of the same row: an end is not before its beginning."""

    other: str

    code = "RULE-ORDER"

    def bad(self, value: Any, period: str) -> bool:
        """True of a pair (value, the other column's) whose first is the smaller; an empty one has no order."""
        del period
        mine, others = value
        return mine is not None and others is not None and bool(mine < others)

    @property
    def predicate_sql(self) -> str:
        """Null where either is empty, which is no breach."""
        return f"coalesce({self.column} < {self.other}, false)"

    @property
    def describe_en(self) -> str:
        """In English."""
        return f"is not below {self.other}"

    @property
    def describe_th(self) -> str:
        """In Thai."""
        return f"ไม่น้อยกว่าหรือไม่ก่อน {self.other}"


def bound(arguments: Mapping[str, Any], key: str) -> str | None:
    """A limit of a range as the exact text of its number."""
    value = arguments.get(key)
    return None if value is None else str(Decimal(str(value)))
