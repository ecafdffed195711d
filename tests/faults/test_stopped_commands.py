"""The real commands on a full disk and under Ctrl-C: their exit code, what the official reads, and nothing left."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests import agency_kit
from tests.agency_kit import Kit
from tests.refusalkit import tree

# Arguments: bytes that a file may have here (0: any), whether to wait for Ctrl-C in the middle, then the command's own.
CHILD = """
import resource, signal, sys, time
from khlang import cli
from khlang.agency import shuffle
from khlang.agency.reading.extract import Extract

limit, wait = int(sys.argv[1]), sys.argv[2] == "wait"
shuffle.HOLD, whole = 0, Extract.chunks

def chunks(self):
    for chunk in whole(self):
        yield from chunk.iter_slices(500)
        if wait:
            print("half", flush=True)
            time.sleep(60)

Extract.chunks = chunks
if limit:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.argv = ["khlang", *sys.argv[3:]]
cli.main()
"""


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module")
def file(kit: Kit) -> Path:
    return agency_kit.write_csv(kit.root / "x.csv", agency_kit.registrants(2000, seed=95))


def start(kit: Kit, command: str, file: Path, *, limit: int = 0, wait: bool = False) -> "subprocess.Popen[str]":
    asked = ["--dataset", "welfare_registrants", "--period", "2569-01", "--home", str(kit.home.path)]
    line = [sys.executable, "-c", CHILD, str(limit), "wait" if wait else "", "agency", command, str(file), *asked]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")


@pytest.mark.parametrize("command", ["seal", "check"])
def test_a_full_disk(kit: Kit, file: Path, command: str) -> None:
    before = tree(kit.home.path)
    child = start(kit, command, file, limit=2000)
    _, told = child.communicate(timeout=120)
    assert child.returncode == 10, told
    assert "DISK-FULL: เนื้อที่ดิสก์ไม่พอ" in told
    assert "Traceback" not in told
    assert tree(kit.home.path) == before


@pytest.mark.parametrize("command", ["seal", "check"])
def test_ctrl_c(kit: Kit, file: Path, command: str) -> None:
    before = tree(kit.home.path)
    child = start(kit, command, file, wait=True)
    assert child.stdout
    try:
        while (line := child.stdout.readline()) and line != "half\n":
            pass
        assert line == "half\n"
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode == 130, told
    assert "หยุดแล้ว / Stopped." in told
    assert "Traceback" not in told
    assert tree(kit.home.path) == before
    assert not list(kit.home.path.rglob(".making-*"))
