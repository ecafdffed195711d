"""What a Windows PC does otherwise than Linux, each tried without one: code pages, open files, absent modules, CRLF."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest
from click.testing import CliRunner
from tests import agency_kit
from tests.agency_kit import Kit

from khlang import console, private
from khlang.agency import keystore
from khlang.agency import making as making_
from khlang.agency.cli import agency
from khlang.agency.reading import archive
from khlang.errors import KhlangError, SetupError

# Modules of the standard library that Windows' Python has not.
ABSENT = ("fcntl", "grp", "pwd", "resource", "termios", "pty", "syslog")
PATH_LIMIT = 259  # MAX_PATH less its closing NUL
FORBIDDEN = set('<>:"|?*')
LIGHT = """
import sys
for name in {absent}:
    sys.modules[name] = None
import importlib, pkgutil
import khlang.agency, khlang.console
for one in pkgutil.walk_packages(khlang.agency.__path__, "khlang.agency."):
    importlib.import_module(one.name)
print("all imported")
"""


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


def spoken(encoding: str, text: str) -> bytes:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\r\n")
    console.speak_thai([stream])
    stream.write(text)
    stream.flush()
    return raw.getvalue()


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii", "utf-8"])
def test_a_code_page_without_thai_is_left_for_utf8(encoding: str) -> None:
    assert spoken(encoding, "กุญแจ → ✗\n") == "กุญแจ → ✗\r\n".encode()


@pytest.mark.parametrize("encoding", ["cp874", "tis-620"])
def test_a_thai_code_page_is_kept_and_lacks_only_signs(encoding: str) -> None:
    assert spoken(encoding, "กุญแจ → ✗\n") == "กุญแจ ? ?\r\n".encode(encoding)


class Held:
    """``Path.replace`` as on Windows while another program has the target open."""

    def __init__(self, times: int, winerror: int | None = 32) -> None:
        self.times, self.winerror, self.waits = times, winerror, list[float]()

    def into(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = Path.replace

        def replace(path: Path, target: Path) -> Path:
            self.times -= 1
            if self.times >= 0:
                fault = PermissionError(13, "held")
                fault.winerror = self.winerror  # type: ignore[attr-defined,unused-ignore]
                raise fault
            return real(path, target)

        monkeypatch.setattr(Path, "replace", replace)
        monkeypatch.setattr(Path, "rename", replace)
        monkeypatch.setattr(private.time, "sleep", self.waits.append)


def test_a_file_held_for_a_moment_is_written_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(3)
    held.into(monkeypatch)
    private.write(tmp_path / "report.html", "new")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "new"
    assert held.waits == sorted(held.waits)
    assert len(held.waits) == 3


def test_a_file_held_for_good_is_named_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "report.html").write_text("old", encoding="utf-8")
    held = Held(99)
    held.into(monkeypatch)
    with pytest.raises(SetupError, match=r"report\.html เปิดอยู่ในโปรแกรมอื่น / ") as caught:
        private.write(tmp_path / "report.html", "new")
    assert caught.value.code == "FILE-OPEN"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "old"
    assert sum(held.waits) < 2


def test_a_missing_right_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(99, winerror=None)
    held.into(monkeypatch)
    with pytest.raises(PermissionError):
        private.write(tmp_path / "report.html", "new")
    assert held.waits == []


def test_a_sealed_folder_that_a_scanner_looks_into_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Held(2, winerror=5).into(monkeypatch)
    with making_.making(tmp_path) as path:
        (path / "part").write_bytes(b"1")
        making_.keep(path, tmp_path / "whole")
    assert (tmp_path / "whole" / "part").read_bytes() == b"1"


def test_nothing_of_the_agency_needs_a_module_that_windows_lacks() -> None:
    environment = {**os.environ, "PYTHONTZPATH": "", "PYTHONWARNDEFAULTENCODING": "1"}
    command = [sys.executable, "-W", "error::EncodingWarning", "-c", LIGHT.format(absent=ABSENT)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "all imported"), done.stderr[-800:]


def test_what_notepad_saves_is_read(kit: Kit, tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    indented = json.dumps(json.loads(kit.bundle_text()), indent=1, ensure_ascii=False)
    (tmp_path / "bundle.json").write_bytes(mark + indented.replace("\n", "\r\n").encode())
    (tmp_path / "key.txt").write_bytes(mark + kit.authority.source_secret().hex().encode() + b"\r\n")
    files = ["--bundle", str(tmp_path / "bundle.json"), "--key-file", str(tmp_path / "key.txt")]
    made = CliRunner().invoke(agency, ["init", *files, "--key-store", "file", "--home", str(tmp_path / "home")])
    assert made.exit_code == 0, made.output
    assert (tmp_path / "home" / "sealing.key").read_bytes() == kit.authority.source_secret().hex().encode() + b"\n"


def test_every_path_fits_windows(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    written = set[Path]()
    real = os.open

    def opened(path: str | os.PathLike[str], *rest: int) -> int:
        written.add(Path(os.fspath(path)))
        return real(path, *rest)

    monkeypatch.setattr(os, "open", opened)
    csv = agency_kit.write_csv(kit.root / "x.csv", agency_kit.registrants(20))
    where = ["--dataset", "welfare_registrants", "--period", "2569-01", "--home", str(kit.home.path)]
    for command in ("check", "seal"):
        done = CliRunner().invoke(agency, [command, str(csv), *where])
        assert done.exit_code in {0, 30}, done.output
    written |= set(kit.home.path.rglob("*"))
    names = [path.relative_to(kit.home.path) for path in written if path.is_relative_to(kit.home.path)]
    assert len(names) > 8
    base = PureWindowsPath("C:/Users/ชื่อผู้ใช้ของกระทรวงที่ยาว", ".khlang-agency")
    room = 40  # a longer dataset name, a longer process number
    assert max(len(str(base / PureWindowsPath(*path.parts))) for path in names) <= PATH_LIMIT - room
    for part in {part for path in names for part in path.parts}:
        assert not FORBIDDEN & set(part), part
        assert not part.endswith((".", " ")), part


@pytest.mark.parametrize("name", ["C:\\Windows\\x.csv", "..\\x.csv", "\\\\server\\share\\x.csv", "a\\..\\..\\x.csv"])
def test_a_windows_name_that_leads_out_of_a_zip_is_refused(name: str) -> None:
    info = archive.zipfile.ZipInfo("x")
    info.filename = name
    with pytest.raises(KhlangError) as caught:
        archive._check("x.zip", info)
    assert caught.value.code == "SEAL-ZIP"


def test_no_mode_is_claimed_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = keystore.Keystore(tmp_path)
    assert "0600" in store.described()
    modes = list[int]()
    monkeypatch.setattr(Path, "chmod", lambda _, mode: modes.append(mode))
    private.folder(tmp_path / "linux")
    made = tmp_path / "windows"
    made.mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(private.os, "name", "nt")
        said = store.described()
        private.folder(made)
    assert "Windows" in said
    assert modes == [0o700]
