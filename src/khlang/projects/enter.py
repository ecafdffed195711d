"""Entering a project's workspace: a process behind the fence, with a pass that Trino takes for minutes.

Whoever enters holds no key: this command, which stays outside, renews the pass while the project is active and the
person works in it. Behind the fence lie the pool's secrets, its store and the other workspaces.
"""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from khlang import inside, private
from khlang.errors import AccessError, KhlangError, UsageError
from khlang.policy import book
from khlang.policy.request import Request
from khlang.projects import steps
from khlang.settings import Settings
from khlang.stack import fence, passes, rkernel
from khlang.stack.process import base_environment
from khlang.stack.supervisor import fence_command

RENEW_SECONDS = passes.LIFE.total_seconds() / 3
#: How long a command may take to end by itself when this one is told to.
GRACE_SECONDS = 5.0
#: What of ``<var>`` nobody needs who works in a project.
HIDDEN = ("secrets", "minio", "trino", "spark", "airflow", "lab", "superset", "registry/projects", "registry/orders",
          "demo")  # fmt: skip


def files(settings: Settings, name: str) -> Path:
    """The folder of a project's own files: what was brought in, what its people wrote, logs of its runs."""
    return settings.var / "workspaces" / name


def entitled(settings: Settings, name: str, person: str) -> Request:
    """The request of an active project that a person works in.

    Raises:
        UsageError: The project is not active.
        AccessError: The person does not work in it.
    """
    project = book.read(settings, name)
    state = project.state(steps.now().date())
    if state != "active":
        raise UsageError(
            f"Project {name} is {state}: nobody enters it.", f"See: khlang project show {name}", code="WORKSPACE-OVER"
        )
    if person not in project.asked.people:
        raise AccessError(
            f"{person} does not work in project {name}.", "Its people stand in its request.", code="WORKSPACE-PERSON"
        )
    return project.asked


def enter(
    settings: Settings,
    name: str,
    person: str,
    command: Sequence[str],
    *,
    output: IO[bytes] | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> int:
    """Run a command inside a workspace until it ends; told to end (SIGTERM, SIGHUP) it ends that and leaves no pass.

    Args:
        settings: The installation.
        name: The project.
        person: Who enters.
        command: Program and arguments; the project's programs come first on its path.
        output: Where what it says goes; default: where this process says its own.
        tell: Called with a message when the workspace closes while the command runs.

    Returns:
        The command's exit code.

    Raises:
        UsageError, AccessError: As :func:`entitled`.
        SetupError: This machine permits no fence.
        SystemExit: It was told to end.
    """
    login = entitled(settings, name, person).login(person)
    fence.check(settings)
    with _folder(settings, login) as mine:
        private.folder(private.folder(settings.var / "workspaces") / name)
        private.folder(mine / "tmp")
        rkernel.prepare(mine / "r")
        private.write(inside.login_file(mine), login)
        renew(settings, mine, login)
        argv = [*walls(settings, name, mine), *command]
        with (
            _interrupts_are_the_commands(),
            subprocess.Popen(argv, env=environment(settings, mine), cwd=files(settings, name), stdout=output,
                             stderr=subprocess.STDOUT if output else None) as child,
        ):  # fmt: skip
            return _wait(child, lambda: _renew(settings, name, person, mine, tell))


def renew(settings: Settings, folder: Path, login: str) -> None:
    """Lay a new pass into the folder of one who entered."""
    private.write(inside.pass_file(folder), passes.issue(settings, inside.identity(login), steps.now()))


def walls(settings: Settings, name: str, mine: Path) -> list[str]:
    """The fence around a workspace: neither the pool's secrets nor any other workspace is there."""
    before = fence_command(settings)
    if not before:
        return []
    hidden = [settings.var / one for one in HIDDEN if (settings.var / one).exists()]
    kept = [files(settings, name), mine]
    return [*before, *(word for one in hidden for word in ("--also", str(one))),
            *(word for one in kept for word in ("--only", str(one)))]  # fmt: skip


def environment(settings: Settings, mine: Path) -> dict[str, str]:
    """What a process in a workspace sees of the caller's environment, and where its pass lies."""
    shown = {name: os.environ[name] for name in ("TERM", "COLORTERM") if name in os.environ}
    told = base_environment(settings) | shown
    path = f"{settings.root / '.venv' / 'bin'}{os.pathsep}{told.get('PATH', os.defpath)}"
    # No password lies there; without it the client would look for one where it sees none.
    own = {inside.VARIABLE: str(mine), "KHLANG_PASSWORDS": str(mine), "TMPDIR": str(mine / "tmp")}
    return told | own | rkernel.environment(mine / "r") | {"PATH": path}


def _renew(settings: Settings, name: str, person: str, mine: Path, tell: Callable[[str], object]) -> None:
    try:
        renew(settings, mine, entitled(settings, name, person).login(person))
    except KhlangError as closed:
        if inside.pass_file(mine).exists():
            inside.pass_file(mine).unlink()
            tell(f"พื้นที่ทำงานปิดแล้ว / This workspace is closed: {closed.message}")


@contextmanager
def _folder(settings: Settings, login: str) -> Iterator[Path]:
    """The folder of one who entered; it goes however the command ends, but for SIGKILL."""
    with _told_to_end():
        mine = private.folder(private.folder(settings.var / "entered") / f"{login}-{secrets.token_hex(4)}")
        try:
            yield mine
        finally:
            shutil.rmtree(mine, ignore_errors=True)


def _wait(child: subprocess.Popen[bytes], every: Callable[[], None]) -> int:
    try:
        while True:
            try:
                return child.wait(RENEW_SECONDS)
            except subprocess.TimeoutExpired:
                every()
    except SystemExit:  # told to end: so is the command, which would read on without a pass
        child.terminate()
        try:
            child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:  # a shell does not listen
            child.kill()
        raise


@contextmanager
def _told_to_end() -> Iterator[None]:
    """A terminal that is closed, or ``kill``, ends this process in order; once, for both often come together."""
    told: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        del frame
        told.append(number)
        if len(told) == 1:
            raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _interrupts_are_the_commands() -> Iterator[None]:
    """Ctrl-C ends a query of the command, not the workspace around it."""

    def leave_it(number: int, frame: FrameType | None) -> None:
        del number, frame

    before = signal.signal(signal.SIGINT, leave_it)  # not ignored: the command would inherit that
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
