"""Passes for canary accounts, given to jobs that stand behind the fence: from process to process, never in a file.

Nobody behind the fence can sign a pass, and a canary has to look from inside a workspace, too. The watcher, which
stands outside, listens at a socket among the pool's secrets and answers with one pass of minutes for the canary of each
active project, and of nobody else. A workspace does not see the socket; the pool's services read those tables without
Trino anyway.
"""

import datetime as dt
import json
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from khlang import inside
from khlang.errors import KhlangError
from khlang.policy import book, canaries
from khlang.settings import Settings
from khlang.stack import passes

NAME = "canary-passes.sock"
PATIENCE_SECONDS = 20.0
_PEER = struct.Struct("3i")  # process, user, group


def issue(settings: Settings, now: dt.datetime) -> dict[str, str]:
    """User of Trino → pass, of the canary of each project that is active now.

    Raises:
        IntegrityError: The book of a project was tampered with.
        SetupError: The stack has never been up, or this process stands behind the fence.
    """
    active = [name for name, one in book.every(settings).items() if one.state(now.date()) == "active"]
    users = [inside.identity(canaries.of_project(name)) for name in active]
    return {user: passes.issue(settings, user, now) for user in users}


def ask(settings: Settings) -> dict[str, str]:
    """The passes that are given from outside; none where nobody gives any."""
    told = b""
    with suppress(OSError), _address(settings) as address, socket.socket(socket.AF_UNIX) as line:
        line.settimeout(PATIENCE_SECONDS)
        line.connect(address)
        while part := line.recv(65_536):
            told += part
    try:
        found: dict[str, str] = json.loads(told)
    except ValueError:  # nobody there, or broken off
        return {}
    return found


def serve(settings: Settings) -> None:
    """Give passes from now on, by a thread of this process."""
    line = socket.socket(socket.AF_UNIX)
    with _address(settings) as address:
        Path(address).unlink(missing_ok=True)  # of a watcher that ended
        line.bind(address)
        Path(address).chmod(0o600)
    line.listen(4)
    threading.Thread(target=_answer, args=(settings, line), daemon=True).start()


def _answer(settings: Settings, line: socket.socket) -> None:
    while True:
        asker, _ = line.accept()
        with asker, suppress(OSError, KhlangError):  # it asks again within the hour, and says what it was not given
            asker.settimeout(PATIENCE_SECONDS)
            _, user, _ = _PEER.unpack(asker.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
            if user == os.getuid():
                asker.sendall(json.dumps(issue(settings, dt.datetime.now(dt.UTC))).encode())


@contextmanager
def _address(settings: Settings) -> Iterator[str]:
    """The socket's name by its folder's handle: a path of an installation may be longer than a socket's name may."""
    folder = os.open(settings.secrets, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)
