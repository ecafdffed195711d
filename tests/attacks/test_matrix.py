"""The running server is asked for every cell of the reviewed matrix; what is not in the file is red."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests import matrixkit as matrix
from tests.attackkit import ACCOUNTS, INSIDE, LOGINS, Cell, connect, said

from khlang import contracts
from khlang.serve import client
from khlang.settings import Settings

CONTRACTS = contracts.load()
AT_ONCE = 4


def wrong(settings: Settings, verbs: tuple[str, ...]) -> tuple[int, list[str]]:
    """How many cells were asked for, and those that gave something else than the file says."""
    told, cells = matrix.reviewed(), list(matrix.cells(CONTRACTS, verbs))
    of_one = [[cell for cell in cells if cell.account == account] for account in ACCOUNTS]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        given = [pair for pairs in pool.map(lambda mine: asked(settings, mine), of_one) for pair in pairs]
    differ = [
        f"{cell.account} {cell.verb} {cell.table}: {got}, not {matrix.wanted(told, cell)}"
        for cell, got in given
        if got != matrix.wanted(told, cell)
    ]
    return len(given), differ


def asked(settings: Settings, cells: list[Cell]) -> list[tuple[Cell, str]]:
    """One account's cells over one connection: greeting the server takes longer than most of them."""
    with connect(settings, cells[0].account) as connection:
        return [(cell, said(connection, cell.sql)) for cell in cells]


@pytest.mark.attack(
    "every table by its view and itself, as every account",
    guard="the compiled rules",
    control="tests/attacks/test_reach.py::test_with_the_guard_off_nearly_every_try_succeeds",
)
def test_the_main_ways_of_asking(projects: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    count, differ = wrong(projects, matrix.QUICK)
    assert differ == []
    with capsys.disabled():
        print(f" [{count} cells] ", end="")


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.attack(
    "every table by 23 ways of asking, as every account",
    guard="the compiled rules",
    control="tests/attacks/test_reach.py::test_with_the_guard_off_nearly_every_try_succeeds",
)
def test_every_way_of_asking(projects: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    count, differ = wrong(projects, tuple(matrix.VERBS))
    assert differ == []
    with capsys.disabled():
        print(f" [{count} cells] ", end="")


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.attack(
    "names of tables and columns in information_schema",
    guard="the compiled rules",
    control="tests/attacks/test_reach.py::test_with_the_guard_off_nearly_every_try_succeeds",
)
def test_each_account_sees_the_columns_of_the_file_and_no_other(projects: Settings, account: str) -> None:
    told, seen = matrix.reviewed(), dict[str, list[str]]()
    with connect(projects, account) as connection:
        for schema, table, column in client.ask(
            connection,
            "SELECT table_schema, table_name, column_name FROM lake.information_schema.columns"
            " WHERE table_schema <> 'information_schema' ORDER BY 1, 2, ordinal_position",
        ).rows:
            seen.setdefault(f"{schema}.{table}", []).append(column)
    views = {name: columns for name, columns in seen.items() if not name.rpartition("_v")[2].isdigit()}
    assert views == matrix.readable_by(told, account)


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.attack(
    "others' rows and masked columns of every table that an account may read",
    guard="row filters and masks",
    control="tests/attacks/test_masks.py::test_without_the_guard_each_way_shows_it",
)
def test_each_account_is_given_the_rows_of_the_file_and_no_masked_value(projects: Settings, account: str) -> None:
    """As the loader reads the same table: every row but those of others, every value but the masked ones."""
    told, differ, known = matrix.reviewed(), [], matrix.tables(CONTRACTS)
    with connect(projects, account) as mine, client.connect(projects, "loader", catalog="loader") as every:
        for name, columns in matrix.readable_by(told, account).items():
            if name not in known:
                continue  # a view of a history, which tells no more than the history does
            condition, masked = matrix.limits(told, account, name)
            whole = f"loader.{name.partition('.')[0]}.{known[name].versioned} WHERE {condition}"
            given = client.ask(mine, matrix.counting(f"lake.{name}", columns, condition)).rows[0]
            there = client.ask(every, matrix.counting(whole, columns, "true")).rows[0]
            wanted = [0 if name_ in masked else count for name_, count in zip(columns, there[2:], strict=True)]
            if given[0] == 0 or list(given) != [there[0], 0, *wanted]:
                differ.append(f"{name}: {given}, not {[there[0], 0, *wanted]}")
    assert differ == []


@pytest.mark.attack(
    "an account that nobody reviewed",
    guard="contracts/matrix.yaml",
    control="test_every_account_of_the_rules_is_in_the_file",
)
def test_every_account_of_the_rules_is_in_the_file() -> None:
    assert set(matrix.reviewed()["accounts"]) == set(ACCOUNTS)
    assert {*LOGINS, *INSIDE} < set(ACCOUNTS)
