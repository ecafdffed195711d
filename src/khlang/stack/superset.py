"""``khlang superset``: Apache Superset as the analyst, on loopback, behind the fence, in the foreground.

In a project's workspace it asks as who entered it, by the pass that lies there (:mod:`khlang.stack.seats`). It has an
environment of its own and a database of its own. Its dashboards are declared in ``infra/superset`` and loaded at each
start: those that can be drawn of what is served now.
"""

import contextlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from khlang import contracts, private
from khlang import settings as settings_module
from khlang.contracts import Table
from khlang.errors import ServiceError, SetupError
from khlang.serve import client
from khlang.serve.dashboards import bundle, declared
from khlang.serve.dashboards.declared import Dashboard
from khlang.settings import Settings
from khlang.stack import fence, health, lifecycle, seats, secrets, supervisor
from khlang.stack.process import Launch, Service, base_environment
from khlang.stack.seats import Seat
from khlang.stack.services import healthy

USERS = ("admin", "analyst")
START_SECONDS = 300


def url(settings: Settings) -> str:
    """Where its page is."""
    return f"http://127.0.0.1:{settings.port('SUPERSET')}"


def python(settings: Settings) -> Path:
    """The Python of its environment."""
    return settings.root / ".venv-superset" / "bin" / "python"


def password_file(settings: Settings, user: str, at: Seat | None = None) -> Path:
    """Where the password of one of its users lies."""
    return (at or seats.pilot(settings)).secrets / f"superset-{user}.password"


def served(settings: Settings, at: Seat | None = None) -> tuple[list[Dashboard], dict[str, Table]]:
    """The declared dashboards that can be drawn now, and the tables that there are to draw of.

    Raises:
        ServiceError: Trino does not answer, or serves no mart.
    """
    at = at or seats.pilot(settings)
    known = contracts.load(settings.contracts)
    tables = seats.shown(known, seats.columns(settings, at), at.project)
    dashboards = seats.drawn(declared.load(settings.root / "infra" / "superset", known), tables)
    if not dashboards and (at.project == client.PROJECT or not tables):
        raise ServiceError("No domain's marts are served yet.", "Run: make demo")
    return dashboards, tables


def prepare(
    settings: Settings, dashboards: Sequence[Dashboard], tables: Mapping[str, Table], at: Seat | None = None
) -> None:
    """Make the secrets of the first start, copy what the fence lets it see, write what is imported.

    Raises:
        SetupError: Superset is not installed, or the stack has never been up.
    """
    if not python(settings).exists():
        raise SetupError("Superset is not installed.", "Run: make superset")
    at = at or seats.pilot(settings)
    base = private.folder(at.base)
    for name in ("private", "home"):
        private.folder(base / name)
    private.folder(at.secrets)
    for user in USERS:
        secrets.text_file(password_file(settings, user, at))
    secrets.write_private(base / "private" / "key", secrets.text_file(at.secrets / "superset-key", 48))
    if at.bearer is None:
        password = client.read_password(secrets.trino_password_file(settings, at.user))
        secrets.write_private(base / "private" / "trino.password", password)
    shutil.rmtree(base / "assets", ignore_errors=True)
    beside = sorted(tables) if at.project != client.PROJECT else ()
    for path, text in bundle.files(dashboards, tables, url=at.address(settings), beside=beside).items():
        private.folder((base / "assets" / path).parent)
        secrets.write_private(base / "assets" / path, text)


def launch(settings: Settings, *words: str, at: Seat | None = None) -> Launch:
    """A program of its environment, behind the fence; the pool's secrets and files are not there for it."""
    at = at or seats.pilot(settings)
    env = base_environment(settings) | {
        "KHLANG_SUPERSET": str(at.base),
        "KHLANG_TRINO": at.trino(settings),
        "KHLANG_TRINO_CA": str(settings.trino_ca),
        "SUPERSET_CONFIG_PATH": str(settings.root / "infra" / "superset" / "superset_config.py"),
        "SUPERSET_HOME": str(at.base / "home"),
        "PYTHONWARNINGS": "ignore",
        "SCARF_ANALYTICS": "false",
    }
    if at.bearer is not None:  # it stands behind the workspace's fence already
        return Launch((str(python(settings)), *words), env | {"KHLANG_TRINO_PASS": str(at.bearer)}, at.base)
    hidden = [
        folder for folder in (settings.secrets, settings.var / "minio", settings.var / "trino") if folder.exists()
    ]
    before = supervisor.fence_command(settings)
    walls = [word for folder in hidden for word in ("--also", str(folder))] if before else []
    env["KHLANG_STACK"] = supervisor.stack_id(settings)
    return Launch((*before, *walls, str(python(settings)), *words), env, at.base)


def server(settings: Settings, at: Seat | None = None) -> Launch:
    """The web server: one process, for its own database is one file."""
    return launch(
        settings, "-m", "gunicorn", "--bind", f"127.0.0.1:{settings.port('SUPERSET')}", "--workers", "1",
        "--worker-class", "gthread", "--threads", "8", "--timeout", "180", "--no-control-socket",
        "--log-level", "warning", "superset.app:create_app()", at=at,
    )  # fmt: skip


def load(settings: Settings, at: Seat | None = None) -> str:
    """Bring its database, users and dashboards up to date; gives what it said last.

    Raises:
        ServiceError: It failed; its log tells why.
    """
    told = launch(settings, str(settings.root / "infra" / "superset" / "load.py"), at=at)
    passwords = {user: password_file(settings, user, at).read_text(encoding="utf-8").strip() for user in USERS}
    with _log(settings, at).open("ab") as log:
        done = subprocess.run(told.argv, env=told.env, cwd=told.cwd, input=json.dumps(passwords).encode(),
                              stdout=subprocess.PIPE, stderr=log, check=False)  # fmt: skip
    if done.returncode:
        raise ServiceError("Superset could not be prepared.", f"Its log tells why: {_log(settings, at)}")
    return done.stdout.decode().strip().splitlines()[-1]


def _no_more(settings: Settings) -> None:
    del settings  # what it reads is written before, with the dashboards


SERVICE = Service("superset", "SUPERSET", _no_more, server, health.superset)


@contextlib.contextmanager
def running(settings: Settings, at: Seat | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The server, from when it answers until the block ends; its process and its workers end with it.

    Raises:
        ServiceError: It does not answer in time.
    """
    told = server(settings, at)
    with (
        _log(settings, at).open("ab") as log,
        subprocess.Popen(
            told.argv,
            env=told.env,
            cwd=told.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as child,
    ):
        try:
            deadline = time.monotonic() + START_SECONDS
            while not healthy(SERVICE, settings):
                if child.poll() is not None or time.monotonic() > deadline:
                    raise ServiceError("Superset does not start.", f"Its log tells why: {_log(settings, at)}")
                time.sleep(0.5)
            yield child
        finally:
            child.terminate()


def _log(settings: Settings, at: Seat | None = None) -> Path:
    folder = settings.var / "log" if at is None or at.bearer is None else at.base
    return private.folder(folder) / "superset.log"


def _ended(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


@click.command(
    epilog="\b\nExamples:\n  khlang superset\n  khlang superset --user analyst-a.poverty     # outside: aggregates"
    "\n  khlang project enter poverty --person analyst-a -- khlang superset"
)
@click.option("--user", help="A login of a project, in the analyst's place; in a workspace who entered it.")
def superset(user: str | None) -> None:
    """Open Apache Superset as the analyst of the running stack, or as who entered a workspace, until Ctrl-C."""
    settings, console = settings_module.load(), Console(highlight=False)
    signal.signal(signal.SIGTERM, _ended)
    at = seats.seat(settings, user)
    dashboards, tables = served(settings, at)
    prepare(settings, dashboards, tables, at)
    lifecycle.check_ports(settings, [SERVICE])
    if at.bearer is None:
        fence.check(settings)
    with contextlib.suppress(KeyboardInterrupt):
        with console.status("preparing its database and dashboards (a minute at the first start) …"):
            load(settings, at)
        with running(settings, at) as child:
            _tell(settings, dashboards, at)
            child.wait()
    click.echo("Superset has ended.")


def _tell(settings: Settings, dashboards: Sequence[Dashboard], at: Seat) -> None:
    for dashboard in dashboards:
        click.echo(f"  {url(settings)}/superset/dashboard/{dashboard.domain}/   {dashboard.title}")
    click.echo(f"Superset: {url(settings)}   asks Trino as {at.user}   (Ctrl-C ends it)")
    click.echo(f"  user analyst, password in {password_file(settings, 'analyst', at)}")
    click.echo(f"  user admin, password in {password_file(settings, 'admin', at)}: users and settings only")
