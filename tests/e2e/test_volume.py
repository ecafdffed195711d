"""``make volume`` at a small size, on the whole stack: sealed, sent over a cut line, promoted, counted; workbooks too.

It sends a month of its own, which stays in the marts: what holds all months of them against the truth runs before it.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.stackfixture import environment

from khlang.settings import Settings

pytestmark = [pytest.mark.soak, pytest.mark.slow, pytest.mark.timeout(1200)]
ROWS = 20_000


@pytest.fixture(scope="module")
def told(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of one run."""
    report = tmp_path_factory.mktemp("volume") / "report.json"
    program = str(stack.root / ".venv" / "bin" / "khlang")
    command = [program, "volume", f"--rows={ROWS}", f"--report={report}"]
    done = subprocess.run(command, env=environment(stack), cwd=stack.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    said: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return said


def test_the_line_was_cut_three_times_and_sending_went_on(told: dict[str, Any]) -> None:
    sent = told["sent"]
    assert sent["cuts"] == len(sent["cut_at"]) == 3
    assert sent["bytes"] <= sent["passed"] < 2 * sent["bytes"]


def test_it_was_promoted_and_trino_counts_what_is_true(told: dict[str, Any]) -> None:
    truth = told["truth"]
    assert set(told["verdicts"].values()) == {"promoted"}
    assert truth["rows"] == ROWS > truth["persons"] > 0.95 * ROWS
    assert truth["persons"] == ROWS - truth["refused"] - truth["duplicates"]
    assert told["trino"]["analyst"] == {"n": truth["persons"], "persons": truth["persons"]}
    assert told["trino"]["engineer"]["duplicates"] == truth["duplicates"] > 0


def test_workbooks_give_the_pseudonyms_of_the_csv_row_for_row(told: dict[str, Any]) -> None:
    assert told["workbooks"]["files"] == 3
    assert told["pseudonyms"]["rows"] == [ROWS, ROWS]
    assert set(told["pseudonyms"]["differing"].values()) == {0}
    assert told["pseudonyms"]["pseudonyms"]["pid"] == told["truth"]["persons"]


def test_each_step_is_measured(told: dict[str, Any]) -> None:
    assert len(told["steps"]) == 8
    assert all(step["rows_per_second"] > 0 and step["servers_mib"] > 500 for step in told["steps"])
    assert all(step["peak_mib"] > 50 for step in told["steps"] if "seal" in step["name"])


def test_the_report_holds_no_value_of_a_row(told: dict[str, Any], stack: Settings) -> None:
    csv = (stack.outside / "volume" / "extract.csv").read_text(encoding="cp874").splitlines()
    first = {cell for line in csv[1:200] for cell in line.split(",") if cell.startswith("9-")}
    assert len(first) > 150
    text = json.dumps(told, ensure_ascii=False)
    assert not any(cell in text or cell.replace("-", "") in text for cell in first)
    assert "s1." not in text
    assert not list(Path(stack.var / "log").glob("**/extract.csv"))
