"""A sealed folder in the making: hidden and private, the real one by a single rename, or gone."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from khlang import private

_HIDDEN = ".making-"


@contextmanager
def making(parent: Path) -> Iterator[Path]:
    """A hidden folder (0700) in ``parent``; what was not renamed away is removed, whatever ends the block.

    What a killed process left there is removed first.

    Raises:
        SetupError: The disk is full.
    """
    private.folder(parent)
    for left in parent.glob(f"{_HIDDEN}*"):
        if _abandoned(left):
            shutil.rmtree(left, ignore_errors=True)
    path = private.folder(parent / f"{_HIDDEN}{os.getpid()}-{secrets.token_hex(4)}")
    try:
        yield path
    except OSError as fault:
        if private.full(fault):
            raise private.no_room(parent) from None
        raise
    finally:
        shutil.rmtree(path, ignore_errors=True)


def keep(path: Path, folder: Path) -> None:
    """Make a folder in the making the real one, in one step."""
    private.replace(path, folder)


def _abandoned(path: Path) -> bool:
    pid = path.name.removeprefix(_HIDDEN).partition("-")[0]
    if not pid.isdecimal():
        return False
    if os.name == "nt":
        # Windows refuses to rename a folder in which a file is open; and asking for a process would end it.
        try:
            path.rename(path)
        except OSError:
            return False
        return int(pid) != os.getpid()
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
