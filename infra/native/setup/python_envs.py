"""The Python environments: uv, then one for jobs and tools and one for Airflow, from hashed requirement files."""

import hashlib
import os
import re
import shutil
import sys
from pathlib import Path

from khlang.artefacts import Artefacts
from khlang.errors import SetupError
from setup.progress import Progress, call


def _environment(program: Artefacts) -> dict[str, str]:
    # The caller's environment goes through: it may name a mirror or a certificate store.
    return dict(os.environ) | {
        "UV_CACHE_DIR": str(program.cache / "uv"),
        "UV_LINK_MODE": "hardlink",
        "UV_NO_PROGRESS": "1",
    }


def requirement(text: str, name: str) -> str:
    """The pinned lines of one package, with its hashes."""
    found = re.search(rf"^{re.escape(name)}==.*?(?=^\S|\Z)", text, re.DOTALL | re.MULTILINE)
    if not found:
        raise KeyError(name)
    return found.group(0)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join((*parts, sys.version)).encode()).hexdigest()


def _stamp(folder: Path) -> Path:
    return folder / ".installed-from"


def _fresh(folder: Path, digest: str) -> bool:
    stamp = _stamp(folder)
    return stamp.exists() and stamp.read_text() == digest


def _wanted(program: Artefacts) -> dict[str, tuple[Path, str]]:
    """Environment → (folder, digest of what it is installed from)."""
    lists = program.root / "infra" / "requirements"
    project = (program.root / "pyproject.toml").read_text()
    jobs = (lists / "dev.txt").read_text()
    return {
        "jobs": (program.root / ".venv", _digest(jobs, project, str(program.root))),
        "airflow": (program.root / ".venv-airflow", _digest((lists / "airflow.txt").read_text(), str(program.root))),
    }


def complete(program: Artefacts) -> bool:
    """Whether both environments are installed from today's lists."""
    return all(_fresh(folder, digest) for folder, digest in _wanted(program).values())


def tools(progress: Progress, program: Artefacts) -> str:
    """uv, in an environment of its own in the cache; gives its path."""
    folder = program.cache / "tools" / program.versions["UV_VERSION"]
    uv = folder / "bin" / "uv"
    setuptools = requirement((program.root / "infra" / "requirements" / "dev.txt").read_text(), "setuptools")
    digest = _digest(setuptools, program.versions["UV_SHA256"])
    if not (uv.exists() and _fresh(folder, digest)):
        with progress.step("uv"):
            shutil.rmtree(folder, ignore_errors=True)
            call([sys.executable, "-m", "venv", str(folder)], why="No environment for set-up's tools")
            pins = folder / "requirements.txt"
            uv_line = f"uv=={program.versions['UV_VERSION']} --hash=sha256:{program.versions['UV_SHA256']}\n"
            pins.write_text(uv_line + setuptools)
            pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(pins)]
            call(pip, why="uv cannot be installed")
            _stamp(folder).write_text(digest)
    return str(uv)


def _pyspark_wheel(progress: Progress, program: Artefacts, pins: str) -> Path:
    """Pyspark comes as a source archive only, and uv would build it at each install.

    pip checks the archive's hash and builds it once; the hash of the wheel it gives is kept beside it.
    """
    wanted = requirement(pins, "pyspark")
    folder = program.cache / "wheels" / _digest(wanted)[:12]
    if not (folder / "sha256").exists():
        with progress.step("pyspark (450 MB) and its wheel"):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            (folder / "requirements.txt").write_text(wanted)
            python = program.cache / "tools" / program.versions["UV_VERSION"] / "bin" / "python"
            command = [str(python), "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-cache-dir",
                       "--require-hashes", "-r", str(folder / "requirements.txt"), "-w", str(folder)]  # fmt: skip
            call(command, why="pyspark cannot be built")
            wheel = next(folder.glob("pyspark-*.whl"))
            with wheel.open("rb") as file:
                (folder / "sha256").write_text(hashlib.file_digest(file, "sha256").hexdigest())
    return next(folder.glob("pyspark-*.whl"))


def _install(program: Artefacts, uv: str, folder: Path, pins: Path, *options: str) -> None:
    env, python = _environment(program), str(folder / "bin" / "python")
    if not (folder / "bin" / "python").exists():
        call([uv, "venv", "-q", "--python", sys.executable, str(folder)], env=env, why=f"{folder} cannot be made")
    command = [uv, "pip", "install", "-q", "--python", python, "--require-hashes", "-r", str(pins), *options]
    call(command, env=env, why=f"{folder.name} cannot be installed")


def jobs(progress: Progress, program: Artefacts, uv: str) -> None:
    """``.venv``: jobs, gateway, agency tool, tests; the checkout itself is installed editable."""
    folder, digest = _wanted(program)["jobs"]
    if _fresh(folder, digest):
        return
    pins = (program.root / "infra" / "requirements" / "dev.txt").read_text()
    wheel = _pyspark_wheel(progress, program, pins)
    with progress.step("Python environment .venv"):
        local = f"pyspark @ {wheel.as_uri()} --hash=sha256:{(wheel.parent / 'sha256').read_text()}\n"
        listed = program.cache / "wheels" / f"dev-{digest[:12]}.txt"
        listed.write_text(pins.replace(requirement(pins, "pyspark"), local))
        _install(program, uv, folder, listed)
        command = [uv, "pip", "install", "-q", "--python", str(folder / "bin" / "python"), "--no-deps",
                   "--no-build-isolation", "--editable", str(program.root)]  # fmt: skip
        call(command, env=_environment(program), why="khlang cannot be installed")
        _stamp(folder).write_text(digest)


def airflow(progress: Progress, program: Artefacts, uv: str) -> None:
    """``.venv-airflow``: Airflow alone. Compiled at once: three of its processes start at the same time."""
    folder, digest = _wanted(program)["airflow"]
    if _fresh(folder, digest):
        return
    with progress.step("Python environment .venv-airflow"):
        _install(program, uv, folder, program.root / "infra" / "requirements" / "airflow.txt", "--compile-bytecode")
        _stamp(folder).write_text(digest)


#: What nobody needs for a demo or a test of the product: an environment each, made by its own `make` target.
EXTRAS = {"site": "documentation site", "lab": "JupyterLab", "superset": "Apache Superset"}


def extra(progress: Progress, program: Artefacts, uv: str, name: str) -> None:
    """``.venv-<name>``, from its hashed list; skipped when it is there.

    Raises:
        SetupError: There is no such extra, or it cannot be installed.
    """
    if name not in EXTRAS:
        raise SetupError(f"There is no extra {name}.", f"One of: {', '.join(EXTRAS)}.")
    folder, pins = program.root / f".venv-{name}", program.root / "infra" / "requirements" / f"{name}.txt"
    digest = _digest(pins.read_text(), str(program.root))
    if _fresh(folder, digest):
        return
    with progress.step(f"Python environment .venv-{name}: {EXTRAS[name]}"):
        _install(program, uv, folder, pins)
        _stamp(folder).write_text(digest)
