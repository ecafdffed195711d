"""The process supervisor (supervisord): its file, written from the registry, and talking to it over a Unix socket."""

import hashlib
import http.client
import os
import secrets as random
import socket
import subprocess
import tempfile
import time
import xmlrpc.client
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from khlang import artefacts
from khlang.errors import ServiceError
from khlang.settings import Settings
from khlang.stack import secrets
from khlang.stack.services import SERVICES

SOCKET_PATH_LIMIT = 100  # sockaddr_un holds 108 bytes; supervisord binds a name a little longer first
UNREACHABLE = (OSError, http.client.HTTPException)

HEAD = """\
[supervisord]
logfile = {log}/supervisord.log
logfile_maxbytes = 5MB
pidfile = {run}/supervisord.pid
childlogdir = {log}
umask = 077
identifier = khlang
minfds = 4096
environment = KHLANG_ROOT="{root}",KHLANG_VAR="{var}",KHLANG_CACHE="{cache}",KHLANG_STACK="{stack}"

[unix_http_server]
file = {socket}
chmod = 0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[eventlistener:watch]
command = {python} -m khlang.stack.watch
events = TICK_5
autorestart = true
stderr_logfile = {log}/watch.log
stderr_logfile_maxbytes = 2MB
stderr_logfile_backups = 1
"""
PROGRAM = """
[program:{name}]
command = {fence}{python} -m khlang.stack.launch {name}
autostart = false
autorestart = true
startsecs = 1
startretries = 5
stopasgroup = true
killasgroup = true
stopwaitsecs = 20
redirect_stderr = true
stdout_logfile = {log}/{name}.log
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 2
"""


def socket_path(settings: Settings) -> Path:
    """Where the supervisor listens; a long ``<var>`` gets a short folder of its owner's own elsewhere."""
    usual = settings.var / "run" / "supervisor.sock"
    if len(str(usual)) <= SOCKET_PATH_LIMIT:
        return usual
    short = hashlib.sha256(str(settings.var).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"khlang-{os.getuid()}-{short}" / "s.sock"


def stack_id(settings: Settings) -> str:
    """A mark in the environment of everything this installation starts, by which ``down`` finds what is left."""
    path = settings.var / "run" / "stack.id"
    if not path.exists():
        secrets.private_folder(path.parent)
        secrets.write_private(path, random.token_hex(16))
    return path.read_text(encoding="utf-8")


def fence_command(settings: Settings) -> list[str]:
    """What stands before every program of the pool, so that it cannot read ``<var>/outside``.

    Nor the supervisor's file and socket: through them it could have a program started that stands before the fence.
    """
    if os.environ.get("KHLANG_FENCE") == "off":
        return []
    also = [word for folder in control_folders(settings) for word in ("--also", str(folder))]
    return [str(settings.root / "infra" / "native" / "fence"), str(settings.outside), *also]


def control_folders(settings: Settings) -> list[Path]:
    """Where the supervisor's file and socket lie."""
    return sorted({settings.var / "run", socket_path(settings).parent})


def write_config(settings: Settings) -> Path:
    """Write the supervisor's file from the registry. It holds no secret."""
    run, log = secrets.private_folder(settings.var / "run"), secrets.private_folder(settings.var / "log")
    control = socket_path(settings)
    secrets.private_folder(control.parent)
    python = artefacts.load(settings).python
    text = HEAD.format(log=log, run=run, socket=control, python=python, root=settings.root, var=settings.var,
                       cache=settings.cache, stack=stack_id(settings))  # fmt: skip
    fence = "".join(f"{word} " for word in fence_command(settings))
    text += "".join(PROGRAM.format(name=s.name, fence=fence, python=python, log=log) for s in SERVICES)
    path = run / "supervisord.conf"
    secrets.write_private(path, text)
    return path


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=40)  # longer than stopwaitsecs: a stop is one call
        self.path = path

    def connect(self) -> None:
        """Open the socket, and leave none behind when that fails."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(str(self.path))
        except OSError:
            self.sock.close()
            raise


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        """The connection of one call, kept where ``close`` finds it."""
        connection = _Connection(self.path)
        self._connection = (host, connection)
        return connection


class Supervisor:
    """The running supervisor of one installation."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.socket = socket_path(settings)

    def _call(self, method: str, *arguments: object) -> Any:
        with xmlrpc.client.ServerProxy("http://localhost", transport=_Transport(self.socket)) as server:
            return getattr(server.supervisor, method)(*arguments)

    def running(self) -> bool:
        """Whether it answers."""
        try:
            return bool(self._call("getState")["statename"] == "RUNNING")
        except UNREACHABLE:
            return False

    def pid(self) -> int:
        """Its process."""
        return int(self._call("getPID"))

    def begin(self) -> None:
        """Start it in the background.

        Raises:
            ServiceError: It does not come up; the message holds its last words.
        """
        config = write_config(self.settings)
        program = str(artefacts.load(self.settings).python.parent / "supervisord")
        done = subprocess.run([program, "-c", str(config)], capture_output=True, text=True, check=False, cwd="/")
        deadline = time.monotonic() + 15
        while done.returncode == 0 and time.monotonic() < deadline:
            if self.running():
                return
            time.sleep(0.1)
        raise ServiceError(f"The supervisor does not start: {(done.stderr or done.stdout).strip()[-400:]}",
                           "Look into var/log/supervisord.log.")  # fmt: skip

    def processes(self) -> dict[str, dict[str, Any]]:
        """What it says of each program, by name."""
        return {str(entry["name"]): entry for entry in self._call("getAllProcessInfo")}

    def start(self, name: str) -> None:
        """Start one program without waiting for it."""
        self._call("startProcess", name, False)

    def restart(self, name: str) -> None:
        """Stop one program, its whole group, and start it again."""
        self._stop(name, wait=True)
        self.start(name)

    def end(self, order: Iterable[Collection[str]]) -> None:
        """Stop every program and the supervisor itself.

        Left to itself it stops one program a second, by the alphabet.

        Args:
            order: Programs that are stopped together, then the next ones when those are gone.
        """
        for names in order:
            while living := [name for name, one in self.processes().items() if name in names and one["pid"]]:
                for name in living:
                    self._stop(name, wait=False)
                time.sleep(0.1)
        self._call("shutdown")

    def _stop(self, name: str, *, wait: bool) -> None:
        try:
            self._call("stopProcess", name, wait)
        except xmlrpc.client.Fault as fault:
            if "NOT_RUNNING" not in fault.faultString:
                raise
