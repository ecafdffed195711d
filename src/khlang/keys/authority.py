"""The authority's own folder: one source key an epoch, one signing key; and what of them is public."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import manifest, private, pseudonym
from khlang.errors import SetupError

_INIT = "Run: khlang keys init"


@dataclass(frozen=True)
class Authority:
    """An opened authority; it holds no key itself, only where each lies."""

    folder: Path
    epoch: str
    simulation: bool

    def source_secret(self) -> bytes:
        """``K_src`` of the epoch: 32 random bytes, given to agencies by a separate channel."""
        text = private.read_text(self.folder / "epochs" / f"{self.epoch}.key", "The source key is missing", _INIT)
        return bytes.fromhex(text)

    def source_key(self) -> str:
        """The derived key that identifiers are sealed with."""
        return pseudonym.derive_key(self.source_secret(), "src", self.epoch)

    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs bundles."""
        text = private.read_text(self.folder / "signing.key", "The signing key is missing", _INIT)
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))

    def public_key(self) -> str:
        """The verify key of bundles, in hex."""
        return manifest.public_hex(self.signing_key())

    def profile(self) -> dict[str, Any]:
        """The rules of sealing of this epoch: public, the same for all agencies."""
        return {
            "id": pseudonym.PROFILE,
            "epoch": self.epoch,
            "kcv": pseudonym.key_check_value(self.source_key()),
            "normaliser": pseudonym.NORMALISER,
            "types": list(pseudonym.TYPES),
            "simulation": self.simulation,
        }


def start(folder: Path, *, simulation: bool, epoch: str = "e01") -> Authority:
    """Make an authority's folder and keys; what is there already stays as it is.

    Args:
        folder: ``settings.authority``.
        simulation: Whether its profile is for simulated people (class 9).
        epoch: The source epoch to begin with.

    Raises:
        SetupError: The folder holds an authority of the other kind, or of another epoch.
    """
    private.folder(folder)
    private.folder(folder / "epochs")
    kind = folder / "profile"
    if not kind.exists():
        for path in (folder / "epochs" / f"{epoch}.key", folder / "signing.key"):
            if not path.exists():
                private.write(path, secrets.token_hex(32) + "\n")
        private.write(kind, f"{epoch} {'simulation' if simulation else 'real'}\n")
    authority = open_(folder)
    if (authority.simulation, authority.epoch) != (simulation, epoch):
        raise SetupError(
            f"The authority in {folder} is of epoch {authority.epoch}, "
            f"{'simulation' if authority.simulation else 'real'}.",
            "A real and a simulated profile never share a folder: choose another.",
        )
    return authority


def open_(folder: Path) -> Authority:
    """Open an authority that was started.

    Raises:
        SetupError: There is none.
    """
    epoch, _, kind = private.read_text(folder / "profile", "There is no key authority here", _INIT).partition(" ")
    return Authority(folder=folder, epoch=epoch, simulation=kind == "simulation")
