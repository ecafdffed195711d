"""Where the sealing key lies on an agency's machine: in the OS's own keyring where there is one, else a 0600 file.

Only the keyrings of the operating systems are taken: Windows Credential Manager (DPAPI), the macOS Keychain, Secret
Service and KWallet. A plain-text backend that somebody installed is not one of them.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from khlang import private
from khlang.errors import SetupError

Kind = Literal["auto", "keyring", "file"]
_TRUSTED = {
    "keyring.backends.Windows": "Windows Credential Manager (DPAPI)",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.SecretService": "Secret Service",
    "keyring.backends.libsecret": "Secret Service",
    "keyring.backends.kwallet": "KWallet",
}


@dataclass(frozen=True)
class Keystore:
    """The secrets of one agency's folder; ``backend`` is the OS keyring, or None for files."""

    home: Path
    backend: Any = None

    @property
    def kind(self) -> str:
        """What the agency's settings keep of this choice."""
        return "keyring" if self.backend else "file"

    def described(self) -> str:
        """Which protection is used, in Thai and English."""
        if self.backend:
            name = _name(self.backend)
            return f"ที่เก็บกุญแจของระบบปฏิบัติการ: {name} / the operating system's keyring: {name}"
        if os.name == "nt":  # a mode says nothing there: the folder's own rights protect the file
            return "ไฟล์ในโฟลเดอร์ผู้ใช้ (สิทธิ์ของ Windows) / a file under the user's own folder (Windows rights)"
        return "ไฟล์ที่เจ้าของอ่านได้เท่านั้น (0600) / a file that only its owner can read (0600)"

    def get(self, name: str) -> str | None:
        """A secret, or None where there is none."""
        if self.backend:
            found: str | None = self.backend.get_password(self._service, name)
            return found
        path = self._file(name)
        return path.read_text(encoding="utf-8").strip() if path.exists() else None

    def put(self, name: str, secret: str) -> None:
        """Keep a secret; a file of an earlier choice is taken away."""
        if self.backend:
            self.backend.set_password(self._service, name, secret)
            self._file(name).unlink(missing_ok=True)
        else:
            private.write(self._file(name), secret + "\n")

    def _file(self, name: str) -> Path:
        return self.home / f"{name}.key"

    @property
    def _service(self) -> str:
        return f"khlang {self.home.resolve()}"


def choose(home: Path, kind: Kind) -> Keystore:
    """The store of a folder: ``auto`` takes the OS keyring where there is one.

    Raises:
        SetupError: A keyring is asked for and there is none.
    """
    backend = None if kind == "file" else _keyring()
    if kind == "keyring" and backend is None:
        raise SetupError(
            "ไม่พบที่เก็บกุญแจของระบบปฏิบัติการ / The operating system's keyring is not there.",
            "ใช้ --key-store file หรือเข้าสู่ระบบด้วยเดสก์ท็อป / Use --key-store file, or log in at the desktop.",
        )
    return Keystore(home, backend)


def _keyring() -> Any:
    from keyring.backend import get_all_keyring

    usable = [one for one in get_all_keyring() if type(one).__module__ in _TRUSTED and _priority(one) > 0]
    return max(usable, key=_priority, default=None)


def _priority(backend: Any) -> float:
    return float(backend.priority)


def _name(backend: Any) -> str:
    return _TRUSTED.get(type(backend).__module__, type(backend).__module__)
