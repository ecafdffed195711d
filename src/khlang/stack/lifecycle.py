"""Starting and stopping: each service starts when what it stands on answers, the store is provisioned as it does."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from khlang import artefacts
from khlang.errors import PortInUseError, ServiceError, SetupError
from khlang.settings import Settings
from khlang.stack import access, fence, minio, order, secrets, tls
from khlang.stack.process import Service
from khlang.stack.services import SERVICES, STOPPED, healthy
from khlang.stack.supervisor import Supervisor, socket_path

LIVING = ("RUNNING", "STARTING", "BACKOFF")
START_SECONDS = 600  # some 35 on two quiet cores; more than 240 at a load of 20
STARTS_IN_VAIN = 4
Report = Callable[[str, str], None]


def check_artefacts(settings: Settings) -> None:
    """Refuse to start before set-up has run.

    Raises:
        SetupError: A program or jar is missing.
    """
    program = artefacts.load(settings)
    wanted = (program.minio, program.trino, program.jre, program.jars, program.airflow, program.python)
    missing = [str(path) for path in wanted if not path.exists()]
    if missing:
        raise SetupError(f"The stack is not set up: {missing[0]} is missing.", "Run: make setup")


def check_ports(settings: Settings, services: Iterable[Service]) -> None:
    """Refuse to start on a port that somebody else holds.

    Raises:
        PortInUseError: Naming each port and its line in the settings.
    """
    held = []
    for service in services:
        if not service.port:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", settings.port(service.port)))
            except OSError:
                held.append(f"{settings.port(service.port)} ({service.name}, {service.port}=)")
    if held:
        raise PortInUseError(
            f"In use by another program: port {', '.join(held)}.",
            f"Stop that program, or give another port in infra/ports.env or {settings.var / 'ports.env'}.",
        )


def _folders(settings: Settings) -> None:
    settings.var.mkdir(parents=True, exist_ok=True)
    for name in ("tmp", "log", "run"):
        secrets.private_folder(settings.var / name)
    for path in (settings.registry, settings.outside):
        path.mkdir(parents=True, exist_ok=True)


def _last_words(settings: Settings, name: str) -> str:
    path = settings.var / "log" / f"{name}.log"
    return "\n".join(path.read_text(errors="replace").splitlines()[-8:]) if path.exists() else "(no log)"


class _Restarts:
    """How often each service has been started while ``up`` waits: one that falls at once would start for ever."""

    def __init__(self) -> None:
        self.starts: dict[str, set[int]] = {}

    def hopeless(self, name: str, process: dict[str, Any]) -> bool:
        """Whether it has fallen too often, or the supervisor has given it up."""
        starts = self.starts.setdefault(name, set())
        starts.add(int(process["start"]))
        return process["statename"] == "FATAL" or len(starts) > STARTS_IN_VAIN


def _wait(settings: Settings, services: list[Service], begun: float, report: Report) -> None:
    """Wait until each answers; provision the store when it does."""
    supervisor, waiting, provisioned, restarts = Supervisor(settings), list(services), False, _Restarts()
    while waiting:
        states = supervisor.processes()
        for service in list(waiting):
            if restarts.hopeless(service.name, states[service.name]):
                raise ServiceError(f"{service.name} does not start:\n{_last_words(settings, service.name)}",
                                   f"Its log: {settings.var / 'log' / service.name}.log")  # fmt: skip
            if not healthy(service, settings):
                continue
            if service.name == "minio" and not provisioned:
                minio.provision(settings)
                provisioned = True
            report(service.name, f"{time.monotonic() - begun:.0f} s")
            waiting.remove(service)
        if time.monotonic() - begun > START_SECONDS:
            behind = {service.name: order.missing(service, settings) for service in waiting}
            names = ", ".join(f"{name} (after {', '.join(on)})" if on else name for name, on in behind.items())
            raise ServiceError(f"Not healthy after {START_SECONDS} s: {names}.",
                               f"Look into {settings.var / 'log'}, or run: khlang stack logs -s <service>")  # fmt: skip
        if waiting:
            time.sleep(0.4)


def up(settings: Settings, *, only: tuple[str, ...] = (), report: Report) -> None:
    """Start what is not running and wait until all is healthy.

    Args:
        settings: The installation.
        only: Names of services; all when empty.
        report: Called with a service and what it came to, for each that is ready.

    Raises:
        SetupError: Set-up has not run, or the fence is not permitted here.
        UsageError: ``only`` leaves out what one of them stands on.
        PortInUseError: A port is held by another program.
        ServiceError: A service does not become healthy.
    """
    begun = time.monotonic()
    check_artefacts(settings)
    wanted = [service for service in SERVICES if not only or service.name in only]
    _folders(settings)
    supervisor = Supervisor(settings)
    running = supervisor.running()
    states = supervisor.processes() if running else {}
    absent = [s for s in wanted if not running or states[s.name]["statename"] not in LIVING]
    if absent:
        order.check(absent, settings)
        check_ports(settings, absent)
        fence.check(settings)
        secrets.ensure(settings)
        tls.ensure(settings)
    if not running:
        supervisor.begin()
    for service in absent:
        service.prepare(settings)
        supervisor.start(service.name)
    if any(service.name == "trino" for service in wanted if service not in absent):
        access.apply(settings)  # of a mart that was added since; nothing else of what runs is touched
    _wait(settings, wanted, begun, report)


def marked(settings: Settings) -> list[int]:
    """Processes that this installation started: by the mark in their environment, or by its fence.

    A process that sets its own title (Airflow's API server) writes over its environment; its fence it cannot leave.
    """
    path = settings.var / "run" / "stack.id"
    if not path.exists():
        return []
    mark = f"KHLANG_STACK={path.read_text(encoding='utf-8')}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (pid := int(entry.name)) != os.getpid():
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0") or fence.behind(settings, pid):
                    found.append(pid)
    return found


def _sweep(settings: Settings, deadline: float) -> None:
    """End what outlived its service: a job that Airflow put into a session of its own, for one."""
    sent = signal.SIGTERM
    while left := marked(settings):
        if time.monotonic() > deadline:
            sent = signal.SIGKILL
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sent)
        time.sleep(0.3)


def down(settings: Settings) -> int:
    """Stop exactly what ``up`` started, with all descendants.

    Returns:
        How many processes there were; 0 when nothing ran.
    """
    supervisor, count = Supervisor(settings), len(marked(settings))
    if supervisor.running():
        pid = supervisor.pid()
        supervisor.end(STOPPED)
        deadline = time.monotonic() + 60
        while (Path("/proc") / str(pid)).exists() and time.monotonic() < deadline:
            time.sleep(0.1)
    _sweep(settings, time.monotonic() + 5)
    control = socket_path(settings)
    control.unlink(missing_ok=True)
    if control.parent != settings.var / "run":  # its own folder elsewhere: the path of <var> is long
        with contextlib.suppress(OSError):
            control.parent.rmdir()
    return count
