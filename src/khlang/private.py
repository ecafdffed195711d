"""Writing what others may not read, and writing files whole: under another name first, then renamed."""

import os
import time
from pathlib import Path

from khlang.errors import SetupError

# What Windows says where another program has the file open: access denied, sharing violation, lock violation.
_HELD = {5, 32, 33}
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds; a virus scanner holds a new file about that long


def folder(path: Path) -> Path:
    """Make a folder that only its owner can enter (0700)."""
    path.mkdir(parents=True, exist_ok=True)
    if os.name != "nt":  # Windows keeps no such mode: a folder inherits the rights of the user's own
        path.chmod(0o700)
    return path


def write(path: Path, data: bytes | str, *, mode: int = 0o600) -> Path:
    """Write a file so that a reader sees all of it or none; its mode is set before its first byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    content = data.encode("utf-8") if isinstance(data, str) else data
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def replace(source: Path, target: Path) -> None:
    """Rename a file or folder over another; where Windows says that a program has it open, try again for a while.

    Raises:
        SetupError: It is still open in another program; the source is where it was.
    """
    for wait in (*_WAITS, None):
        try:
            source.replace(target)
        except PermissionError as fault:
            if getattr(fault, "winerror", None) not in _HELD:
                raise
            if wait is None:
                raise SetupError(
                    f"{target.name} เปิดอยู่ในโปรแกรมอื่น / {target.name} is open in another program.",
                    "ปิดโปรแกรมนั้น (เช่น Excel) แล้วทำใหม่ / Close it there (Excel, a viewer) and do this again.",
                    code="FILE-OPEN",
                ) from None
            time.sleep(wait)
        else:
            return


def read_key(path: Path, what: str, remedy: str) -> bytes:
    """Read a key that is kept as hex characters.

    Raises:
        SetupError: It is missing or is no key; ``what`` says whose it is.
    """
    try:
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise SetupError(f"{what} is missing or unreadable.", remedy) from None


def read_text(path: Path, what: str, remedy: str) -> str:
    """Read a small text file that must be there.

    Raises:
        SetupError: It is not there; ``what`` says what it holds, ``remedy`` how it comes about.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise SetupError(f"{what}: {path.name} is not in {path.parent}.", remedy) from None
