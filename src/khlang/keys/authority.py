"""The authority's own folder: one source key an epoch, one signing key; and what of them is public.

``epochs/<epoch>.key`` is secret; ``epochs/<epoch>.json`` says which profile the epoch has, when it begins and ends,
and what came before it. ``profile`` names the epoch that new bundles are of; it is written last, so that a rotation
that was cut off is finished by the next call.
"""

import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import comparison, identifiers, oprf, private, pseudonym, signatures
from khlang.errors import SetupError

_INIT = "Run: khlang keys init"
PROFILES = (pseudonym.PROFILE, oprf.PROFILE)


@dataclass(frozen=True)
class Epoch:
    """One source epoch: dates are ISO text, the end is the last day on which it is taken; None is open."""

    name: str
    profile: str = pseudonym.PROFILE
    starts: str | None = None
    ends: str | None = None
    previous: str | None = None
    compromised: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Its dates and state as the pool's registry and the bundle have them."""
        return {
            "starts": self.starts,
            "ends": self.ends,
            "previous": self.previous,
            "compromised": self.compromised,
        }


@dataclass(frozen=True)
class Authority:
    """An opened authority, speaking of one epoch; it holds no key itself, only where each lies."""

    folder: Path
    epoch: str
    simulation: bool

    def at(self, epoch: str) -> "Authority":
        """The same authority, speaking of another epoch.

        Raises:
            SetupError: There is no such epoch.
        """
        private.read_text(self._file(epoch, "key"), "The source key is missing", "Name an epoch that was begun.")
        return replace(self, epoch=epoch)

    def dates(self) -> Epoch:
        """Profile, dates and predecessor of the epoch."""
        path = self._file(self.epoch, "json")
        if not path.exists():
            return Epoch(self.epoch)
        return Epoch(**json.loads(path.read_text(encoding="utf-8")))

    def epochs(self) -> list[Epoch]:
        """All epochs that were begun, in the order of their names."""
        return [self.at(path.stem).dates() for path in sorted((self.folder / "epochs").glob("*.key"))]

    def source_secret(self) -> bytes:
        """``K_src`` of the epoch: 32 random bytes, given to agencies by a separate channel (never of a VOPRF epoch)."""
        text = private.read_text(self._file(self.epoch, "key"), "The source key is missing", _INIT)
        return bytes.fromhex(text)

    def source_key(self) -> str:
        """The derived key that identifiers are sealed with under ``hmac-v1``."""
        return pseudonym.derive_key(self.source_secret(), "src", self.epoch)

    def link_secret(self) -> bytes:
        """``K_lnk`` of the epoch, which comparison keys are made with; random, and made when it is first asked for."""
        path = self._file(self.epoch, "link")
        if not path.exists():
            private.write(path, secrets.token_hex(32) + "\n")
        return bytes.fromhex(private.read_text(path, "The linkage key is missing", _INIT))

    def link_key(self) -> str:
        """The derived key that comparison keys are made with."""
        return comparison.derive_key(self.link_secret(), self.epoch)

    def seal(self, identifier: str, type_: str) -> str:
        """The source pseudonym of a normalised identifier, whatever the epoch's profile."""
        if self.dates().profile == oprf.PROFILE:
            return oprf.Server(self.source_secret(), self.epoch).known(identifier, type_)
        return pseudonym.source_pseudonym(identifier, key=self.source_key(), epoch=self.epoch, type=type_)

    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs bundles."""
        text = private.read_text(self.folder / "signing.key", "The signing key is missing", _INIT)
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))

    def public_key(self) -> str:
        """The verify key of bundles, in hex."""
        return signatures.public_hex(self.signing_key())

    def profile(self) -> dict[str, Any]:
        """The rules of sealing of this epoch: public, the same for all agencies, and never changed once published."""
        common = {
            "epoch": self.epoch,
            "normaliser": identifiers.NORMALISER,
            "types": list(identifiers.TYPES),
            "simulation": self.simulation,
        }
        if self.dates().profile == oprf.PROFILE:
            public = oprf.Server(self.source_secret(), self.epoch).public_key
            return {"id": oprf.PROFILE, "kcv": oprf.check_value(public), "public_key": public, **common}
        return {"id": pseudonym.PROFILE, "kcv": pseudonym.key_check_value(self.source_key()), **common}

    def _file(self, epoch: str, suffix: str) -> Path:
        return self.folder / "epochs" / f"{epoch}.{suffix}"


def start(folder: Path, *, simulation: bool, epoch: str = "e01", profile: str = pseudonym.PROFILE) -> Authority:
    """Make an authority's folder and keys; what is there already stays as it is.

    Args:
        folder: ``settings.authority``.
        simulation: Whether its profile is for simulated people (class 9).
        epoch: The source epoch to begin with.
        profile: ``hmac-v1`` or ``voprf-v1``: one for all agencies.

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
        write_epoch(folder, Epoch(epoch, profile))
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
    """Open an authority that was started, at its current epoch.

    Raises:
        SetupError: There is none.
    """
    epoch, _, kind = private.read_text(folder / "profile", "There is no key authority here", _INIT).partition(" ")
    return Authority(folder=folder, epoch=epoch, simulation=kind == "simulation")


def write_epoch(folder: Path, epoch: Epoch) -> None:
    """Keep what is said of an epoch beside its key."""
    private.write(folder / "epochs" / f"{epoch.name}.json", json.dumps(epoch.__dict__, indent=1) + "\n")
