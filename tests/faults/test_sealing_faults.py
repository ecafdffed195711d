"""Sealing that is stopped by the disk, Ctrl-C or a kill: nothing half-done is seen, no citizen ID was written."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import agency_kit
from tests.agency_kit import Kit

from khlang import errors
from khlang.agency import making, shuffle, submission

ROWS = 4_000
# Every chunk goes to the disk at once; after some of them the child tells so and waits for what is done to it.
CHILD = """
import sys, resource
from pathlib import Path
from khlang.agency import shuffle, submission
from khlang.agency.home import Home
from khlang.agency.reading.extract import Extract

shuffle.HOLD = 0
whole = Extract.chunks

def chunks(self):
    for number, chunk in enumerate(piece for one in whole(self) for piece in one.iter_slices(500)):
        if number == int(sys.argv[3]):
            print("half", flush=True)
            sys.stdin.readline()
        yield chunk

Extract.chunks = chunks
if len(sys.argv) > 4:
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
made = submission.seal(Home(Path(sys.argv[1])), Path(sys.argv[2]), dataset="welfare_registrants", period="2569-01")
print(made.folder)
"""


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return agency_kit.write_csv(tmp_path / "x.csv", agency_kit.registrants(ROWS, seed=int(time.time()) % 10**6))


def start(kit: Kit, file: Path, *args: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", CHILD, str(kit.home.path), str(file), *args]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def files(kit: Kit) -> set[Path]:
    return {path for path in kit.home.path.rglob("*") if path.is_file()}


def hidden(kit: Kit) -> list[Path]:
    return list(kit.home.path.rglob(".making-*"))


@pytest.fixture
def paused(kit: Kit, file: Path) -> Iterator["subprocess.Popen[str]"]:
    child = start(kit, file, "6")
    assert child.stdout
    assert child.stdout.readline() == "half\n", child.stderr.read() if child.stderr else ""
    yield child
    child.kill()
    child.communicate()


def test_a_paused_run_holds_no_citizen_id(kit: Kit, file: Path, paused: "subprocess.Popen[str]") -> None:
    del paused
    (folder,) = hidden(kit)
    spilled = (folder / "rows").read_bytes()
    assert len(spilled) > 2500 * 39
    assert b"s1.e01." in spilled
    assert {folder.stat().st_mode & 0o777, (folder / "rows").stat().st_mode & 0o777} == {0o700, 0o600}
    cids = [line.split(",")[0] for line in file.read_text("utf-8-sig").splitlines()[1:]]
    assert len(cids) == ROWS
    cids = cids[:3000:40]  # those that were read before it paused
    forms = [
        form for cid in cids for form in (cid.encode(), cid.translate(agency_kit.THAI).encode(), cid[:12].encode())
    ]
    forms += [int(cid).to_bytes(8, "little") for cid in cids]
    assert not [form for form in forms if form in spilled]
    assert file.read_bytes().find(forms[0]) > 0, "positive control: the search finds them where they are"


def test_ctrl_c_leaves_nothing(kit: Kit, paused: "subprocess.Popen[str]") -> None:
    assert hidden(kit)
    paused.send_signal(signal.SIGINT)
    paused.communicate(timeout=30)
    assert paused.returncode != 0
    assert hidden(kit) == []
    assert kit.home.submissions() == []


def test_after_a_kill_the_next_run_is_whole_and_cleans_up(
    kit: Kit, file: Path, paused: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    paused.kill()
    paused.communicate()
    assert hidden(kit)
    assert kit.home.submissions() == []
    again = submission.seal(kit.home, file, dataset="welfare_registrants", period="2569-01")
    assert hidden(kit) == []
    assert kit.home.submissions() == [again.folder]
    assert kit.opened(again.folder).height == ROWS + 4
    again.folder.rename(tmp_path / "away")


@pytest.mark.parametrize("limit", [100_000, 30_000])
def test_a_full_disk_is_told_and_leaves_nothing(kit: Kit, file: Path, limit: int) -> None:
    before = files(kit)
    child = start(kit, file, "9999", str(limit))
    _, told = child.communicate(timeout=60)
    assert child.returncode == 1
    assert "SetupError" in told
    assert "The disk is full" in told
    assert (files(kit), hidden(kit)) == (before, [])


def test_a_folder_in_use_is_not_taken_for_left_behind(tmp_path: Path) -> None:
    with making.making(tmp_path) as first, making.making(tmp_path) as second:
        assert first.is_dir()
        assert second.is_dir()
    (tmp_path / ".making-x").mkdir()
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    (tmp_path / f".making-{gone.stdout.strip()}-0").mkdir()
    with making.making(tmp_path):
        assert sorted(
            path.name for path in tmp_path.iterdir() if not path.name.startswith(f".making-{os.getpid()}")
        ) == [".making-x"]
    with pytest.raises(PermissionError), making.making(tmp_path):
        raise PermissionError(13, "something else")
    with pytest.raises(errors.SetupError), making.making(tmp_path):
        raise OSError("No space left on device (os error 28)")


def test_the_file_of_rows_is_gone_after_use(kit: Kit, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shuffle, "HOLD", 0)
    made = submission.seal(kit.home, file, dataset="welfare_registrants", period="2026-01")
    assert {path.name for path in made.folder.iterdir()} == {
        "manifest.json",
        "manifest.sig",
        *(part["name"] for part in made.manifest["parts"]),
    }
