"""Every folder of months tells the facts that stand beside it."""

from itertools import groupby
from pathlib import Path

import pytest
from tests.historykit import SCENARIOS, History, as_told, rows

from khlang.contracts import facts

CASES = sorted(path.parent for path in SCENARIOS.glob("*/*/months.csv"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_the_months_of_a_folder_tell_its_facts(case: Path) -> None:
    history = History(case.parent.name)
    history.arrive_all(case)
    assert history.as_valid() == {as_told(history, row) for row in rows(case / "as_valid.csv")}
    known = rows(case / "as_known.csv") if (case / "as_known.csv").exists() else []
    for number, group in groupby(known, key=lambda row: row["known_at"]):
        assert history.as_known(int(number)) == {as_told(history, row) for row in group}


def test_positive_control_another_month_tells_other_facts() -> None:
    history = History("person_address")
    history.arrive("2026-01", {(1,): ("10", "1001")})
    assert history.as_valid() == {((1,), ("10", "1001"), "2026-01", facts.OPEN)}
    history.arrive("2026-01", {(1,): ("10", "1002")})
    assert history.as_valid() == {((1,), ("10", "1002"), "2026-01", facts.OPEN)}
