"""What a service is to the supervisor: a program with its environment, a port, and a probe that tells its health."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from khlang.settings import Settings

# What a service sees of the caller's environment. Left out on purpose: REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and
# AWS_CA_BUNDLE, with which our TLS clients ignore our own authority, and SPARK_HOME, which must be right or unset.
INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "JAVA_HOME", "JDK_JAVA_OPTIONS", "TZ", "XDG_CACHE_HOME")


@dataclass(frozen=True)
class Launch:
    """One program to execute: arguments hold no secret (``ps`` shows them), the environment may."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None


@dataclass(frozen=True)
class Service:
    """A service of the stack.

    Args:
        name: Its name for ``khlang stack``, the log file and the supervisor.
        port: Its line in ``infra/ports.env``; empty when it listens on none.
        prepare: Writes its configuration under ``<var>`` before it starts; may be called again.
        launch: Its program.
        probe: Raises an error or returns False unless the service answers as it should.
        grace: Seconds after a start in which the watcher does not judge it; a slow machine needs them to start at all.
        after: Services that must answer before it starts (``khlang.stack.order``).
    """

    name: str
    port: str
    prepare: Callable[[Settings], None]
    launch: Callable[[Settings], Launch]
    probe: Callable[[Settings], bool]
    grace: int = 300
    after: tuple[str, ...] = ()


def base_environment(settings: Settings) -> dict[str, str]:
    """The environment every service starts from."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return kept | {
        "LANG": "C.UTF-8",
        "TMPDIR": str(settings.var / "tmp"),
        "KHLANG_ROOT": str(settings.root),
        "KHLANG_VAR": str(settings.var),
        "KHLANG_CACHE": str(settings.cache),
        "KHLANG_PYTHON": str(settings.root / ".venv" / "bin" / "python"),
    }
