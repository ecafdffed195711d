"""``%sql`` in a notebook: its options, its frames, and what a refusal looks like there."""

from decimal import Decimal
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from khlang.errors import UsageError
from khlang.serve import client, magic

ANSWER = client.Answer(
    ("province", "persons", "share"),
    ("varchar", "bigint", "decimal(5,2)"),
    (("ที่อื่น", 12, Decimal("0.50")), (None, 3, None)),
)


@pytest.mark.parametrize(
    ("line", "query", "options"),
    [
        ("SELECT 1 -o", "SELECT 1 -o", {}),
        ("--pandas -o poor SELECT 1", "SELECT 1", {"pandas": True, "out": "poor"}),
        ("-u engineer --schema ops SELECT -1", "SELECT -1", {"user": "engineer", "schema": "ops"}),
        ("--pandas", "", {"pandas": True}),
    ],
)
def test_options_stand_before_the_query(line: str, query: str, options: dict[str, Any]) -> None:
    found, text = magic.split(line)
    assert text == query
    assert vars(found) == {"pandas": False, "out": "", "user": "", "schema": None} | options


def test_an_answer_is_a_frame_of_polars_or_pandas_with_decimals_exact() -> None:
    polars, pandas = magic.frame(ANSWER, pandas=False), magic.frame(ANSWER, pandas=True)
    assert polars["share"].to_list() == [Decimal("0.50"), None]
    assert list(pandas.columns) == polars.columns == ["province", "persons", "share"]
    assert pandas["share"][0] == Decimal("0.50")
    assert magic.frame(client.Answer(("a",), ("bigint",), ()), pandas=False).shape == (0, 1)


@pytest.mark.parametrize("text", ["", "SELECT 1; SELECT 2"])
def test_a_cell_asks_one_query(text: str) -> None:
    with pytest.raises(UsageError, match="one query"):
        magic.ask(text, {})


def test_a_cell_binds_the_notebooks_variables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, str]] = []

    def ask(text: str, variables: dict[str, Any], *, user: str, schema: str | None) -> client.Answer:
        del schema
        asked.append((user, text))
        if "nothing" in text:
            raise client.QueryError("COLUMN_NOT_FOUND at line 1, column 8: nothing", "DESCRIBE it.")
        assert variables["month"] == "2026-01"
        return ANSWER

    monkeypatch.setattr(magic, "ask", ask)
    shell = InteractiveShell.instance()
    try:
        magic.load_ipython_extension(shell)
        shell.user_ns["month"] = "2026-01"
        shell.run_cell_magic("sql", "-o kept", "SELECT :month\n")
        assert shell.user_ns["kept"].height == 2
        assert shell.run_line_magic("sql", "SELECT nothing") is None
    finally:
        InteractiveShell.clear_instance()
    assert asked == [("", "SELECT :month\n"), ("", "SELECT nothing")]
    assert capsys.readouterr().err == "QUERY: COLUMN_NOT_FOUND at line 1, column 8: nothing\n  → DESCRIBE it.\n"
