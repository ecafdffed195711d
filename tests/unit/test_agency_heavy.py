"""One count of heavy identifiers: exact whatever the chunks, as the gate counts them, places where they are wanted."""

import polars as pl
import pytest
from tests import agency_kit

from khlang import contracts
from khlang.agency import heavy
from khlang.agency.heavy import Heavy

TABLE = contracts.load(agency_kit.CONTRACTS)["welfare_registrants"]


def numbers(*ids: int | None) -> pl.Series:
    return pl.Series(ids, dtype=pl.UInt64)


def places(first: int, rows: int) -> pl.DataFrame:
    rows_ = pl.int_range(first, first + rows, dtype=pl.Int64, eager=True).alias("source_row")
    return pl.DataFrame({"source_file": pl.repeat(0, rows, dtype=pl.UInt16, eager=True)}).with_columns(rows_)


def test_the_contract_says_which_columns_and_how_many_rows() -> None:
    assert list(heavy.of(TABLE)) == ["pid"]
    counter = heavy.of(TABLE)["pid"]
    counter.add(numbers(*[1] * 3, *[2] * 4))
    assert counter.excess()[0] == 1.0


@pytest.mark.parametrize("of", [1, 7, 250])
def test_exact_whatever_the_chunks(of: int) -> None:
    ids = numbers(*[1] * 40, *[9] * 5, *range(20, 200)).sample(fraction=1, shuffle=True, seed=1)
    counter = Heavy(3)
    for at in range(0, len(ids), of):
        chunk = ids[at : at + of]
        counter.add(chunk, places(2 + at, len(chunk)))
    over, counted = counter.excess()
    assert (over, counted.count) == (37.0, 2)
    assert counted.first == sorted((0, 2 + ids.to_list().index(one)) for one in (1, 9))


def test_ten_in_a_million_are_allowed_of_rows_that_have_an_identifier() -> None:
    others = pl.int_range(100, 1_000_079, dtype=pl.UInt64, eager=True)
    counter = Heavy(3)
    counter.add(numbers(*[1] * 10, *[2] * 11, *[None] * 500))
    counter.add(others)
    over, counted = counter.excess()
    assert (over, counted.count, counted.first) == (1.0, 1, [])


def test_nobody_is_heavy_where_nobody_is() -> None:
    assert Heavy(3).excess()[0] == 0.0
    counter = Heavy(3)
    counter.add(numbers(None, None, None, None), places(2, 4))
    assert (counter.excess()[0], counter.excess()[1].count) == (0.0, 0)
