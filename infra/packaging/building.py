"""What every package of the agency tool is made of: our wheel, and the locked libraries for one platform."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from khlang import settings
from khlang.errors import SetupError

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "infra" / "requirements" / "agency.txt"  # what sealing needs
LOCK_ALL = ROOT / "infra" / "requirements" / "agency-all.txt"  # and every extra: PDF, database, voprf
SOURCES = ("pyproject.toml", "README.md", "src")
WINDOWS = ("--python-platform", "x86_64-pc-windows-msvc", "--python-version", "3.11", "--only-binary", ":all:")


def run(*command: str) -> None:
    """Run a tool of the build.

    Raises:
        SetupError: It failed; its own words are the message.
    """
    cache = str(settings.load().cache / "uv")
    done = subprocess.run(
        command,
        env={**os.environ, "UV_CACHE_DIR": cache},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        name = Path(command[0]).name
        raise SetupError(f"{name} failed: {done.stderr.strip()[-2000:]}", "Run `make setup`, then look at the message.")


def uv() -> str:
    """The uv that `make setup` installed."""
    version = settings.read_env_file(ROOT / "infra" / "versions.env")["UV_VERSION"]
    return str(settings.load().cache / "tools" / version / "bin" / "uv")


def wheel(folder: Path) -> Path:
    """Build our wheel into a folder.

    From a copy: setuptools leaves a ``build`` folder in what it builds, and puts its old files into the next wheel.
    What of the product goes into it stands in ``pyproject.toml``.
    """
    with tempfile.TemporaryDirectory() as scratch:
        for name in SOURCES:
            source, target = ROOT / name, Path(scratch) / name
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(source, target, ignore=ignored) if source.is_dir() else shutil.copy2(source, target)
        command = (uv(), "build", "-q", "--wheel", "--no-build-isolation", "--offline", "--python", sys.executable)
        run(*command, "-o", str(folder), scratch)
    return next(folder.glob("khlang-*.whl"))


def install(target: Path, ours: Path, lock: Path, *options: str) -> None:
    """Put the locked libraries, each held against its hash, and our wheel into a plain folder."""
    command = (uv(), "pip", "install", "-q", "--python", sys.executable, "--target", str(target), *options)
    run(*command, "--require-hashes", "-r", str(lock))
    run(*command, "--no-deps", str(ours))
    shutil.rmtree(target / "bin", ignore_errors=True)  # launchers that name the Python of this machine
    (target / ".lock").unlink(missing_ok=True)
