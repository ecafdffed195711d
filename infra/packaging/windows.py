"""Assemble the portable Windows folder: ``khlang-windows.zip``, for an office that may install nothing.

The libraries are the wheels of the hashed lock for 64-bit Windows and Python 3.11. The interpreter is Python's own
"Windows embeddable package (64-bit)", which no package registry carries: whoever assembles the folder gives the zip,
and it is held against the checksum that is given with it. Without it the folder is whole but for ``python``.

NOT RUN ON WINDOWS: assembled and looked through on Linux only (docs/decisions/154-windows-folder.md).
"""

import argparse
import hashlib
import shutil
import sys
import zipfile
from pathlib import Path

from infra.packaging import building

from khlang.errors import InputError, KhlangError

FILES = Path(__file__).resolve().parent / "windows"
PATHS = "python311.zip\n.\n..\\site\n"  # sys.path of the embeddable Python: nothing of the PC's own gets in
PREFIX = "python-3.11."
LAST = "python-3.11.9-embed-amd64.zip"  # later fixes of 3.11 exist as source only
LAUNCHERS = ("khlang.cmd", "khlang-ui.cmd")
README = "อ่านก่อน README.txt"


def assemble(folder: Path, ours: Path, *, python: Path | None = None, sha256: str | None = None) -> Path:
    """Assemble the folder; one that is there is replaced.

    Args:
        folder: The folder itself.
        ours: Our wheel.
        python: The embeddable zip.
        sha256: Its checksum, from Python's own release page.

    Raises:
        InputError: The zip is not the one of the checksum, or holds another Python.
    """
    if python:
        check(python, sha256)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    building.install(folder / "site", ours, building.LOCK_ALL, *building.WINDOWS)
    for name in LAUNCHERS:
        _write(folder / name, (FILES / name).read_text(encoding="ascii"), "ascii")
    _write(folder / README, (FILES / "README.txt").read_text(encoding="utf-8"), "utf-8-sig")
    (folder / "python").mkdir()
    if python:
        with zipfile.ZipFile(python) as archive:
            archive.extractall(folder / "python")
    (folder / "python" / "python311._pth").write_bytes(PATHS.replace("\n", "\r\n").encode("ascii"))
    return folder


def check(python: Path, sha256: str | None) -> None:
    """Hold the embeddable zip against its checksum, and look whether it is Python 3.11 for 64 bits.

    Raises:
        InputError: It is not.
    """
    with python.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != (sha256 or "").strip().lower():
        raise InputError(
            f"{python.name} has the SHA-256 {found}, which is not the one given.",
            "Take it from Python's own release page again, and give the checksum of that page: --sha256 …",
            code="DIST-PYTHON",
        )
    if not python.name.startswith(PREFIX) or not python.name.endswith("-embed-amd64.zip"):
        raise InputError(
            f"{python.name} is not the embeddable Python 3.11 for 64 bits.",
            f"Take {LAST}, the last one of 3.11: the libraries of the lock are built for 3.11.",
            code="DIST-PYTHON",
        )


def packed(folder: Path) -> Path:
    """One zip of the folder; names in Thai are marked as UTF-8, as Windows' own Explorer reads them."""
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, Path(folder.name, path.relative_to(folder)))
    return target


def _write(path: Path, text: str, encoding: str) -> None:
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))  # Notepad and cmd.exe both want CRLF


def main() -> int:
    """Build the wheel, assemble the folder and pack it."""
    parser = argparse.ArgumentParser(prog="make windows")
    parser.add_argument("--python", type=Path, help=f"{LAST}, the last one of 3.11, from Python's release page")
    parser.add_argument("--sha256", help="its checksum, from the same page")
    parser.add_argument("--to", type=Path, default=building.ROOT / "dist")
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    try:
        ours = building.wheel(asked.to)
        folder = assemble(asked.to / "khlang-windows", ours, python=asked.python, sha256=asked.sha256)
        made = packed(folder)
    except (KhlangError, OSError) as fault:
        print(fault, file=sys.stderr)
        return getattr(fault, "exit_code", 1)
    print(f"{made} ({made.stat().st_size / 1e6:.0f} MB), assembled on {sys.platform}, not run on Windows")
    if not asked.python:
        print(f"  → Unpack {LAST} into {folder.name}/python, and keep our python311._pth there.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
