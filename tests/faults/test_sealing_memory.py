"""Sealing takes no more memory for a file three times as long: rows are streamed, only counts grow with them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests import agency_kit, largekit

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]
SMALL, LARGE = 2_000_000, 6_000_000
MOST_MIB = 1_600
#: Eight bytes a row of the one column whose persons are counted, their temporaries, and what an allocator keeps. A row
#: that stayed would be some 250 bytes: 950 MiB for the difference of the two files.
GROWTH_MIB = 200


def peak_mib(home: Path, file: Path, rows: int) -> int:
    """Resident memory at its peak of ``khlang agency seal``, in a process of its own."""
    program = Path(sys.executable).with_name("khlang")
    words = ["agency", "seal", str(file), "--dataset", "welfare_registrants", "--period", "2569-01", "--json"]
    with subprocess.Popen(
        [str(program), *words, "--home", str(home)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as run:
        assert run.stdout
        told = json.loads(run.stdout.read())
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    assert (run.returncode, told["rows"]) == (0, rows)
    return used.ru_maxrss // 1024


def test_a_longer_file_takes_hardly_more_memory(tmp_path: Path) -> None:
    kit = agency_kit.make(tmp_path)
    peaks = []
    for rows in (SMALL, LARGE):
        file = largekit.write(tmp_path / f"{rows}.csv", rows)
        peaks.append(peak_mib(kit.home.path, file, rows))
        file.unlink()
    assert peaks[1] < MOST_MIB
    assert peaks[1] - peaks[0] < GROWTH_MIB
