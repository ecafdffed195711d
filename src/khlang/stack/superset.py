"""``khlang superset``: Apache Superset as the analyst, on loopback, behind the fence, in the foreground.

It has an environment of its own and a database of its own in ``<var>/superset``. Its dashboards are declared in
``infra/superset`` and loaded at each start: those of the domains whose marts are served now.
"""

import contextlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from khlang import contracts, private
from khlang import settings as settings_module
from khlang.errors import ServiceError, SetupError
from khlang.serve import client
from khlang.serve.dashboards import bundle, declared
from khlang.serve.dashboards.declared import Dashboard
from khlang.settings import Settings
from khlang.stack import fence, health, lifecycle, secrets, supervisor
from khlang.stack.process import Launch, Service, base_environment
from khlang.stack.services import healthy

USER = "analyst"
USERS = ("admin", USER)
START_SECONDS = 300


def url(settings: Settings) -> str:
    """Where its page is."""
    return f"http://127.0.0.1:{settings.port('SUPERSET')}"


def python(settings: Settings) -> Path:
    """The Python of its environment."""
    return settings.root / ".venv-superset" / "bin" / "python"


def password_file(settings: Settings, user: str) -> Path:
    """Where the password of one of its users lies."""
    return settings.secrets / f"superset-{user}.password"


def trino(settings: Settings) -> str:
    """SQLAlchemy's address of Trino: no password in it."""
    return f"trino://{USER}@127.0.0.1:{settings.port('TRINO')}"


def served(settings: Settings) -> list[Dashboard]:
    """The declared dashboards whose marts are all served now.

    Raises:
        ServiceError: Trino does not answer, or serves no mart.
    """
    with client.connect(settings, USER, schema=client.PROJECT) as connection:
        there = {row[0] for row in client.ask(connection, "SHOW TABLES").rows}
    known = declared.load(settings.root / "infra" / "superset", contracts.load(settings.contracts))
    found = [dashboard for dashboard in known if there.issuperset(dashboard.marts)]
    if not found:
        raise ServiceError("No domain's marts are served yet.", "Run: make demo")
    return found


def prepare(settings: Settings, dashboards: Sequence[Dashboard]) -> None:
    """Make the secrets of the first start, copy what the fence lets it see, write what is imported.

    Raises:
        SetupError: Superset is not installed, or the stack has never been up.
    """
    if not python(settings).exists():
        raise SetupError("Superset is not installed.", "Run: make superset")
    base = private.folder(settings.var / "superset")
    for name in ("private", "home"):
        private.folder(base / name)
    private.folder(settings.secrets)
    for user in USERS:
        secrets.text_file(password_file(settings, user))
    copied = {"key": secrets.text_file(settings.secrets / "superset-key", 48),
              f"trino-{USER}.password": client.read_password(secrets.trino_password_file(settings, USER))}  # fmt: skip
    for name, text in copied.items():
        secrets.write_private(base / "private" / name, text)
    shutil.rmtree(base / "assets", ignore_errors=True)
    known = contracts.load(settings.contracts)
    address = f"{trino(settings)}/{client.CATALOG}/{client.PROJECT}"
    for path, text in bundle.files(dashboards, known, url=address).items():
        private.folder((base / "assets" / path).parent)
        secrets.write_private(base / "assets" / path, text)


def launch(settings: Settings, *words: str) -> Launch:
    """A program of its environment, behind the fence; the pool's secrets and files are not there for it."""
    base = settings.var / "superset"
    hidden = [
        folder for folder in (settings.secrets, settings.var / "minio", settings.var / "trino") if folder.exists()
    ]
    before = supervisor.fence_command(settings)
    walls = [word for folder in hidden for word in ("--also", str(folder))] if before else []
    env = base_environment(settings) | {
        "KHLANG_STACK": supervisor.stack_id(settings),
        "KHLANG_SUPERSET": str(base),
        "KHLANG_TRINO": trino(settings),
        "KHLANG_TRINO_CA": str(settings.trino_ca),
        "SUPERSET_CONFIG_PATH": str(settings.root / "infra" / "superset" / "superset_config.py"),
        "SUPERSET_HOME": str(base / "home"),
        "PYTHONWARNINGS": "ignore",
        "SCARF_ANALYTICS": "false",
    }
    return Launch((*before, *walls, str(python(settings)), *words), env, base)


def server(settings: Settings) -> Launch:
    """The web server: one process, for its own database is one file."""
    return launch(
        settings, "-m", "gunicorn", "--bind", f"127.0.0.1:{settings.port('SUPERSET')}", "--workers", "1",
        "--worker-class", "gthread", "--threads", "8", "--timeout", "180", "--no-control-socket",
        "--log-level", "warning", "superset.app:create_app()",
    )  # fmt: skip


def load(settings: Settings) -> str:
    """Bring its database, users and dashboards up to date; gives what it said last.

    Raises:
        ServiceError: It failed; its log tells why.
    """
    told = launch(settings, str(settings.root / "infra" / "superset" / "load.py"))
    passwords = {user: password_file(settings, user).read_text(encoding="utf-8").strip() for user in USERS}
    with _log(settings).open("ab") as log:
        done = subprocess.run(told.argv, env=told.env, cwd=told.cwd, input=json.dumps(passwords).encode(),
                              stdout=subprocess.PIPE, stderr=log, check=False)  # fmt: skip
    if done.returncode:
        raise ServiceError("Superset could not be prepared.", f"Its log tells why: {_log(settings)}")
    return done.stdout.decode().strip().splitlines()[-1]


def _no_more(settings: Settings) -> None:
    del settings  # what it reads is written before, with the dashboards


SERVICE = Service("superset", "SUPERSET", _no_more, server, health.superset)


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The server, from when it answers until the block ends; its process and its workers end with it.

    Raises:
        ServiceError: It does not answer in time.
    """
    told = server(settings)
    with (
        _log(settings).open("ab") as log,
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
                    raise ServiceError("Superset does not start.", f"Its log tells why: {_log(settings)}")
                time.sleep(0.5)
            yield child
        finally:
            child.terminate()


def _log(settings: Settings) -> Path:
    private.folder(settings.var / "log")
    return settings.var / "log" / "superset.log"


def _ended(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


@click.command(epilog="\b\nExamples:\n  khlang superset\n  khlang superset --help")
def superset() -> None:
    """Open Apache Superset as the analyst of the running stack, one dashboard a domain, until Ctrl-C."""
    settings, console = settings_module.load(), Console(highlight=False)
    signal.signal(signal.SIGTERM, _ended)
    dashboards = served(settings)
    prepare(settings, dashboards)
    lifecycle.check_ports(settings, [SERVICE])
    fence.check(settings)
    with contextlib.suppress(KeyboardInterrupt):
        with console.status("preparing its database and dashboards (a minute at the first start) …"):
            load(settings)
        with running(settings) as child:
            _tell(settings, dashboards)
            child.wait()
    click.echo("Superset has ended.")


def _tell(settings: Settings, dashboards: Sequence[Dashboard]) -> None:
    for dashboard in dashboards:
        click.echo(f"  {url(settings)}/superset/dashboard/{dashboard.domain}/   {dashboard.title}")
    click.echo(f"Superset: {url(settings)}   (Ctrl-C ends it)")
    click.echo(f"  user {USER}, password in {password_file(settings, USER)}")
    click.echo(f"  user admin, password in {password_file(settings, 'admin')}: users and settings only")
