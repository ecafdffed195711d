"""What an analyst chooses a threshold by, and which submissions a linkage job takes for standing."""

import re
from typing import Any

import polars as pl
import pytest

from khlang import contracts, lake, settings
from khlang.link.second import counting, matching
from khlang.link.second.month import standing, stands_for
from khlang.serve import register


def candidates(*weights: float, second_best: bool = False) -> pl.DataFrame:
    """One record a weight, each of a person of its own; with ``second_best`` each has one more candidate."""
    rows = [(at, 100 + at, "second", weight, "model", 3, 1) for at, weight in enumerate(weights)]
    rows += [(at, 900 + at, "second", 0.6, "model", 1, 2) for at, _ in enumerate(weights) if second_best]
    return pl.DataFrame(rows, schema=matching.SCHEMA, orient="row")


def counts(frame: pl.DataFrame) -> dict[tuple[str, float], int | None]:
    return {(route, weight): records for route, weight, records in frame.rows()}


def test_a_record_counts_once_in_the_band_of_its_best_candidate() -> None:
    made = candidates(*[0.999] * 20, *[0.95] * 12, *[0.02] * 10, *[0.99] * 15, second_best=True)
    assert counts(counting.counted(made, known=500, rows=100)) == {
        ("cid", 1.0): 500,
        ("second", 0.99): 35,
        ("second", 0.9): 12,
        ("second", 0.01): 10,
        ("none", 0.0): 100 - 57,
    }


def test_a_person_of_many_records_counts_once() -> None:
    made = candidates(*[0.999] * 20, *[0.95] * 12, *[0.02] * 10)
    same = made.with_columns(pl.when(pl.col("row_number") < 6).then(7).otherwise("pid").alias("pid"))
    assert counts(counting.counted(same, known=500, rows=70))["second", 0.99] == 20 - 5


def test_fewer_than_ten_are_left_out_and_so_is_what_would_give_them_away() -> None:
    made = candidates(*[0.999] * 20, *[0.95] * 3, *[0.6] * 30)
    told = counts(counting.counted(made, known=500, rows=200))
    # Three alone would follow from the sum: the smallest other, twenty, goes with it.
    assert (told["second", 0.9], told["second", 0.99]) == (None, None)
    assert sum(value is None for value in told.values()) == 2


def test_the_contract_has_the_columns_that_are_counted() -> None:
    table = contracts.load(settings.load().contracts)["link_weights"]
    assert {column.name for column in table.stored} == {*counting.SCHEMA, "dataset", "linked_dataset", "period"}


def decision(verdict: str, version: int, submission: str) -> dict[str, Any]:
    return {"dataset": "visits", "period": "2026-01", "verdict": verdict, "txn_version": version,
            "submission": submission}  # fmt: skip


@pytest.mark.parametrize(
    ("decisions", "stands"),
    [
        ([decision("promoted", 1, "a")], "a"),
        ([decision("promoted", 2, "b"), decision("promoted", 1, "a")], "b"),
        ([decision("promoted", 1, "a"), {**decision("refused", 2, "b")}], "a"),
        ([decision("promoted", 1, "a"), decision("withdrawn", 2, "a")], None),
        ([decision("promoted", 1, "a"), decision("withdrawn", 2, "a"), decision("promoted", 3, "c")], "c"),
    ],
)
def test_what_was_promoted_last_and_not_withdrawn_stands(decisions: list[dict[str, Any]], stands: str | None) -> None:
    assert standing(decisions).get(("visits", "2026-01")) == stands


def test_links_of_what_no_longer_stands_are_not_kept() -> None:
    stands = {("visits", "2026-01"): "b", ("people", "2026-01"): "r"}
    assert stands_for(stands, "visits", "people", period="2026-01") == "b"
    assert stands_for({("visits", "2026-01"): "b"}, "visits", "people", period="2026-01") is None
    assert stands_for(stands, "visits", "people", period="2026-02") is None


def test_an_analyst_meets_both_tables_in_trino_with_words_in_both_languages() -> None:
    items = {item.table.name: item for item in register.served(contracts.load(settings.load().contracts))}
    assert (items["link_weights"].schema, items["linked_records"].schema) == ("ops", "demo")
    assert items["linked_records"].location == lake.table("projects", "linked_records", 1, project="demo")
    assert "second_links" not in items, "the pool's pids and row numbers are nobody's to ask"
    assert not {"row_number", "submission"} & set(items["linked_records"].columns)
    for name in ("link_weights", "linked_records"):
        (view,) = register.views(items[name])
        for text in (view.means, *view.columns.values()):
            assert re.search("[ก-๙]", text), text
            assert re.search("[a-z]{3}", text), text
