"""``khlang gate learn``: a proposal a dataset that has months, and one line for all that have none."""

from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from khlang import store
from khlang.gates import cli
from khlang.landing import ledger


@pytest.fixture
def months(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three promoted months of vehicles, one of insured persons."""
    counts = {"vehicles": 3, "insured_persons": 1}

    def told(_: Any, *, dataset: str, **__: str) -> Iterator[dict[str, Any]]:
        for month in range(counts.get(dataset, 0)):
            period = f"2026-{month + 1:02d}"
            yield {"verdict": "promoted", "period": period, "txn_version": 1, "metrics": {"trends": {"rows": 9.0}}}

    monkeypatch.setattr(store, "client", lambda *_: None)
    monkeypatch.setattr(ledger, "decisions", told)


@pytest.mark.usefixtures("months")
def test_what_has_months_is_proposed_and_the_rest_is_one_line() -> None:
    said = CliRunner().invoke(cli.gate, ["learn"], catch_exceptions=False).output
    assert said.count("measure: rows") == 1
    assert "# insured_persons: 1 months, 3 are needed" in said
    assert said.count("no promoted month") == 1
    assert "farm_loans" not in said


@pytest.mark.usefixtures("months")
def test_one_that_was_named_is_told_of_though_it_has_no_month() -> None:
    said = CliRunner().invoke(cli.gate, ["learn", "--dataset", "farm_loans"], catch_exceptions=False).output
    assert said == "# farm_loans: 0 months, 3 are needed\n"
