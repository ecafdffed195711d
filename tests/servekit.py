"""MinIO and Trino with one project's tables in them, as the jobs leave them; made without Spark."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from tests import historykit
from tests.stackfixture import standing

from khlang import contracts, deltastore, lake
from khlang.curation.objects import bucket
from khlang.link import common
from khlang.serve import register
from khlang.settings import Settings

PERIODS = ("2026-01", "2026-02")
TYPES = {
    "BIGINT": pa.int64(),
    "INT": pa.int32(),
    "STRING": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
    "DATE": pa.date32(),
}


def arrow_type(text: str) -> pa.DataType:
    if text.startswith("DECIMAL"):
        precision, scale = text.removeprefix("DECIMAL(").removesuffix(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return TYPES[text]


def value(column: contracts.Column, number: int) -> Any:
    if column.type.startswith("DECIMAL"):
        return Decimal(number)
    if column.codes:
        return column.values[0]
    values = {"BIGINT": number, "INT": number, "STRING": str(number), "BOOLEAN": number % 2 == 0, "DOUBLE": 0.5}
    return (values | {"DATE": date(2026, 1, 1)})[column.type]


def rows(table: contracts.Table) -> list[dict[str, Any]]:
    if table.layer == "history":
        return historykit.served(table)
    whose = (("10", "dopa", "house_registry"), ("11", "mof", "welfare_registrants"), ("50", "sso", "insured_persons"))
    made = []
    for period in PERIODS:
        for number, (province, agency, dataset) in enumerate(whose, start=2):
            row = {column.name: value(column, 30 * number) for column in table.stored}
            places = {"province_code": province, "amphoe_code": f"{province}01", "period": period}
            places |= {"agency": agency, "dataset": dataset}
            made.append(row | {name: known for name, known in places.items() if name in row})
    return made


def write(settings: Settings, location: str, table: contracts.Table) -> pl.DataFrame:
    texts = common.rows(settings.contracts, table) if table.layer == "common" else ()
    read = {"INT": int, "BIGINT": int, "STRING": str}
    loaded = [{c.name: v and read[c.type](v) for c, v in zip(table.columns, row, strict=True)} for row in texts]
    frame = pl.from_arrow(put(settings, location, table, loaded or rows(table)))
    assert isinstance(frame, pl.DataFrame)
    return frame


def put(settings: Settings, location: str, table: contracts.Table, held: list[dict[str, Any]]) -> pa.Table:
    """Write these rows and no others: the first time a new table, later a new version of it."""
    from deltalake import write_deltalake

    schema = pa.schema([(column.name, arrow_type(column.type)) for column in table.stored])
    data = pa.Table.from_pylist(held, schema=schema)
    by = [table.partition] if table.partition else None
    options = deltastore.options(settings, "curate")
    write_deltalake(location, data, storage_options=options, partition_by=by, mode="overwrite")
    return data


@pytest.fixture(scope="session")
def served() -> Iterator[Settings]:
    """An installation whose project ``demo`` and ops tables are written and registered."""
    with standing("served", "minio", "trino") as settings:
        known = contracts.load()
        for item in register.served(known):
            write(settings, item.location, item.table)
        for table in (known["house_registry"],):  # a curated table that nobody registers
            location = lake.table("curated", table.name, table.version)
            write(settings, location, known["welfare_by_amphoe"])
        register.register(settings, known, exists=bucket(settings).exists)
        yield settings
