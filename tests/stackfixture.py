"""A real stack for tests: state in a short folder of its own, free ports, started once a session and ended by its mark.

``stack`` is lazy: a test that does not ask for it pays nothing. ``stack_parts`` makes a smaller one for a test that
breaks or stops it.
"""

import os
import random
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from khlang import settings as settings_module
from khlang.settings import Settings
from khlang.stack import lifecycle

PORTS = ("MINIO", "TRINO", "SPARK_CONNECT", "AIRFLOW", "GATEWAY")


def free_ports(count: int) -> list[int]:
    """Ports that nothing holds now, all different, below the range that outgoing connections take theirs from."""
    found: list[int] = []
    for port in random.sample(range(20_000, 32_000), 500):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            break
    return found


@contextmanager
def installation() -> Iterator[Settings]:
    """An empty ``<var>`` with ports of its own; whatever was started in it is ended, and it is removed."""
    var = Path(tempfile.mkdtemp(prefix="khlang-"))
    lines = (f"{name}={port}\n" for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True))
    (var / "ports.env").write_text("".join(lines))
    settings = settings_module.load({**os.environ, "KHLANG_VAR": str(var)})
    try:
        yield settings
    finally:
        lifecycle.down(settings)
        shutil.rmtree(var)


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a program that is to work on this installation."""
    unwanted = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return kept | {"KHLANG_VAR": str(settings.var), "KHLANG_ROOT": str(settings.root)}


@pytest.fixture(scope="session")
def stack() -> Iterator[Settings]:
    """The whole stack, up and healthy."""
    with installation() as settings:
        lifecycle.up(settings, report=lambda *_: None)
        yield settings


@pytest.fixture
def stack_parts() -> Iterator[Callable[..., Settings]]:
    """Start some services in an installation of this test alone: ``stack_parts("minio")``."""
    with installation() as settings:

        def start(*names: str) -> Settings:
            if names:
                lifecycle.up(settings, only=names, report=lambda *_: None)
            return settings

        yield start
