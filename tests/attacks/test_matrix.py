"""The running server is asked for every cell of the reviewed matrix; what is not in the file is red."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests import matrixkit as matrix
from tests.attackkit import ACCOUNTS, LOGINS, outcome

from khlang import contracts
from khlang.serve import client
from khlang.settings import Settings

CONTRACTS = contracts.load()
AT_ONCE = 4


def wrong(settings: Settings, verbs: tuple[str, ...]) -> tuple[int, list[str]]:
    """How many cells were asked for, and those that gave something else than the file says."""
    told, cells = matrix.reviewed(), list(matrix.cells(CONTRACTS, verbs))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        given = list(pool.map(lambda cell: outcome(settings, cell), cells))
    differ = [
        f"{cell.account} {cell.verb} {cell.table}: {got}, not {matrix.wanted(told, cell)}"
        for cell, got in zip(cells, given, strict=True)
        if got != matrix.wanted(told, cell)
    ]
    return len(cells), differ


def test_the_main_ways_of_asking(projects: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    count, differ = wrong(projects, matrix.QUICK)
    assert differ == []
    with capsys.disabled():
        print(f" [{count} cells] ", end="")


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_every_way_of_asking(projects: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    count, differ = wrong(projects, tuple(matrix.VERBS))
    assert differ == []
    with capsys.disabled():
        print(f" [{count} cells] ", end="")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_each_account_sees_the_columns_of_the_file_and_no_other(projects: Settings, account: str) -> None:
    told, seen = matrix.reviewed(), dict[str, list[str]]()
    with client.connect(projects, account) as connection:
        for schema, table, column in client.ask(
            connection,
            "SELECT table_schema, table_name, column_name FROM lake.information_schema.columns"
            " WHERE table_schema <> 'information_schema' ORDER BY 1, 2, ordinal_position",
        ).rows:
            seen.setdefault(f"{schema}.{table}", []).append(column)
    views = {name: columns for name, columns in seen.items() if not name.rpartition("_v")[2].isdigit()}
    assert views == matrix.readable_by(told, account)


def test_every_account_of_the_rules_is_in_the_file() -> None:
    assert set(matrix.reviewed()["accounts"]) == set(ACCOUNTS)
    assert set(LOGINS) < set(ACCOUNTS)
