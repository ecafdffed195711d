"""Steps of a project that change rights, as the owners' page orders them: done by a process of their own.

The page holds an order against the project's book and hands it on. What compiles rights, asks Trino and starts Spark is
the process that this module starts, with the same call as the command's; it tells by a file how it ended. One order a
project at a time: whoever does it holds a lock, so one that was broken off is known as that.
"""

import fcntl
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, TypeGuard, get_args

from khlang import private
from khlang import settings as settings_
from khlang.errors import KhlangError, UsageError
from khlang.policy import book, life
from khlang.projects import steps
from khlang.settings import Settings

Ordered = Literal["activate", "extend", "revoke"]
State = Literal["running", "done", "failed", "broken"]
ORDERED: tuple[Ordered, ...] = get_args(Ordered)
PROGRAM = (sys.executable, "-m", "khlang.projects.orders")


@dataclass(frozen=True)
class Order:
    """What a keeper wants done to a project, and why; ``ends``: the new last day, of an extension only."""

    name: str
    action: Ordered
    by: str
    why: str
    ends: str = ""

    @property
    def data(self) -> dict[str, str]:
        """What stands in the book beside who and why."""
        return {"ends": self.ends} if self.action == "extend" else {}


@dataclass(frozen=True)
class Told:
    """How a project's last order stands, and since when (UTC); what went wrong where it failed."""

    action: Ordered
    state: State
    at: str
    message: str = ""
    remedy: str = ""
    code: str = ""


def ordered(action: str) -> TypeGuard[Ordered]:
    """Whether a step changes rights, so that it is ordered and not recorded at once."""
    return action in ORDERED


def last(settings: Settings, name: str) -> Told | None:
    """A project's last order; None where it never had one."""
    path = _file(settings, name)
    if not path.exists():
        return None
    held = Told(**json.loads(path.read_bytes()))
    return held if held.state != "running" or _busy(settings, name) else replace(held, state="broken")


def begin(settings: Settings, order: Order, *, wait: float) -> Told:
    """Have an order done.

    Args:
        settings: The installation.
        order: What is to be done.
        wait: For so many seconds it is waited for; then it goes on by itself.

    Raises:
        UsageError: The project is in no state for it, or an order of it is being done (ORDER-BUSY).
        AccessError: This person may not.
    """
    project = book.read(settings, order.name)
    life.check(project, steps.event(order.action, by=order.by, why=order.why, **order.data))
    lock = _lock(settings, order.name)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _tell(settings, order, "running")
        child = _start(settings, order, lock)
    except BlockingIOError:
        raise UsageError(
            "กำลังทำรายการก่อนหน้าของโครงการนี้อยู่ / An earlier order of this project is being done.",
            "รอสักครู่แล้วเปิดหน้านี้ใหม่ / Open this page again in a while.",
            code="ORDER-BUSY",
        ) from None
    finally:
        os.close(lock)  # the process that does it holds on to the lock
    with suppress(subprocess.TimeoutExpired):
        child.wait(wait)
    threading.Thread(target=child.wait, daemon=True).start()
    told = last(settings, order.name)
    assert told is not None  # for the types: it was just written
    return told


def main() -> None:
    """Do the order that standard input has: the process that :func:`begin` starts."""
    order, settings = Order(**json.load(sys.stdin)), settings_.load()
    try:
        do(settings, order)
    except KhlangError as error:
        _tell(settings, order, "failed", error.message, error.remedy, error.code)
    except Exception as error:
        _tell(settings, order, "failed", type(error).__name__)
        raise  # into the gateway's log
    else:
        _tell(settings, order, "done")


def do(settings: Settings, order: Order) -> None:
    """The command's own call; raises as :mod:`khlang.projects.keeping` does."""
    from khlang.projects import keeping  # which the page's process never loads

    if order.action == "activate":
        keeping.activate(settings, order.name, by=order.by, why=order.why)
    elif order.action == "extend":
        keeping.extend(settings, order.name, ends=order.ends, by=order.by, why=order.why)
    else:
        keeping.revoke(settings, order.name, by=order.by, why=order.why)


def _start(settings: Settings, order: Order, lock: int) -> "subprocess.Popen[str]":
    # Who and why go by standard input: an argument would stand in the list of processes.
    environ = os.environ | {"KHLANG_VAR": str(settings.var), "KHLANG_ROOT": str(settings.root)}
    child = subprocess.Popen(
        PROGRAM, cwd=settings.root, env=environ, stdin=subprocess.PIPE, text=True, pass_fds=(lock,)
    )
    assert child.stdin is not None  # for the types
    with child.stdin:
        json.dump(asdict(order), child.stdin)
    return child


def _folder(settings: Settings) -> Path:
    return private.folder(settings.registry / "orders")


def _file(settings: Settings, name: str) -> Path:
    return settings.registry / "orders" / f"{name}.json"


def _tell(settings: Settings, order: Order, state: State, *words: str) -> None:
    told = Told(order.action, state, steps.now().isoformat(timespec="seconds"), *words)
    private.write(_file(settings, order.name), json.dumps(asdict(told), ensure_ascii=False))


def _lock(settings: Settings, name: str) -> int:
    return os.open(_folder(settings) / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)


def _busy(settings: Settings, name: str) -> bool:
    lock = _lock(settings, name)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


if __name__ == "__main__":
    main()
