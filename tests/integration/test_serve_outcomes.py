"""National outcomes asked of the real Trino, as the analyst."""

import json
import subprocess
import sys
from pathlib import Path

from tests.stackfixture import environment

from khlang.serve import outcomes
from khlang.settings import Settings


def test_every_outcome_is_an_answer_or_withheld(served: Settings) -> None:
    command = [str(Path(sys.executable).with_name("khlang")), "outcomes", "-f", "json", "--language", "en"]
    done = subprocess.run(command, env=environment(served), capture_output=True, text=True, check=True)
    rows = {(row["framework"], row["code"], row["mart"].split()[0]): row for row in json.loads(done.stdout)}
    assert set(rows) == {(one.framework, one.code, one.mart) for one in outcomes.load()}
    assert {row["period"] for row in rows.values()} == {"2026-02"}
    assert {row["state"] for row in rows.values()} <= {"shown", "withheld"}
    # In these tables all counts of a row are the same: as many students as teachers, and every household poor.
    ratio = rows["ranking", "IMD 4.5", "teacher_shortage"]
    assert (ratio["state"], ratio["value"]) == ("shown", 1.0)
    assert rows["sdg", "1.2.1", "welfare_by_amphoe"]["state"] == "withheld"
