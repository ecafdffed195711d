"""What an office installs: the wheel in a fresh environment, the single file with a bare Python, the Windows folder."""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import grimp
import pytest
from infra.packaging import building, dist, windows
from tests import agency_kit

from khlang.errors import InputError

MEGABYTE = 1_000_000
CORPUS = Path(__file__).resolve().parents[1] / "corpus"
# Nothing that only the pool, the tests or a data scientist needs.
DENIED = {
    "airflow", "apache-airflow", "apache-airflow-core", "boto3", "connectorx", "delta-spark", "deltalake", "duckdb",
    "fastapi", "great-expectations", "jpype1", "matplotlib", "minio", "numpy", "pandas", "py4j", "pyarrow", "pyspark",
    "scipy", "supervisor", "trino", "uvicorn",
}  # fmt: skip
OURS = {"agency", "contracts", "keys", "values", "web"}  # the packages of an office and of the key authority
INSIDE = (
    "manifest.schema.json",
    "agency/scan/names.txt.xz",
    "agency/reading/words.yaml",
    "values/forms.yaml",
    "py.typed",
    "__main__.py",
)
LOADED = """
import sys
from khlang.cli import khlang
khlang(["agency", "--help"], standalone_mode=False)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"polars", "cryptography", "httpx", "rich", "keyring"}))
"""


@dataclass(frozen=True)
class Office:
    """A fresh environment with nothing but our wheel and what it asks for."""

    wheel: Path
    python: Path

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
        """Start the installed launcher from a folder of its own, with hardly any environment."""
        command = (str(self.python.with_name("khlang")), *arguments)
        return subprocess.run(command, env=bare(self.wheel.parent, **environment), capture_output=True, check=False)


def bare(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.defpath, "LANG": "C", **more}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    wheel = building.wheel(folder)
    python = folder / "venv" / "bin" / "python"
    building.run(building.uv(), "venv", "-q", "--python", sys.executable, str(folder / "venv"))
    # The lock only says which versions: what is installed is what the wheel itself asks for.
    command = (building.uv(), "pip", "install", "-q", "--python", str(python), "-c", str(building.LOCK), str(wheel))
    building.run(*command)
    return Office(wheel, python)


def installed(office: Office) -> set[str]:
    asked = "import importlib.metadata as m; print(*(d.metadata['Name'] for d in m.distributions()))"
    done = subprocess.run([office.python, "-c", asked], env=bare(office.wheel.parent), capture_output=True, check=True)
    return {name.lower().replace("_", "-").replace(".", "-") for name in done.stdout.decode().split()}


def locked(lock: Path) -> dict[str, str]:
    lines = re.findall(r"^([a-z0-9-]+)==(\S+)(.*)$", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: version for name, version, _ in lines}


def test_the_wheel_is_small_and_whole(office: Office) -> None:
    assert office.wheel.stat().st_size < MEGABYTE
    with zipfile.ZipFile(office.wheel) as archive:
        names = set(archive.namelist())
    assert {f"khlang/{name}" for name in INSIDE} <= names
    assert not [name for name in names if name.split("/")[0] not in {"khlang", "khlang-0.1.0.dist-info"}]
    assert {name.split("/")[1] for name in names if name.startswith("khlang/") and name.count("/") > 1} == OURS


def test_every_module_of_the_wheel_finds_what_it_imports() -> None:
    """Also what a function imports when it is called: nothing of the pool is missed in the middle of a month."""
    found = grimp.build_graph("khlang")
    mine = {name for name in found.modules if name.split(".")[1:2] and name.split(".")[1] in OURS}
    beyond = {there for name in mine for there in found.find_modules_directly_imported_by(name)} - mine
    assert {name for name in beyond if name.count(".") > 1} == set()


def test_it_shows_the_commands_it_has(office: Office) -> None:
    shown = office.run("--help").stdout.decode()
    commands = re.findall(r"^  (\w+)  ", shown.partition("Commands:")[2], re.MULTILINE)
    assert commands == ["agency", "keys"]
    refused = office.run("pool", "init")
    assert (refused.returncode, "no such command pool" in refused.stderr.decode()) == (2, True)


def test_only_what_sealing_needs_is_installed(office: Office) -> None:
    found = installed(office)
    assert {"khlang", "polars", "polars-hash", "pyrage", "xlrd", "keyring"} <= found
    assert found & DENIED == set()
    assert found - {"khlang"} <= set(locked(building.LOCK)), "infra/requirements/agency.txt is stale"


def test_help_loads_no_engine(office: Office) -> None:
    done = subprocess.run([office.python, "-c", LOADED], env=bare(office.wheel.parent), capture_output=True, check=True)
    said = done.stdout.decode()
    assert said.endswith("\n[]\n")
    assert "seal" in said


@pytest.mark.parametrize("encoding", ["utf-8", "cp874", "cp1252", "ascii"])
def test_an_office_sets_up_checks_and_seals(office: Office, tmp_path: Path, encoding: str) -> None:
    kit = agency_kit.make(tmp_path)
    (tmp_path / "bundle.json").write_text(kit.bundle_text(), encoding="utf-8")
    (tmp_path / "key.txt").write_text(kit.authority.source_secret().hex(), encoding="utf-8")
    home = ("--home", str(tmp_path / "home"))
    where = ("--dataset", "welfare_registrants", "--period", "2569-01", *home)
    init = ("agency", "init", "--bundle", str(tmp_path / "bundle.json"), "--key-file", str(tmp_path / "key.txt"))
    file = agency_kit.write_csv(tmp_path / "ทะเบียน.csv", agency_kit.registrants(200), encoding="cp874")
    heard = "utf-8" if encoding in {"cp1252", "ascii"} else encoding
    for command, word in (
        ((*init, "--key-store", "file", *home), "ตั้งค่าแล้ว"),
        (("agency", "check", str(file), *where), "รายงาน"),
        (("agency", "seal", str(file), *where), "เก็บไว้ที่"),
    ):
        done = office.run(*command, PYTHONIOENCODING=encoding)
        assert done.returncode == 0, done.stderr.decode(heard)
        assert word in done.stdout.decode(heard)
    again = office.run("agency", "seal", str(file), *where, "--json", PYTHONIOENCODING=encoding)
    made = json.loads(again.stdout.decode(heard))
    assert (made["rows"], made["reused"]) == (200, True)
    assert set(kit.opened(Path(made["folder"]))["province_code"]) >= {"10"}


def test_a_file_of_the_corpus_is_judged_and_sealed(office: Office, tmp_path: Path) -> None:
    kit = agency_kit.make(tmp_path)
    plain = ("--dataset", "welfare_registrants", "--period", "2569-01", "--home", str(kit.home.path))
    sealed = office.run("agency", "seal", str(CORPUS / "files" / "lo_comma_874.csv"), *plain, "--json")
    assert sealed.returncode == 0, sealed.stderr.decode()
    assert json.loads(sealed.stdout.decode())["form"].startswith("Windows-874")
    done = office.run(
        "agency", "check", str(CORPUS / "files" / "lo_titled.xls"), "--dataset", "welfare_registrants",
        "--period", "2569-01", "--home", str(kit.home.path), PYTHONIOENCODING="cp874",
    )  # fmt: skip
    assert done.returncode in {0, 30}, done.stderr.decode("cp874")
    assert "แถว / rows" in done.stdout.decode("cp874")
    assert (kit.home.path / "reports" / "check-welfare_registrants-2026-01.html").exists()


def test_the_single_file_runs_with_a_bare_python(office: Office, tmp_path: Path) -> None:
    made = dist.single_file(tmp_path, office.wheel, building.LOCK, compress=False)
    bare_python = Path(sys.base_prefix) / "bin" / Path(sys.executable).resolve().name
    command = [str(bare_python), "-I", str(made), "agency", "--help"]
    kept = {"SHIV_ROOT": str(tmp_path / "cache")}
    done = subprocess.run(command, env=bare(tmp_path, **kept), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert "ปิดผนึกไฟล์" in done.stdout.decode()
    engine = [str(bare_python), "-I", str(made), "agency", "check", "none.csv", "--dataset", "x", "--period", "2569-01"]
    refused = subprocess.run(engine, env=bare(tmp_path, **kept), capture_output=True, check=False)
    assert refused.returncode == 10
    assert "ไม่พบไฟล์ตั้งค่า" in refused.stderr.decode()  # the compiled libraries were loaded on the way to this
    assert len(list((tmp_path / "cache").glob("khlang.pyz_*/site-packages/polars"))) == 1


@pytest.fixture(scope="module")
def folder(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    scratch = tmp_path_factory.mktemp("windows")
    embed = scratch / "python-3.11.9-embed-amd64.zip"  # a stand-in: the real one is in no package registry
    with zipfile.ZipFile(embed, "w") as archive:
        archive.writestr("python.exe", b"MZ")
        archive.writestr("python311._pth", "python311.zip\n.\n#import site\n")
    given = hashlib.sha256(embed.read_bytes()).hexdigest().upper()
    return windows.assemble(scratch / "khlang-windows", office.wheel, python=embed, sha256=given)


def test_the_windows_folder_holds_every_library_of_the_lock(folder: Path) -> None:
    lines = building.LOCK_ALL.read_text(encoding="utf-8")
    linux = set(re.findall(r"^([a-z0-9-]+)==\S+ ; sys_platform == 'linux'", lines, re.MULTILINE))
    wanted = {f"{name}=={version}" for name, version in locked(building.LOCK_ALL).items() if name not in linux}
    found = set()
    for path in (folder / "site").glob("*.dist-info"):
        name, _, version = path.name.removesuffix(".dist-info").rpartition("-")
        found.add(f"{name.lower().replace('_', '-').replace('.', '-')}=={version}")
    assert linux == {"jeepney", "secretstorage"}
    assert found - {"khlang==0.1.0"} == wanted
    assert {name.split("==")[0] for name in found} >= {"xlrd", "connectorx", "pywin32-ctypes", "keyring", "polars"}


def test_the_windows_folder_holds_nothing_compiled_for_linux(folder: Path) -> None:
    compiled = [path for path in (folder / "site").rglob("*") if path.suffix in {".so", ".pyd", ".dll", ".exe"}]
    assert len(compiled) > 20
    assert {path.suffix for path in compiled} <= {".pyd", ".dll"}
    for path in compiled:
        with path.open("rb") as file:
            assert file.read(2) == b"MZ", path.name
    tags = {line for path in folder.glob("site/*.dist-info/WHEEL") for line in path.read_text().splitlines()
            if line.startswith("Tag: ")}  # fmt: skip
    assert {tag.rpartition("-")[2] for tag in tags} == {"any", "win_amd64"}


def test_the_windows_folder_starts_its_own_python_and_no_other(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {*windows.LAUNCHERS, windows.README, "python", "site"}
    assert (folder / "python" / "python311._pth").read_bytes() == b"python311.zip\r\n.\r\n..\\site\r\n"
    for name in windows.LAUNCHERS:
        text = (folder / name).read_bytes()
        assert text.count(b"\n") == text.count(b"\r\n")
        text.decode("ascii")  # cmd.exe reads it in whatever code page the PC has
    launcher = (folder / "khlang.cmd").read_text()
    assert "chcp 65001" in launcher
    assert '"%~dp0python\\python.exe" -X utf8 -m khlang %*' in launcher
    told = (folder / windows.README).read_bytes()
    assert told.startswith(b"\xef\xbb\xbf")
    assert "NOT YET RUN ON WINDOWS" in told.decode("utf-8-sig")
    longest = max(len(str(path.relative_to(folder))) for path in folder.rglob("*"))
    assert longest + len("C:\\Users\\a.long.user.name\\Desktop\\khlang-windows\\") < 260


def test_another_python_than_the_one_named_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "python-3.13.1-embed-amd64.zip"
    other.write_bytes(b"x")
    right = hashlib.sha256(b"x").hexdigest()
    for given in (None, "", "0" * 64):
        with pytest.raises(InputError, match=right):
            windows.check(other, given)
    with pytest.raises(InputError, match=r"not the embeddable Python 3\.11"):
        windows.check(other, right)
