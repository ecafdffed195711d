"""Histories on the real servers: asked for after a first demo, built by their DAG, a past month corrected.

Every question of docs/how-to/history.md is asked word for word through Trino as the analyst, before the correction and
after it.
"""

import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
from tests.demofixture import PEOPLE, Demo
from tests.e2e.office import Office, Sent
from tests.stackfixture import environment

from khlang import contracts
from khlang.serve import client
from khlang.settings import Settings

pytestmark = [pytest.mark.soak, pytest.mark.slow, pytest.mark.timeout(1800)]
MONTHS, PAST = 3, "2026-02"
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "history.md"
#: The documented questions, by the bold word that stands before each.
QUESTIONS = ("as valid", "as known", "before the last", "what changed", "months", "with a mart")
FOUND = re.findall(r"```sql\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
ASKED = dict(zip(QUESTIONS, FOUND, strict=True))
NAMED = datetime(2026, 12, 31, tzinfo=UTC)
AMPHOE, PROVINCE = "อำเภอ", "จังหวัด"
Rows = list[tuple[Any, ...]]


def answers(settings: Settings) -> dict[str, Rows]:
    with client.connect(settings, "analyst") as connection:
        asked = {name: client.ask(connection, sql.rstrip().rstrip(";")).rows for name, sql in ASKED.items()}
    return {name: [tuple(row) for row in rows] for name, rows in asked.items()}


def by_amphoe(rows: Rows) -> dict[str, int]:
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class Corrected:
    """What was answered before and after everybody of one amphoe was said to have lived in another."""

    before: dict[str, Rows]
    after: dict[str, Rows]
    left: str
    found: str
    sent: Sent


def moved(office: Office, folder: Path, left: str, found: str) -> Path:
    """The office's file of the month as a CSV, in which one amphoe's people live in another."""
    rows = fastexcel.read_excel(office.extract()).load_sheet(0, header_row=3, dtypes="string").to_polars()
    theirs = pl.col(AMPHOE) == left
    told = rows.with_columns(
        pl.when(theirs).then(pl.lit(found)).otherwise(AMPHOE).alias(AMPHOE),
        pl.when(theirs).then(pl.lit(found[:2])).otherwise(PROVINCE).alias(PROVINCE),
    )
    file = folder / "house_registry.csv"
    told.write_csv(file)
    return file


def correct(settings: Settings, folder: Path) -> Corrected:
    """Send a past month again, and ask before and after."""
    before = answers(settings)
    (left, _), (found, _) = before["as valid"][:2]
    office = Office(settings, "dopa", "house_registry", PAST)
    sent = office.sends(moved(office, folder, left, found))
    return Corrected(before, answers(settings), left, found, sent)


@pytest.fixture(scope="module")
def corrected(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Corrected:
    """One more month than the demo had, histories of all of them, and then the correction."""
    here = demo.settings
    program = str(here.root / ".venv" / "bin" / "khlang")
    command = [program, "demo", f"--people={PEOPLE}", f"--months={MONTHS}", "--history"]
    done = subprocess.run(command, env=environment(here), cwd=here.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return correct(here, tmp_path_factory.mktemp("corrected"))


def test_every_documented_question_has_an_answer(corrected: Corrected) -> None:
    assert [name for name, rows in corrected.after.items() if not rows and name != "as known"] == []
    assert {row[:2] for row in corrected.before["months"]} == {
        (name, f"2026-{month:02d}")
        for name in ("person_address", "person_household", "person_job")
        for month in range(1, MONTHS + 1)
    }
    assert len(corrected.before["with a mart"]) == MONTHS
    assert all(0 < known <= whole for _, known, whole in corrected.before["with a mart"])


def test_the_correction_changes_what_is_valid(corrected: Corrected) -> None:
    assert corrected.sent.line["state"] == "promoted"
    before, after = by_amphoe(corrected.before["as valid"]), by_amphoe(corrected.after["as valid"])
    both = before[corrected.found] + before.pop(corrected.left)
    assert after == before | {corrected.found: both}


def test_what_was_known_stays_known(corrected: Corrected) -> None:
    assert corrected.after["before the last"] == corrected.before["as valid"]
    # The page names a day: all that this stack knows came before it, or (in a later year) after it.
    assert corrected.after["as known"] == (corrected.after["as valid"] if datetime.now(UTC) < NAMED else [])


def test_what_was_corrected_can_be_found(corrected: Corrected) -> None:
    moved_ = by_amphoe(corrected.before["as valid"])[corrected.left]
    new = [row for row in corrected.after["what changed"] if row not in corrected.before["what changed"]]
    assert sum(row[-1] for row in new) >= moved_
    (when,) = {row[3] for row in new}
    told = {row[:2]: row[3] for row in corrected.after["months"]}
    assert told["person_address", PAST] == when
    assert told["person_address", PAST] > told["person_address", "2026-03"]
    assert told["person_job", PAST] < when


@pytest.mark.usefixtures("corrected")
def test_no_view_shows_a_path(demo: Demo) -> None:
    """How a view is made is its owner's to see (``contracts/matrix.yaml``); refusal and columns tell no path."""
    with client.connect(demo.settings, "analyst") as connection:
        for table in contracts.load(demo.settings.contracts).histories:
            with pytest.raises(client.QueryError, match="Access Denied") as refused:
                client.ask(connection, f"SHOW CREATE VIEW {table.name}_as_known")
            assert "s3" not in str(refused.value)
            columns = client.ask(connection, f"DESCRIBE {table.name}_as_known").rows
            assert columns
            assert "s3:" not in repr(columns)
