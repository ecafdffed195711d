"""A month sealed under version 1, and a version 2 that calls a column otherwise without saying so."""

import dataclasses
import datetime as dt

import pytest
from tests.curatekit import accept, filler, inner

from khlang import contracts
from khlang.contracts import Column, Previous, Table
from khlang.curation.run import Curator
from khlang.errors import ContractError

pytestmark = pytest.mark.soak
TABLE = contracts.load()["vehicles"]
CAR = {"vehicle_id": "plate", "pid": "somchai", "vehicle_type_code": "RY1", "first_registered_on": "05/03/2560"}
OLD, NEW = "first_registered_on", "registered_on"


def second(moves: dict[str, str]) -> Table:
    def named(column: Column) -> Column:
        return dataclasses.replace(column, name=NEW) if column.name == OLD else column

    told = (Previous(1, dt.date(2027, 6, 30), moves),)
    latest = NEW if TABLE.dedupe_by == OLD else TABLE.dedupe_by
    return dataclasses.replace(
        TABLE,
        version=2,
        version_text="2.0.0",
        columns=tuple(map(named, TABLE.columns)),
        previous=told,
        dedupe_by=latest,
    )


def test_without_the_declared_move_it_is_refused(curator: Curator) -> None:
    work = accept(curator.place, inner(TABLE, filler(CAR, 110, TABLE)), table=TABLE)
    table = second({})
    with pytest.raises(ContractError) as refused:
        curator.one(work, table)
    assert refused.value.code == "CONTRACT-COLUMNS"
