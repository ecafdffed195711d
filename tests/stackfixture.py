"""A real stack for tests: state in a short folder of its own, free ports, started once a session and ended by its mark.

``stack`` is lazy: a test that does not ask for it pays nothing; and it ends with the last test of its group.
``stack_parts`` makes a smaller one for a test that breaks or stops it.
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
from tests.grouping import group

from khlang import settings as settings_module
from khlang.settings import Settings
from khlang.stack import lifecycle, trino

#: What the session has up, by group. Idle, it would take its share of the cores from every test that comes later.
STANDING: dict[str, Settings] = {}
PORTS = ("MINIO", "TRINO", "SPARK_CONNECT", "AIRFLOW", "GATEWAY", "LAB", "SUPERSET")


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


def bring_up(settings: Settings, *only: str, patch: pytest.MonkeyPatch) -> None:
    """Start some services, or all; Trino tells nobody of its queries where no gateway is started."""
    if only and "gateway" not in only:  # else each query is told twenty times to nobody, and logged each time
        told = trino.listener
        patch.setattr(trino, "listener", lambda here: told(here) | {"http-event-listener.log-completed": "false"})
    lifecycle.up(settings, only=only, report=lambda *_: None)


@contextmanager
def standing(name: str, *only: str) -> Iterator[Settings]:
    """An installation that is up until the last test of the group of this name."""
    with installation() as settings, pytest.MonkeyPatch.context() as patch:
        bring_up(settings, *only, patch=patch)
        STANDING[name] = settings
        try:
            yield settings
        finally:
            STANDING.pop(name, None)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End what stands for a group whose last test this was; at the end of the session its fixture does it."""
    left = group(item.nodeid)
    if left in STANDING and nextitem is not None and group(nextitem.nodeid) != left:
        lifecycle.down(STANDING.pop(left))


@pytest.fixture(scope="session")
def stack() -> Iterator[Settings]:
    """The whole stack, up and healthy."""
    with standing("stack") as settings:
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
