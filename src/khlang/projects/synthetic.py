"""Made-up tables in the shape of a project's: for writing code outside, before and beside the workspace.

Nothing but contracts is read: types, code lists, units, what is part of what. No row, count or distribution of anybody
is in them, so they may go anywhere; no figure computed from them means anything.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from khlang.contracts import Column, Contracts, Table, polars_schema
from khlang.errors import UsageError
from khlang.policy.request import Request, narrowed

PID_BITS = 48  # as a project's own
EMPTY_SHARE = 0.1  # of a column that may be empty
MOST_INTEGER, MOST_WHOLE_DIGITS = 1_000, 5
NOTE = """ตารางสมมติของโครงการ {project}: สร้างจากสัญญาข้อมูลเท่านั้น ไม่มีข้อมูลของผู้ใด ใช้เขียนและทดลองโค้ดนอกพื้นที่ทำงาน
ตัวเลขที่คำนวณจากตารางเหล่านี้ไม่มีความหมาย

Made-up tables of the project {project}: filled from data contracts alone, no row or count of anybody is in them.
They are for writing and trying code outside the workspace. No figure computed from them means anything.
"""
#: What a unit allows of whole numbers and of decimals: from, to (excluded).
_BOUNDS = {
    "hours": (0, 24),
    "day of the month": (1, 29),
    "percent": (0, 101),
    "per cent": (0, 101),
    "share of one": (0, 2),
    "year": (2015, 2027),
}
Ids = dict[str, "np.ndarray[Any, Any]"]  # type of identifier → the made-up pids of that type
_PLACES = ("province", "amphoe", "tambon")  # code lists that nest: the first digits of the finer are the coarser


def tables(request: Request, contracts: Contracts, *, rows: int, period: str, seed: int) -> dict[str, pl.DataFrame]:
    """The tables that a request asks for, filled with what the contracts allow.

    Args:
        request: What a project asks for; it need not be approved.
        contracts: All contracts.
        rows: The most rows of a table; fewer where its grain has fewer values.
        period: The month of every row, ``YYYY-MM``.
        seed: The same seed gives the same tables.

    Returns:
        Mart → rows, one a grain, sorted by it, with the columns and types of the project's table. The same made-up
        persons are in every table, so joins find something.

    Raises:
        InputError: It asks for what no mart has.
        ContractError: A table of it has no contract.
    """
    random = np.random.default_rng(seed)
    kinds = sorted({str(column.identifier) for table in contracts.marts for column in table.identifiers})
    ids = {kind: np.sort(random.choice(2**PID_BITS, size=rows, replace=False)) for kind in kinds}
    made = {}
    for table in narrowed(request, contracts):
        whole = fill(contracts[table.name], random, rows=rows, ids=ids, period=period)
        made[table.name] = whole.select(column.name for column in table.stored)
    return made


def write(folder: Path, request: Request, made: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Write the tables as Parquet files with a note of what they are into a folder that is not there yet; gives them.

    Raises:
        UsageError: The folder is there and holds something.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty.", "Name a new folder: nothing is overwritten.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in made.items():
        frame.write_parquet(folder / f"{name}.parquet")
    (folder / "READ-ME.txt").write_text(NOTE.format(project=request.name), encoding="utf-8")
    return made


def fill(table: Table, random: np.random.Generator, *, rows: int, ids: Ids, period: str) -> pl.DataFrame:
    """Rows of one whole mart that keep its contract: one a grain, parts at most their wholes, nothing below zero."""
    columns = {
        column.name: ids[column.identifier].tolist() if column.identifier else _values(column, random, rows, period)
        for column in table.stored
    }
    _nest(table, columns)
    frame = pl.DataFrame(columns, schema=polars_schema(table), strict=False)
    parts = [
        (rule.column, str(rule.arguments["of"])) for rule in table.quality if rule.code == "MART-PART" and rule.column
    ]
    for part, whole in parts * len(parts):  # a whole may itself be a part: once round for each link of such a chain
        truth = table.column(part).type == "BOOLEAN"
        frame = frame.with_columns(
            (pl.col(part) & pl.col(whole)) if truth else pl.min_horizontal(part, whole).alias(part)
        )
    empty = [
        pl.when(pl.Series(random.random(rows) >= EMPTY_SHARE)).then(pl.col(column.name)).alias(column.name)
        for column in table.stored
        if column.nullable and column.name not in table.grain
    ]
    return frame.with_columns(empty).unique(table.grain, keep="first").sort(table.grain)


def _values(column: Column, random: np.random.Generator, count: int, period: str) -> list[Any]:
    """One column's values, none of them empty."""
    if column.standard == "month":
        return [period] * count
    if column.values:
        return list(random.choice(list(column.values), size=count))
    low, high = _BOUNDS.get(column.unit or "", (0, MOST_INTEGER))
    kinds: dict[str, Callable[[], list[Any]]] = {
        "BOOLEAN": lambda: list(map(bool, random.integers(0, 2, size=count))),
        "DATE": lambda: [
            dt.date.fromisoformat(f"{period}-01") - dt.timedelta(int(d)) for d in random.integers(0, 365, count)
        ],
        "STRING": lambda: [f"{column.name}-{number:06d}" for number in random.integers(0, count, size=count)],
        "DOUBLE": lambda: list(map(float, random.uniform(low, high - 1, size=count))),
    }
    if column.type in kinds:
        return kinds[column.type]()
    if column.type.startswith("DECIMAL"):
        return _decimals(column, random, count)
    return list(map(int, random.integers(low, high, size=count)))


def _decimals(column: Column, random: np.random.Generator, count: int) -> list[Any]:
    precision, scale = map(int, column.type.removeprefix("DECIMAL(").removesuffix(")").split(","))
    _, high = _BOUNDS.get(column.unit or "", (0, 10 ** min(precision - scale, MOST_WHOLE_DIGITS) + 1))
    return [Decimal(int(number)).scaleb(-scale) for number in random.integers(0, (high - 1) * 10**scale, size=count)]


def _nest(table: Table, columns: dict[str, list[Any]]) -> None:
    """Make each place lie in the coarser place beside it."""
    named = {column.codes: column for column in table.stored if column.codes in _PLACES}
    found = [named[level] for level in _PLACES if level in named]
    for coarse, fine in reversed(list(pairwise(found))):
        width = len(coarse.values[0])
        columns[coarse.name] = [code[:width] for code in columns[fine.name]]
