"""The questions of docs/how-to/history.md, asked through Trino as the analyst."""

import re
from pathlib import Path

import pytest
from tests.historykit import SCENARIOS, History, as_told, rows

from khlang import contracts
from khlang.serve import client
from khlang.settings import Settings

CASE = SCENARIOS / "person_address" / "corrected_month"
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "history.md"
EXAMPLES = re.findall(r"```sql\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)


def ask(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with client.connect(settings, "analyst") as connection:
        return list(client.ask(connection, sql).rows)


def test_trino_tells_what_the_scenario_tells(served: Settings) -> None:
    history = History("person_address")
    told = {(*key, *values, *span) for key, values, *span in (as_told(history, r) for r in rows(CASE / "as_valid.csv"))}
    names = "pid, province_code, amphoe_code, valid_from, valid_to"
    assert set(ask(served, f"SELECT {names} FROM person_address_as_valid")) == told


def test_a_correction_changes_what_is_valid_and_keeps_what_was_known(served: Settings) -> None:
    where = "SELECT amphoe_code FROM {} WHERE pid = 1 AND valid_from <= '2026-02' AND valid_to > '2026-02'"
    then = f"{where.format('person_address_as_known')} AND known_from <= '{{0}}' AND known_to > '{{0}}'"
    assert ask(served, where.format("person_address_as_valid")) == [("1003",)]
    assert ask(served, then.format(History.time(3))) == [("1001",)]
    assert ask(served, then.format(History.time(4))) == [("1003",)]


@pytest.mark.parametrize("sql", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_documented_question_is_answered(served: Settings, sql: str) -> None:
    assert ask(served, sql.rstrip().rstrip(";"))


def test_types_are_the_contracts_and_no_pseudonym_is_long(served: Settings) -> None:
    for table in contracts.load().histories:
        types = {str(row[0]): row[1] for row in ask(served, f"DESCRIBE {table.name}_as_known")}
        assert {types[column.name] for column in table.identifiers} == {"bigint"}
        assert not {"p", "s", "j", "cid"} & set(types)


@pytest.mark.parametrize("name", ["person_address_as_known", "person_address_v1", "history_months"])
def test_the_engineer_sees_no_history(served: Settings, name: str) -> None:
    with client.connect(served, "engineer", schema="ops") as connection, pytest.raises(client.QueryError):
        client.ask(connection, f"SELECT * FROM lake.demo.{name}")
