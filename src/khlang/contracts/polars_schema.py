"""A table as a Polars schema, for the agency's side and for tests. Polars is imported when it is asked for."""

import re
from typing import TYPE_CHECKING

from khlang.contracts.model import Table
from khlang.errors import ContractError

if TYPE_CHECKING:
    import polars as pl

_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


def polars_schema(table: Table) -> "pl.Schema":
    """The stored columns with Polars' types.

    Raises:
        ContractError: A column's type has no counterpart in Polars.
    """
    import polars as pl

    plain = {
        "BIGINT": pl.Int64(), "INT": pl.Int32(), "STRING": pl.String(), "DATE": pl.Date(), "BOOLEAN": pl.Boolean(),
        "DOUBLE": pl.Float64(),
    }  # fmt: skip
    types: dict[str, pl.DataType] = {}
    for column in table.stored:
        decimal = _DECIMAL.fullmatch(column.type)
        if decimal:
            types[column.name] = pl.Decimal(int(decimal[1]), int(decimal[2]))
        elif column.type in plain:
            types[column.name] = plain[column.type]
        else:
            raise ContractError(
                f"contracts/{table.path}, column {column.name}: type {column.type} is not known.",
                f"Use one of {', '.join(plain)} or DECIMAL(p,s).",
            )
    return pl.Schema(types)
