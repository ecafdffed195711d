"""The optional sealing kernel: built on request, kept in the cache by its sources, laid into ``.venv``.

Nothing needs it: without it sealing gives the same bytes, later.
"""

import filecmp
import hashlib
import os
import shutil
import sys
from pathlib import Path

from khlang.artefacts import Artefacts
from khlang.errors import SetupError
from setup.progress import Progress, call

LIBRARY = "libkhlang_kernel.so"
MODULE = "khlang_kernel.abi3.so"
WITHOUT = "Sealing works without its kernel, only slower (docs/decisions/111-seal-kernel.md)."


def digest(sources: Path) -> str:
    """Of everything that the kernel is built from."""
    files = sorted((*sources.glob("Cargo.*"), *sources.glob("src/*.rs")))
    hashed = hashlib.sha256()
    for file in files:
        hashed.update(f"{file.relative_to(sources)}\0".encode() + file.read_bytes() + b"\0")
    return hashed.hexdigest()[:16]


def build(progress: Progress, program: Artefacts, *, compiling: bool) -> None:
    """Lay the kernel where Python finds it; what cannot be built is said and left out.

    Args:
        progress: Where steps are shown.
        program: Where the cache is.
        compiling: Build what is not in the cache. It takes minutes, and a first demo is not the time for it.
    """
    sources = program.root / "kernel"
    made = program.cache / "kernel" / digest(sources) / MODULE
    if not (made.exists() or compiling):
        return
    if not made.exists():
        cargo = shutil.which("cargo")
        if cargo is None:
            print(f"  sealing kernel: not built, there is no cargo. {WITHOUT}", flush=True)
            return
        try:
            with progress.step("sealing kernel"):
                _compiled(cargo, sources, made)
        except SetupError as error:
            print(f"  sealing kernel: not built. {error.message.splitlines()[-1]} {WITHOUT}", flush=True)
            return
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    place = program.root / ".venv" / "lib" / version / "site-packages" / MODULE
    if not (place.exists() and filecmp.cmp(made, place, shallow=False)):
        _copied(made, place)


def _compiled(cargo: str, sources: Path, made: Path) -> None:
    target = made.parents[1] / "target"
    env = dict(os.environ) | {"CARGO_TARGET_DIR": str(target)}
    call([cargo, "build", "--quiet", "--release", "--locked"], env=env, cwd=sources, why="It does not compile")
    made.parent.mkdir(parents=True, exist_ok=True)
    _copied(target / "release" / LIBRARY, made)


def _copied(here: Path, there: Path) -> None:
    """Through a second name: a running program may hold the old one open."""
    half = there.with_name(f".{there.name}.{os.getpid()}")
    shutil.copyfile(here, half)
    half.replace(there)
