"""The fence: whether pool services can be kept from ``<var>/outside`` and the supervisor, and whether each still is."""

import subprocess
from pathlib import Path

from khlang import private
from khlang.errors import SetupError
from khlang.settings import Settings
from khlang.stack.supervisor import control_folders, fence_command

MARK = "khlang-fence"


def check(settings: Settings) -> None:
    """Try the fence once, before anything starts behind it.

    Raises:
        SetupError: This machine does not permit mount namespaces.
    """
    command = fence_command(settings)
    if not command:
        return
    for folder in (settings.outside, *control_folders(settings)):
        private.folder(folder)
    done = subprocess.run([*command, "--test"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(
            f"The pool's services cannot be kept from reading {settings.outside}: {done.stderr.strip()[-200:]}.",
            "Permit mount namespaces (unshare) here, or accept it with KHLANG_FENCE=off, for a trial only.",
        )


def behind(settings: Settings, pid: int) -> bool:
    """Whether this process stands behind the fence of this installation.

    Raises:
        OSError: It has just ended.
    """
    mounts = (Path("/proc") / str(pid) / "mountinfo").read_text(encoding="utf-8")
    folder = str(settings.outside.resolve()).replace(" ", "\\040")
    return any(line.split()[4] == folder and MARK in line for line in mounts.splitlines())


def lost(settings: Settings, pid: int) -> bool:
    """Whether this process of the pool can see the folder: it should be behind a fence and is not."""
    if not fence_command(settings):
        return False
    try:
        return not behind(settings, pid)
    except OSError:
        return False
