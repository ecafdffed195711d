"""A month sealed under version 1 is curated again into version 2, which calls a column otherwise."""

import dataclasses
import datetime as dt

import pytest
from tests.curatekit import accept, filler, inner

from khlang import contracts, lake
from khlang.contracts import Column, Contracts, Previous, Table
from khlang.curation.run import Curator
from khlang.errors import ContractError

pytestmark = pytest.mark.soak
TABLE = contracts.load()["vehicles"]
CAR = {"vehicle_id": "plate", "pid": "somchai", "vehicle_type_code": "RY1", "first_registered_on": "05/03/2560"}
OLD, NEW = "first_registered_on", "registered_on"


def second(moves: dict[str, str]) -> Table:
    def named(column: Column) -> Column:
        return dataclasses.replace(column, name=NEW) if column.name == OLD else column

    rules = tuple(dataclasses.replace(rule, column=NEW) if rule.column == OLD else rule for rule in TABLE.quality)
    told = (Previous(1, dt.date(2027, 6, 30), moves),)
    latest = NEW if TABLE.dedupe_by == OLD else TABLE.dedupe_by
    return dataclasses.replace(
        TABLE,
        version=2,
        version_text="2.0.0",
        columns=tuple(map(named, TABLE.columns)),
        quality=rules,
        previous=told,
        dedupe_by=latest,
    )


def test_a_renamed_column_brings_its_values_along(curator: Curator) -> None:
    work = accept(curator.place, inner(TABLE, filler(CAR, 110, TABLE)), table=TABLE)
    assert curator.one(work, TABLE).verdict == "promoted"
    table = second({OLD: NEW})
    known = Contracts({**dict(curator.tables.items()), "vehicles": table}, source=curator.tables.source)
    again = dataclasses.replace(curator, tables=known).one(work, table)
    assert (again.verdict, again.rows_curated) == ("promoted", 110)
    rows = [
        curator.spark.read.format("delta").load(curator.place.at(lake.table("curated", "vehicles", n))) for n in (1, 2)
    ]
    before, after = (
        sorted(map(tuple, frame.select("vehicle_id", "pid", name).collect()))
        for frame, name in zip(rows, (OLD, NEW), strict=True)
    )
    assert before == after
    assert all(row[2] == dt.date(2017, 3, 5) for row in after)


def test_without_the_declared_move_it_is_refused(curator: Curator) -> None:
    work = accept(curator.place, inner(TABLE, filler(CAR, 110, TABLE)), table=TABLE)
    table = second({})
    with pytest.raises(ContractError) as refused:
        curator.one(work, table)
    assert refused.value.code == "CONTRACT-COLUMNS"
