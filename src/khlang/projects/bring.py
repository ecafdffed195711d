"""What comes into a workspace and runs there: reference files and code, each looked at first and noted in the book."""

import hashlib
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from khlang import private, raw
from khlang.errors import InputError, RawIdentifierError, UsageError
from khlang.policy import book
from khlang.projects import enter, keeping
from khlang.projects.steps import now
from khlang.settings import Settings
from khlang.stack import rkernel

MOST_BYTES = 50_000_000
TEXTS = frozenset({".py", ".r", ".sql", ".md", ".txt", ".csv", ".tsv", ".json", ".yaml", ".yml", ".ipynb"})
KINDS = TEXTS | {".parquet"}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}(\.[A-Za-z0-9]{1,8})")
#: What runs as a job → the program before it.
RUNS: Mapping[str, tuple[str, ...]] = {".py": ("python",), ".sql": ("khlang", "sql", "--format", "csv", "-f"),
                                         ".r": ("Rscript",)}  # fmt: skip


def folder(settings: Settings, name: str) -> Path:
    """Where what was brought in lies, in the project's own files."""
    return enter.files(settings, name) / "in"


def bring(settings: Settings, name: str, file: Path, *, by: str, why: str) -> dict[str, Any]:
    """Look at a file, and lay it into the workspace.

    Returns:
        What the book says of it: ``file``, ``sha256``, ``bytes``.

    Raises:
        UsageError: The project is not active.
        InputError: It is of a kind that does not come in, too large, or not readable as what it is called.
        RawIdentifierError: A citizen ID stands in it: names the line, or the column and row, never the number.
    """
    data = checked(file)
    told = {"file": file.name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    keeping.step(settings, name, "bring", by=by, why=why, **told)
    private.folder(private.folder(enter.files(settings, name)) / "in")
    private.write(folder(settings, name) / file.name, data)
    return told


def checked(file: Path) -> bytes:
    """A file's bytes, once nothing speaks against them; raises as :func:`bring`."""
    suffix = file.suffix.lower()
    if suffix not in KINDS or not NAME.fullmatch(file.name):
        raise InputError(
            f"{file.name}: a file of this name or kind does not come in.",
            f"Latin letters and digits, and one of: {' '.join(sorted(KINDS))}.",
            code="BRING-KIND",
        )
    if file.stat().st_size > MOST_BYTES:
        raise InputError(
            f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB.",
            "Take out what the project does not need; data of an agency come as a dataset with a contract.",
            code="BRING-SIZE",
        )
    data = file.read_bytes()
    if suffix == ".parquet":
        _look_at_columns(file)
    else:
        _look_at_text(file.name, data)
    return data


def _look_at_text(name: str, data: bytes) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name} is not UTF-8.", "Save it as UTF-8.", code="BRING-KIND") from None
    if found := raw.spans(text):
        raise _raw(f"{name} line {text.count(chr(10), 0, found[0][0]) + 1}")


def _look_at_columns(file: Path) -> None:
    import polars as pl

    try:
        frame = pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError):
        raise InputError(f"{file.name} is no Parquet file.", "Write it anew.", code="BRING-KIND") from None
    for column in frame.get_columns():
        if column.dtype.is_nested() or column.dtype == pl.Binary:
            raise InputError(
                f"{file.name}: column {column.name} is nested or binary and cannot be looked at.",
                "Bring flat columns.",
                code="BRING-KIND",
            )
        held = raw.holds(column.cast(pl.String))
        if held.any():
            raise _raw(f"{file.name} column {column.name} row {int(held.arg_true()[0]) + 1}")


def _raw(where: str) -> RawIdentifierError:
    return RawIdentifierError(
        f"{where} holds a citizen ID.", "Nothing with a citizen ID comes into a workspace.", code="BRING-RAW"
    )


def run(settings: Settings, name: str, script: str, *, by: str, why: str) -> dict[str, Any]:
    """Run what was brought in, as its person inside the workspace, and note in the book what became of it.

    Returns:
        What the book says of it: ``file``, ``sha256``, ``exit``, ``seconds``, ``log``.

    Raises:
        UsageError: The project is not active, or this was not brought in as it is now.
        AccessError: Who runs it does not work in the project.
        SetupError: It is R, and there is none on this machine.
    """
    enter.entitled(settings, name, by)
    sha256 = _as_brought(settings, name, script)
    program = RUNS[Path(script).suffix.lower()]
    if program[0] == "Rscript":
        rkernel.require()
    stamp = now().strftime("%Y%m%dT%H%M%S")
    log = private.folder(enter.files(settings, name) / "runs") / f"{stamp}-{script}.log"
    began = time.monotonic()
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
        code = enter.enter(settings, name, by, [*program, str(folder(settings, name) / script)], output=output)
    told = {"file": script, "sha256": sha256, "exit": code, "seconds": round(time.monotonic() - began, 1),
            "log": f"runs/{log.name}"}  # fmt: skip
    keeping.step(settings, name, "run", by=by, why=why, **told)
    return told


def _as_brought(settings: Settings, name: str, script: str) -> str:
    """The hash of a script that still is what was looked at; one that was changed inside comes in again first."""
    events = book.read(settings, name).events
    brought = {str(one.data["file"]): str(one.data["sha256"]) for one in events if one.action == "bring"}
    path = folder(settings, name) / script
    known = brought.get(script)
    if known is None or not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != known:
        raise UsageError(
            f"{script} was not brought into {name}, or was changed since.",
            f"First: khlang project bring {name} {script}",
            code="RUN-UNKNOWN",
        )
    if path.suffix.lower() not in RUNS:
        raise UsageError(
            f"{script} is nothing that runs by itself.", f"A job is one of: {' '.join(RUNS)}.", code="RUN-KIND"
        )
    return known
