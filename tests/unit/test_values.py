"""What the agency's own check reads of a value is what curate will: one table of scenarios, read here in polars."""

import csv
from pathlib import Path

import polars as pl
import pytest

from khlang.values import forms, local

TABLE = Path(__file__).resolve().parents[1] / "scenarios" / "values.csv"
TYPES = {"date": "DATE", "month": "STRING", "money": "DECIMAL(14,2)", "integer": "INT"}


def scenarios() -> list[tuple[str, str, str | None, str | None]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return [
            (row["standard"], row["text"], row["cleaned"] or None, row["typed"] or None)
            for row in csv.DictReader(lines)
        ]


@pytest.mark.parametrize("standard", ["date", "month", "money", "integer", "digits", "code", "text"])
def test_scenarios_in_polars(standard: str) -> None:
    rows = [row for row in scenarios() if row[0] == standard]
    assert rows
    frame = pl.DataFrame({"text": [row[1] for row in rows]}).with_columns(
        local.cleaned(pl.col("text"), standard).alias("cleaned")
    )
    read = frame.with_columns(local.typed(pl.col("cleaned"), standard, TYPES.get(standard, "STRING")).alias("typed"))
    found = [(row["text"], row["cleaned"], shown(row["typed"])) for row in read.to_dicts()]
    assert found == [row[1:] for row in rows]


def shown(value: object) -> str | None:
    if value is None:
        return None
    return f"{value:g}" if isinstance(value, float) and value == int(value) else str(value)


def test_a_code_is_padded() -> None:
    read = pl.DataFrame({"t": ["1", "10", None]}).select(local.cleaned(pl.col("t"), "code", width=2))
    assert read.to_series().to_list() == ["01", "10", None]


def test_patterns_hold_no_backslash() -> None:
    """A backslash would need doubling in a Spark literal, and means other things in the two engines."""
    patterns = [form.pattern for form in (*forms.DATES, *forms.REPORTING_MONTHS)]
    assert not any("\\" in one for one in [*patterns, forms.MONEY_MARKS, forms.NUMBER, forms.SERIAL.pattern])
