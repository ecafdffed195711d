"""``khlang lab``: JupyterLab as the analyst, or as who entered a workspace, on loopback, behind the fence.

Its server has an environment of its own; its kernel is the jobs', with ``%sql``, and R's stands beside it where R is
installed. Token and password stand in files of their owner alone and on no command line. Behind the fence neither the
pool's other secrets nor the object store's files are there: a notebook reads what Trino gives the analyst.
"""

import json
import os
from pathlib import Path

import click

from khlang import inside, private
from khlang import settings as settings_module
from khlang.errors import SetupError
from khlang.serve import client
from khlang.settings import Settings
from khlang.stack import fence, lifecycle, rkernel, secrets
from khlang.stack.process import Launch, Service, base_environment
from khlang.stack.supervisor import fence_command

USER = "analyst"
CONFIG = """\
from pathlib import Path

c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = {port}
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.root_dir = {work!r}
c.ServerApp.allow_remote_access = False
c.ServerApp.allow_root = True
c.ServerApp.websocket_compression_options = None
c.IdentityProvider.token = Path({token!r}).read_text(encoding="utf-8").strip()
c.KernelManager.transport = {transport!r}
c.KernelSpecManager.ensure_native_kernel = False
c.KernelSpecManager.allowed_kernelspecs = {kernels!r}
c.MultiKernelManager.default_kernel_name = "khlang"
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.news_url = None
c.LabApp.extension_manager = "readonly"
"""
#: Else the page asks its reader whether it may fetch news from a host outside.
PAGE = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
SOCKET_LIMIT = 107 - len("/kernel-00000000-0000-0000-0000-000000000000.json-ipc-5")


def token_file(settings: Settings) -> Path:
    """Where the token of the page lies."""
    return _base(settings) / "token"


def _base(settings: Settings) -> Path:
    """Its own files: in a workspace beside the pass, and gone with it."""
    place = inside.here()
    return place.folder / "lab" if place else settings.var / "lab"


def prepare(settings: Settings, *, r: bool = False) -> None:
    """Write configuration, kernels (R's where it is installed) and token.

    The analyst's password is copied to where the fence lets it be seen.

    Raises:
        SetupError: JupyterLab is not installed, the stack has never been up, or ``r`` asks for R, and there is none.
    """
    if not program(settings).exists():
        raise SetupError("JupyterLab is not installed.", "Run: make lab")
    if r:
        rkernel.require()
    base, place = private.folder(_base(settings)), inside.here()
    for name in ("passwords", "runtime", "ipython", "config", "config/labconfig", "data", "data/kernels"):
        private.folder(base / name)
    work = Path.cwd() if place else settings.root / "notebooks"
    if place is None:
        password = client.read_password(secrets.trino_password_file(settings, USER))
        secrets.write_private(base / "passwords" / f"trino-{USER}.password", password)
    secrets.text_file(token_file(settings), 32)
    # Sockets rather than ports, which every account of the machine could try; where a path fits into one.
    transport = "ipc" if len(str(base / "runtime")) < SOCKET_LIMIT else "tcp"
    kernels = {"khlang"} | (set() if rkernel.missing() else {rkernel.NAME})
    told = CONFIG.format(
        port=settings.port("LAB"),
        work=str(work),
        token=str(token_file(settings)),
        transport=transport,
        kernels=kernels,
    )
    secrets.write_private(base / "jupyter_lab_config.py", told)
    secrets.write_private(base / "config" / "labconfig" / "default_setting_overrides.json", json.dumps(PAGE))
    kernel = private.folder(base / "data" / "kernels" / "khlang")
    argv = [str(settings.root / ".venv" / "bin" / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}",
            "--ext=khlang.serve.magic", "--HistoryManager.enabled=False"]  # fmt: skip
    spec = {"argv": argv, "display_name": f"Khlang ({inside.me()})", "language": "python"}
    secrets.write_private(kernel / "kernel.json", json.dumps(spec, indent=1))
    if rkernel.NAME in kernels:
        rkernel.install(kernel.parent)


def program(settings: Settings) -> Path:
    """The ``jupyter-lab`` command of its own environment."""
    return settings.root / ".venv-lab" / "bin" / "jupyter-lab"


def launch(settings: Settings) -> Launch:
    """The server, behind the fence; in a workspace it stands there already."""
    base, place = _base(settings), inside.here()
    hidden = [settings.secrets, settings.var / "minio", settings.var / "trino"]
    walls = [word for folder in hidden if folder.exists() for word in ("--also", str(folder))]
    before = [] if place else fence_command(settings)
    argv = (
        *before,
        *(walls if before else ()),
        str(program(settings)),
        "--config",
        str(base / "jupyter_lab_config.py"),
    )
    env = base_environment(settings) | {
        "KHLANG_PASSWORDS": str(base / "passwords"),
        "JUPYTER_RUNTIME_DIR": str(base / "runtime"),
        "JUPYTER_CONFIG_DIR": str(base / "config"),
        "JUPYTER_DATA_DIR": str(base / "data"),
        "JUPYTER_PREFER_ENV_PATH": "0",
        "IPYTHONDIR": str(base / "ipython"),
    }
    return Launch(argv, env | ({inside.VARIABLE: str(place.folder)} if place else {}), settings.root)


def _unsupervised(settings: Settings) -> bool:
    del settings
    return True


@click.command(epilog="\b\nExamples:\n  khlang lab\n  khlang lab --r")
@click.option("--r", is_flag=True, help="With R, or not at all; without this, R is there where it is installed.")
def lab(r: bool) -> None:
    """Open JupyterLab as the analyst of the running stack, or as who entered a workspace, until Ctrl-C."""
    settings = settings_module.load()
    prepare(settings, r=r)
    lifecycle.check_ports(settings, [Service("lab", "LAB", prepare, launch, _unsupervised)])
    if inside.here() is None:
        fence.check(settings)
    told = launch(settings)
    click.echo(
        f"JupyterLab: http://127.0.0.1:{settings.port('LAB')}/lab   token in {token_file(settings)}   (Ctrl-C ends it)"
    )
    os.chdir(settings.root)
    os.execve(told.argv[0], list(told.argv), dict(told.env))  # noqa: S606  # this process becomes the server
