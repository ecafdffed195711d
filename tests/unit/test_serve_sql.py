"""What ``khlang sql`` prints, and how it refuses."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from khlang import settings
from khlang.errors import SetupError, UsageError
from khlang.serve import client
from khlang.serve.cli import sql
from khlang.serve.show import fit, render, width

ANSWER = client.Answer(
    ("province", "persons", "share", "flag"),
    ("varchar", "bigint", "decimal(5,2)", "boolean"),
    (("กรุงเทพฯ", 12, Decimal("0.50"), True), ("ที่อื่น", 3456, None, False)),
)


def test_a_table_lines_up_thai_text() -> None:
    lines = render(ANSWER, "table").splitlines()
    assert lines[-1] == "(2 rows)"
    ends = [
        cell_len(line[: line.index(number) + len(number)])
        for line, number in zip(lines[1:3], ("12", "3456"), strict=True)
    ]
    assert ends[0] == ends[1]
    assert "true" in lines[1]
    assert "false" in lines[2]


def test_what_a_terminal_would_obey_is_shown_and_obeyed_by_none() -> None:
    answer = client.Answer(("a", "b"), ("varchar", "bigint"), (("one\ntwo\x1b[2J", 1), ("น้ำ", 22)))
    first, second, third, last = render(answer, "table").splitlines()
    assert second == "one\\ntwo\\x1b[2J   1"
    assert width(first) == width(second) == width(third)
    assert last == "(2 rows)"


@pytest.mark.parametrize(("text", "places"), [("ที่อื่น", 3), ("น้ำ", 2), ("ก็", 1), ("กรุงเทพฯ", 7), ("abc", 3), ("日本", 4)])
def test_the_width_of_a_text_is_the_terminals(text: str, places: int) -> None:
    assert width(text) == places
    assert fit(text, 9) == text + " " * (9 - places)


def test_no_columns_and_no_rows_are_shown_too() -> None:
    assert render(client.Answer((), (), ()), "table").splitlines()[-1] == "(0 rows)"
    assert render(client.Answer(("a",), ("bigint",), ()), "table") == "a\n(0 rows)\n"


def test_csv_and_json_keep_decimals_exact() -> None:
    assert render(ANSWER, "csv").splitlines()[1:] == ["กรุงเทพฯ,12,0.50,true", "ที่อื่น,3456,,false"]
    assert json.loads(render(ANSWER, "json"))[0] == {
        "province": "กรุงเทพฯ",
        "persons": 12,
        "share": "0.50",
        "flag": True,
    }


@pytest.mark.parametrize("arguments", [[], ["SELECT 1", "-f", "q.sql"]])
def test_a_query_or_a_file_and_not_both(arguments: list[str]) -> None:
    told = CliRunner().invoke(sql, arguments).exception
    assert isinstance(told, UsageError)
    assert told.exit_code == 2
    assert "one query, or one --file" in str(told)


@pytest.mark.parametrize("query", ["", " ; ", "-- only a comment"])
def test_a_query_with_nothing_in_it(query: str) -> None:
    told = CliRunner().invoke(sql, ["--", query]).exception
    assert isinstance(told, UsageError)
    assert told.exit_code == 2
    assert "no query in it" in str(told)


def test_a_missing_password_file_is_told(tmp_path: Path) -> None:
    here = settings.load({"KHLANG_VAR": str(tmp_path)})
    with pytest.raises(SetupError) as told, client.connect(here, "analyst"):
        pass
    assert told.value.exit_code == 10
    assert "trino-analyst.password is missing" in told.value.message
    assert str(tmp_path) not in str(told.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    told = CliRunner().invoke(sql, ["--file", str(tmp_path / "none.sql")]).exception
    assert isinstance(told, UsageError)
    assert "none.sql cannot be read" in str(told)
