"""A MinIO server of one test session, provisioned as the stack does it: buckets, one account a role."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from minio.error import MinioException
from tests.stackfixture import free_ports
from urllib3.exceptions import HTTPError

from khlang import settings as settings_
from khlang.errors import KhlangError
from khlang.settings import Settings
from khlang.stack import minio as minio_
from khlang.stack import secrets

ROOT = Path(__file__).resolve().parents[1]


def new_settings(var: Path) -> Settings:
    """Settings of an installation of its own, with free ports."""
    var.mkdir(parents=True, exist_ok=True)
    minio, gateway = free_ports(2)
    ports = f"MINIO={minio}\nGATEWAY={gateway}\n"
    (var / "ports.env").write_text(ports, encoding="utf-8")
    kept = {name: os.environ[name] for name in ("KHLANG_CACHE", "XDG_CACHE_HOME") if name in os.environ}
    return settings_.load({"KHLANG_VAR": str(var), "KHLANG_ROOT": str(ROOT), **kept})


@contextmanager
def running(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """MinIO on the settings' port until the block ends."""
    secrets.ensure(settings)
    minio_.prepare(settings)
    launch = minio_.launch(settings)
    log = (settings.var / "minio.log").open("ab")
    process = subprocess.Popen(
        launch.argv, env=dict(launch.env), cwd=launch.cwd, stdout=log, stderr=log, start_new_session=True
    )
    try:
        wait_for_port(settings.port("MINIO"), process)
        yield process
    finally:
        process.kill()
        process.wait(10)
        log.close()


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended by itself"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"port {port} did not open")


def provisioned(settings: Settings) -> None:
    """Buckets and accounts, as soon as the server takes them (its port opens a moment earlier)."""
    deadline = time.monotonic() + 120
    while True:
        try:
            minio_.provision(settings)
        except (KhlangError, BotoCoreError, ClientError, MinioException, HTTPError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.25)
        else:
            return


@pytest.fixture(scope="session")
def minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an installation whose object store runs; nothing else does."""
    settings = new_settings(tmp_path_factory.mktemp("pool") / "var")
    with running(settings):
        provisioned(settings)
        yield settings
