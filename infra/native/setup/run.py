"""The order of set-up: the machine's own programs, then three lanes side by side."""

import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from khlang import artefacts
from khlang import settings as settings_module
from khlang.errors import KhlangError
from setup import kernel, machine, maps, python_envs, servers
from setup.progress import Progress


def install(progress: Progress, *, with_kernel: bool = False, extras: Sequence[str] = ()) -> None:
    """Bring everything here, skipping what is; the optional kernel and the extra environments only when asked for."""
    settings = settings_module.load()
    program = artefacts.load(settings)
    with_work = not (servers.complete(program) and python_envs.complete(program) and maps.complete(program))
    if with_work:
        machine.check_disk(program.cache)
    machine.packages(progress)
    uv = python_envs.tools(progress, program)
    # MinIO's build takes processor time, the rest mostly the network's: together as long as the longest of the three.
    with ThreadPoolExecutor(2) as beside:
        lanes = [beside.submit(servers.minio, progress, program), beside.submit(fetched, progress, program, uv)]
        python_envs.jobs(progress, program, uv)
        python_envs.airflow(progress, program, uv)
        kernel.build(progress, program, compiling=with_kernel)
        for name in extras:
            python_envs.extra(progress, program, uv, name)
        for lane in lanes:
            lane.result()


def fetched(progress: Progress, program: artefacts.Artefacts, uv: str) -> None:
    """What comes ready-made, one after the other: Maven's folder takes one writer."""
    maps.outlines(progress, program)
    servers.java_runtime(progress, program, uv)
    servers.jars(progress, program)
    servers.trino(progress, program)
    servers.jdbc(progress, program)


def main() -> int:
    """Set up, and say in one line what it came to."""
    begun = time.monotonic()
    root = settings_module.load()
    progress = Progress(root.cache)
    os.umask(0o022)
    try:
        words = sys.argv[1:]
        extras = [word.removeprefix("--with=") for word in words if word.startswith("--with=")]
        install(progress, with_kernel="--kernel" in words, extras=extras)
    except KhlangError as error:
        print(f"{error.code}: {error.message}", file=sys.stderr)
        print(f"  → {error.remedy}", file=sys.stderr)
        return error.exit_code
    done = f"{progress.done} steps done" if progress.done else "all there"
    print(f"Set-up: {done} ({time.monotonic() - begun:.1f} s).", flush=True)
    return 0
