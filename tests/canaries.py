"""Two worlds that differ only in what staff must not see: rows of others, and cells of classes that are masked.

Whatever an account is told must be the same in both. What is hidden holds values that nothing visible holds, so that a
leak is also known by sight: numbers begin with :data:`DIGITS`, texts with :data:`WORD`, days and months lie in
:data:`YEAR`.
"""

import datetime as dt
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests import policykit, servekit

from khlang.contracts import Column, Table
from khlang.serve import register
from khlang.settings import Settings

DIGITS, WORD, YEAR = "70717", "canary", "2031"
#: Account → the tables that hold canaries.
TABLES: Mapping[str, tuple[str, ...]] = {
    "province10.officer": ("demo.welfare_eligibility", "demo.flooded_homes", "demo.welfare_by_amphoe"),
    "dopa.officer": ("ops.link_rates", "ops.gate_metrics"),
}
OWN, OTHERS = {"province_code": "10", "agency": "dopa"}, {"province_code": ("11", "50"), "agency": ("mof", "sso")}
VISIBLE = 4  # rows of a period


def table(name: str) -> Table:
    """A served table by ``schema.table``."""
    return policykit.CONTRACTS[name.partition(".")[2]]


def plain(column: Column, number: int) -> Any:
    """A value that staff may see."""
    kind = column.type.partition("(")[0]
    values = {"BIGINT": number, "INT": number, "STRING": f"v{number}", "BOOLEAN": number % 2 == 0}
    values |= {"DOUBLE": number / 2, "DATE": dt.date(2026, 1, number), "DECIMAL": Decimal(number)}
    return values[kind]


def hidden(column: Column, number: int, world: int) -> Any:
    """A value that staff must not see."""
    kind, figures = column.type.partition("(")[0], int(f"{DIGITS}{number % 10}{world}")
    values = {"BIGINT": figures * 1000, "INT": figures, "STRING": f"{WORD}{number}w{world}"}
    values |= {"BOOLEAN": (number + world) % 2 == 0, "DOUBLE": figures + 0.5, "DECIMAL": Decimal(figures)}
    return (values | {"DATE": dt.date(int(YEAR), 7 + world, 1 + number)})[kind]


def rows(login: str, name: str, world: int) -> list[dict[str, Any]]:
    """Rows of a table in one world: an account's own, their masked cells hidden, and others', of another number."""
    one, held = policykit.member(login), table(name)
    whose, masked = one.role.tables[name], one.role.masked(held)
    made = []
    for period in servekit.PERIODS:
        for number in range(1, VISIBLE + 1):
            row = {c.name: hidden(c, number, world) if c.name in masked else plain(c, number) for c in held.stored}
            made.append(row | {whose: OWN[whose], "period": period})
    for number in range(6 + 3 * world):
        row = {c.name: hidden(c, number, world) for c in held.stored}
        period = (*servekit.PERIODS, f"{YEAR}-0{7 + world}")[number % 3]
        made.append(row | {whose: OTHERS[whose][number % 2], "period": period})
    return made


def settle(settings: Settings, world: int | None) -> None:
    """Put the tables into one world, or back to what the installation had."""
    served = {f"{item.schema}.{item.table.name}": item for item in register.served(policykit.CONTRACTS)}
    for login, names in TABLES.items():
        for name in names:
            item = served[name]
            held = servekit.rows(item.table) if world is None else rows(login, name, world)
            servekit.put(settings, item.location, item.table, held)
    time.sleep(2)  # Trino keeps what it knows of a table for a second
