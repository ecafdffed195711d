"""The pure middle of sealing: an extract's rows in, the rows that leave and the row map out. No file, no clock."""

import hashlib
import hmac
from dataclasses import dataclass, field

import polars as pl

from khlang import pseudonym
from khlang.agency import guard, years
from khlang.agency.bundle import Bundle
from khlang.agency.extract import Extract
from khlang.contracts import Table, sealed_columns
from khlang.errors import ContractError


@dataclass(frozen=True)
class Sealed:
    """What leaves, what stays, and the counts that the manifest tells.

    ``rows``: sealed rows, canaries among them, in an order that nobody without the key can guess.
    ``rowmap``: row_number, source_file, source_row (null for a canary).
    ``lost_years``: for each generalised column, values in which no year was found and which therefore stay here.
    """

    rows: pl.DataFrame = field(repr=False)
    rowmap: pl.DataFrame = field(repr=False)
    data_rows: int
    canary_rows: int
    pid_reasons: dict[str, dict[str, int]]
    lost_years: dict[str, int]


def seal(extract: Extract, table: Table, bundle: Bundle, *, key: str, content: bytes) -> Sealed:
    """Seal identifiers, coarsen what must be, add canaries, look once more, shuffle.

    Args:
        extract: Rows in the contract's columns.
        table: The contract.
        bundle: Profile and canaries.
        key: The derived sealing key.
        content: Hash of the office's file; with the key it decides the order of rows.

    Raises:
        RawIdentifierError: A column that would leave in clear holds raw identifiers.
        ContractError: The contract asks for a generalisation that this tool does not know.
    """
    guard.refuse_raw(extract.frame, _clear(table), extract.frame["source_row"])
    data = _columns(extract.frame, table, key, bundle, simulation=bundle.simulation)
    canary = _columns(_canaries(table, bundle), table, key, bundle, simulation=True)
    order = _order(data.height + canary.height, key, content)
    rows = pl.concat([data, canary])[order].with_columns(pl.int_range(1, pl.len() + 1).alias("row_number"))
    source = pl.concat([extract.frame["source_row"].cast(pl.Int64), pl.Series([None] * canary.height, dtype=pl.Int64)])
    rowmap = rows.select("row_number", pl.lit(extract.file).alias("source_file"), source[order].alias("source_row"))
    return Sealed(
        rows=rows.select(sealed_columns(table)),
        rowmap=rowmap,
        data_rows=data.height,
        canary_rows=canary.height,
        pid_reasons={column.name: _reasons(data[f"{column.name}_reason"]) for column in table.identifiers},
        lost_years={
            column.name: extract.frame[column.name].count() - data[column.name].count()
            for column in table.columns
            if column.generalise
        },
    )


def _clear(table: Table) -> list[str]:
    return [column.name for column in table.columns if not column.identifier and not column.generalise]


def _columns(frame: pl.DataFrame, table: Table, key: str, bundle: Bundle, *, simulation: bool) -> pl.DataFrame:
    made: list[pl.Series] = []
    for column in table.columns:
        values = frame[column.name]
        if column.identifier:
            sealed = pseudonym.seal_column(
                values, key=key, epoch=bundle.epoch, type=column.identifier, simulation=simulation
            )
            made += [sealed["s"].alias(column.name), sealed["reason"].alias(f"{column.name}_reason")]
        elif column.generalise == "year":
            made.append(frame.select(years.year(pl.col(column.name)).alias(column.name)).to_series())
        elif column.generalise:
            raise ContractError(
                f"Column {column.name} is to be generalised to {column.generalise}, which this tool does not know.",
                "ปรับรุ่นโปรแกรม / Update khlang.",
            )
        else:
            made.append(values)
    return pl.DataFrame(made)


def _canaries(table: Table, bundle: Bundle) -> pl.DataFrame:
    forms = bundle.canaries[table.name]
    count = max(map(len, forms.values()), default=0)
    columns = {
        column.name: (forms.get(column.name, []) + [None] * count)[:count] if column.identifier else [None] * count
        for column in table.columns
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _order(count: int, key: str, content: bytes) -> pl.Series:
    import polars_hash

    seed = hmac.digest(key.encode("ascii"), b"khlang-order-v1\0" + content, hashlib.sha256).hex()
    places = pl.DataFrame({"i": pl.int_range(count, eager=True).cast(pl.String)})
    drawn = polars_hash.col("i").chash.hmac_sha256(key=seed).str.head(15).str.to_integer(base=16)
    return places.select(drawn.arg_sort()).to_series()


def _reasons(reasons: pl.Series) -> dict[str, int]:
    counts = reasons.drop_nulls().value_counts(sort=True)
    return dict(sorted((str(reason), int(count)) for reason, count in counts.rows()))
