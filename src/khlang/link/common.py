"""Common data: places, fiscal periods, population, code lists, from files of ``contracts/`` into the lake.

A table is written again when its file or contract changed, whole and in one commit; Delta keeps the versions before.
They are small and of no person: delta-rs writes them in a second, and no Spark is woken.
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from khlang import deltastore, lake
from khlang.contracts import Table, ddl, polars_schema
from khlang.curation.lease import hold
from khlang.errors import ContractError
from khlang.link.records import Records, State

if TYPE_CHECKING:
    from khlang.link.build import Workshop

WHOLE = "all"  # what stands for a period where a table has none
LIST = "list"  # the file's name, where a table is made of several


def load(shop: "Workshop", folder: Path, *, options: Mapping[str, str] | None = None) -> list[str]:
    """Bring the tables of common data up to date.

    Args:
        shop: Tables, receipts, contracts.
        folder: ``contracts/``.
        options: How delta-rs reaches the lake (``khlang.deltastore.options``); none in a folder.

    Returns:
        The tables that were written.

    Raises:
        ContractError: A source is missing, or has no column of a contract's.
    """
    if not any(_stale(shop, folder, table) for table in shop.contracts.common):
        return []
    with hold(shop.place.objects, "common"):  # domains are built at the same time, and each begins with this
        return [table.name for table in shop.contracts.common if _load_one(shop, folder, table, options or {})]


def version(shop: "Workshop", table: Table) -> int:
    """Which load of a table counts; 0 before the first."""
    return _records(shop, table).numbers().get(WHOLE, 0)


def rows(folder: Path, table: Table) -> list[tuple[str | None, ...]]:
    """The rows of a table as its source has them, in the order of the contract's columns.

    Raises:
        ContractError: The source is missing, or has no column of the contract's.
    """
    found: list[tuple[str | None, ...]] = []
    for file in files(folder, table):
        text = file.read_text(encoding="utf-8").splitlines()
        for row in csv.DictReader(line for line in text if not line.startswith("#")):
            named = row | {LIST: file.stem}
            headers = {column.name: [h for h in column.headers if h in named] for column in table.columns}
            if missing := [name for name, known in headers.items() if not known]:
                raise ContractError(
                    f"contracts/{table.source} has no column {', '.join(missing)} of {table.name}.",
                    "Mend the file, or give the column the file's header as an alias.",
                )
            found.append(tuple(named[known[0]] or None for known in headers.values()))
    return found


def files(folder: Path, table: Table) -> list[Path]:
    """The files that a table is made of.

    Raises:
        ContractError: There is none.
    """
    source = folder / table.source
    found = sorted(source.glob("*.csv")) if source.is_dir() else [source]
    if not found or not all(file.exists() for file in found):
        raise ContractError(f"contracts/{table.source} of {table.name} is missing.", "Mend source in its contract.")
    return found


def _records(shop: "Workshop", table: Table) -> Records:
    return Records(shop.receipts, f"_common/{table.versioned}")


def _stale(shop: "Workshop", folder: Path, table: Table) -> dict[str, State]:
    from khlang.link.build import digest

    content = digest(Path(__file__).read_bytes(), ddl(table).encode(), *(f.read_bytes() for f in files(folder, table)))
    return _records(shop, table).stale({WHOLE: {"inputs": {table.source: content}}})


def _load_one(shop: "Workshop", folder: Path, table: Table, options: Mapping[str, str]) -> bool:
    if not (stale := _stale(shop, folder, table)):
        return False
    told = _records(shop, table)
    number = told.begin(stale)
    location = lake.table("common", table.name, table.version)
    content, name = frame(folder, table), f"common.{table.versioned}"
    with hold(shop.place.objects, name) as lease:
        lease.check()
        deltastore.replace_all(content, shop.place.at(location), table, app=name, version=number, options=dict(options))
    told.finish(number)
    return True


def frame(folder: Path, table: Table) -> pl.DataFrame:
    """The rows of a table with the contract's types, sorted by its grain.

    Raises:
        ContractError: As :func:`rows`; or a value is none of its column's type.
    """
    texts = pl.DataFrame(rows(folder, table), schema=[column.name for column in table.columns], orient="row")
    try:
        return texts.cast(polars_schema(table)).sort(table.grain)
    except pl.exceptions.InvalidOperationError:
        raise ContractError(
            f"contracts/{table.source} has a value that is not of its column's type in {table.name}.",
            f"Mend the file, or the type in contracts/{table.path}.",
        ) from None
