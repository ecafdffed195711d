"""Start order: what a service stands on must answer before it becomes its program.

Everything is started at once, and each waits for its own (``Service.after``): so the order holds for a restart as it
does for ``up``, and two services that need nothing of each other still start side by side.
"""

import time
from collections.abc import Iterable

from khlang.errors import ServiceError, UsageError
from khlang.settings import Settings
from khlang.stack.process import Service
from khlang.stack.services import find, healthy

WAIT_SECONDS, POLL_SECONDS = 300.0, 0.2


def missing(service: Service, settings: Settings) -> list[str]:
    """What this service stands on and does not answer now."""
    return [name for name in service.after if not healthy(find(name), settings)]


def wait(service: Service, settings: Settings, *, seconds: float = WAIT_SECONDS) -> float:
    """Wait until everything that a service stands on answers.

    Returns:
        How many seconds it took.

    Raises:
        ServiceError: Something did not answer in time; the supervisor then starts this service again.
    """
    begun = time.monotonic()
    while absent := missing(service, settings):
        if time.monotonic() - begun > seconds:
            raise ServiceError(
                f"{service.name} starts after {', '.join(absent)}, which has not answered for {seconds:.0f} s.",
                f"Look there first: khlang stack logs -s {absent[0]}",
            )
        time.sleep(POLL_SECONDS)
    return time.monotonic() - begun


def check(services: Iterable[Service], settings: Settings) -> None:
    """Refuse to start a service without what it stands on: it would wait in vain.

    Raises:
        UsageError: Naming what is neither asked for nor running.
    """
    wanted = list(services)
    names = {service.name for service in wanted}
    for service in wanted:
        if absent := [name for name in missing(service, settings) if name not in names]:
            more = " ".join(f"--only {name}" for name in absent)
            raise UsageError(f"{service.name} starts after {', '.join(absent)}, which does not run.", f"Add: {more}")
