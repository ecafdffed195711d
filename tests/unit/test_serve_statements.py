"""A text as its statements, and named parameters as a prepared statement's: never in the text, never in a literal."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, strategies

from khlang.errors import UsageError
from khlang.serve import client, statements


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';' -- a; b\n; SELECT \"a;b\" /* ; */", ["SELECT ';' -- a; b", 'SELECT "a;b" /* ; */']),
        ("SELECT 'it''s; so';", ["SELECT 'it''s; so'"]),
        (" ; -- nothing\n ;", []),
        ("SELECT 'open; text", ["SELECT 'open; text"]),
    ],
)
def test_a_semicolon_ends_a_statement_outside_of_texts_and_comments(text: str, found: list[str]) -> None:
    assert [statement.text for statement in statements.split(text)] == found


def test_a_position_is_one_in_the_file() -> None:
    _, second, third = statements.split("SELECT 1;\n\n  SELECT\n  b; SELECT c")
    assert second.place(1, 1) == (3, 3)
    assert second.place(2, 3) == (4, 3)
    assert third.place(1, 8) == (4, 13)


def test_values_go_beside_the_statement_and_columns_stay() -> None:
    sql = "SELECT ':no' FROM t WHERE month = :month AND n > :n -- :no\n AND again = :month"
    text, bound = statements.bind(sql, statements.given(["month=2026-01' OR '1'='1", "n:integer=7"]))
    assert bound == ["2026-01' OR '1'='1", 7, "2026-01' OR '1'='1"]
    assert "OR" not in text
    assert len(text) == len(sql)
    assert text.index("AND n") == sql.index("AND n")
    assert text.count("?") == 3


@given(strategies.text(max_size=40))
def test_no_value_ever_stands_in_the_text(value: str) -> None:
    assert statements.bind("SELECT :v", {"v": value}) == ("SELECT ? ", [value])


@pytest.mark.parametrize(
    ("text", "value"),
    [("a=1", "1"), ("a:integer=1", 1), ("a:decimal=1.50", Decimal("1.50")), ("a:double=1.5", 1.5), ("a=", ""),
     ("a:date=2026-01-31", dt.date(2026, 1, 31)), ("a:boolean=true", True), ("a=b=c", "b=c")],
)  # fmt: skip
def test_a_parameter_has_a_type(text: str, value: object) -> None:
    assert statements.given([text]) == {"a": value}


@pytest.mark.parametrize(
    ("text", "told"),
    [("a", "name=value"), ("1a=2", "name=value"), ("a:money=1", "name=value"), ("a:integer=x", "is no integer"),
     ("a:decimal=x", "is no decimal"), ("a:boolean=yes", "is no boolean"), ("a:date=31/1/2569", "is no date")],
)  # fmt: skip
def test_a_parameter_of_another_form_is_refused_without_its_value(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as refusal:
        statements.given([text])
    assert "31/1/2569" not in str(refusal.value)


@pytest.mark.parametrize(("sql", "told"), [("SELECT :who", ":who has no value"), ("SELECT ?", "has no name")])
def test_a_parameter_without_value_or_name_is_refused(sql: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        statements.bind(sql, {})


def test_a_refusal_has_its_place_in_the_file_and_a_remedy() -> None:
    statement = statements.split("SELECT 1;\n SELECT x FROM t")[1]
    error = client.refused("COLUMN_NOT_FOUND", "line 1:8: Column 'x' cannot be resolved", (1, 8), statement.place)
    assert error.message == "COLUMN_NOT_FOUND at line 2, column 9: Column 'x' cannot be resolved"
    assert error.position == (2, 9)
    assert error.remedy.startswith("DESCRIBE")
