"""The definitions of a domain as variables of the connection: ``getvariable('welfare_max_land_rai_farm')``."""

import dataclasses
import importlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import polars as pl

from khlang.simulate.months import following


def tell(connection: duckdb.DuckDBPyConnection, domain: str) -> None:
    """Set ``<domain>_<definition>``; one that maps codes becomes a table ``words.<domain>_<definition>``."""
    meaning = importlib.import_module(f"khlang.domains.{domain}.definitions").load()
    for field in dataclasses.fields(meaning):
        name, value = f"{domain}_{field.name}", getattr(meaning, field.name)
        if isinstance(value, Mapping):
            table(connection, name, {"key": list(value), "value": [_plain(each) for each in value.values()]})
        else:
            connection.execute(f"SET VARIABLE {name} = $value", {"value": _plain(value)})


def date_it(connection: duckdb.DuckDBPyConnection, period: str) -> None:
    """Set ``period`` and the ``first_day`` of it and of the ``next`` month."""
    first = date.fromisoformat(f"{period}-01")
    for name, value in {"period": period, "first_day": first, "next_day": following(first)}.items():
        connection.execute(f"SET VARIABLE {name} = $value", {"value": value})


def table(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Make ``words.<name>`` of columns."""
    connection.register("given", pl.DataFrame(columns).to_arrow())
    connection.execute(f"CREATE OR REPLACE TABLE words.{name} AS SELECT * FROM given")
    connection.unregister("given")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | frozenset | set) else value
