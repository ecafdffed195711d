"""The re-identification key: a pair that nobody holds, sealed under a secret that only m of n keepers have together.

Shamir's scheme over GF(2^128) by pycryptodome, in the form of the tool ``ssss``. The secret is 16 random bytes and
seals the pair (an age identity that opens pointers, an Ed25519 key that signs answers), so that a share that is wrong
is seen: the seal does not open. A hash of each share is kept, to say whose it is.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from khlang import private, signatures
from khlang.errors import AccessError, SealingKeyError, SetupError, UsageError

SECRET, NONCE = 16, 12  # bytes; 16 is what pycryptodome splits
FEWEST, MOST = 2, 255
_INFO = b"khlang/reid/v1|keepers"


@dataclass(frozen=True)
class Share:
    """What one keeper holds: number and 16 bytes (hex), and by which authority it was given."""

    keeper: str
    number: int
    share: str
    authority: str

    @property
    def check(self) -> str:
        """What tells this share from another, and nothing of the secret."""
        return hashlib.sha256(f"{self.number}-{self.share}".encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Pair:
    """The re-identification key, opened: in memory only, for one answer."""

    identity: Any
    signing: Ed25519PrivateKey


def folder(authority: Path) -> Path:
    """What an authority keeps of re-identification: no share, and the pair only sealed."""
    return authority / "reidentification"


def public(authority: Path) -> dict[str, Any]:
    """Recipient, answer key, how many keepers are needed and which there are.

    Raises:
        SetupError: The key was never split.
    """
    what = "There is no re-identification key"
    text = private.read_text(folder(authority) / "public.json", what, "Run: khlang keys split")
    told: dict[str, Any] = json.loads(text)
    return told


def published(authority: Path) -> dict[str, Any] | None:
    """What pool and agencies are told: where to seal pointers, who signs answers; None where nothing was split."""
    if not (folder(authority) / "public.json").exists():
        return None
    return {name: public(authority)[name] for name in ("recipient", "answer_key")}


def split(authority: Path, *, keepers: Sequence[str], need: int, verify_key: str, anew: bool = False) -> list[Share]:
    """Make the pair and split the secret that seals it; neither pair nor secret is on any disk in clear.

    Args:
        authority: The authority's folder.
        keepers: One name a keeper.
        need: How many of them open it together.
        verify_key: The authority's own, by which a keeper knows whose request it is (hex).
        anew: Replace an earlier pair: what was sealed to it is lost, and bundles must follow.

    Returns:
        A share a keeper, to be handed over and kept nowhere else.

    Raises:
        UsageError: Fewer than two are needed, or more than there are, or two have one name, or there is a key already.
    """
    if not FEWEST <= need <= len(keepers) <= MOST or len(set(keepers)) != len(keepers):
        raise UsageError(
            f"{need} of {len(set(keepers))} keepers is no rule.",
            "Name each keeper once, and need two at least.",
            code="REID-KEEPERS",
        )
    if (folder(authority) / "public.json").exists() and not anew:
        raise UsageError(
            "The re-identification key was split already.",
            "With --anew the old one is lost: then publish, and give every agency a new bundle.",
            code="REID-SPLIT",
        )
    import pyrage
    from Crypto.Protocol.SecretSharing import Shamir

    secret, identity, signing = secrets.token_bytes(SECRET), pyrage.x25519.Identity.generate(), secrets.token_hex(32)
    made = [
        Share(keeper, number, share.hex(), verify_key)
        for keeper, (number, share) in zip(keepers, Shamir.split(need, len(keepers), secret, ssss=True), strict=True)
    ]
    told = {
        "recipient": str(identity.to_public()),
        "answer_key": signatures.public_hex(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(signing))),
        "need": need,
        "keepers": [{"name": one.keeper, "number": one.number, "check": one.check} for one in made],
    }
    nonce, pair = secrets.token_bytes(NONCE), signatures.canonical({"identity": str(identity), "signing": signing})
    sealed = nonce + ChaCha20Poly1305(_key(secret)).encrypt(nonce, pair, signatures.canonical(told))
    private.folder(folder(authority))
    private.write(folder(authority) / "key.sealed", base64.b64encode(sealed) + b"\n")
    private.write(folder(authority) / "public.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return made


def opened(authority: Path, given: Sequence[Share]) -> Pair:
    """The pair, of as many keepers' shares as are needed.

    Raises:
        AccessError: They are too few (REID-KEEPERS).
        SealingKeyError: A share is not the one that its keeper was given: names the keeper (REID-SHARE).
    """
    told = public(authority)
    known = {one["name"]: one for one in told["keepers"]}
    for one in given:
        if one.keeper not in known or known[one.keeper]["check"] != one.check:
            raise SealingKeyError(
                f"The share of {one.keeper} is not the one that was given to this keeper.",
                "Take it from the keeper's own copy.",
                code="REID-SHARE",
            )
    numbers = {one.number: bytes.fromhex(one.share) for one in given}
    if len(numbers) < told["need"]:
        raise AccessError(
            f"{len(numbers)} keepers agreed, and {told['need']} are needed.",
            "Ask further keepers: khlang keys reidentify share",
            code="REID-KEEPERS",
        )
    # Exactly as many: in the form of ssss the polynomial's degree follows from the count, so one share more breaks it.
    return unsealed(authority, dict(sorted(numbers.items())[: told["need"]]))


def unsealed(authority: Path, numbers: Mapping[int, bytes]) -> Pair:
    """The pair, where these shares make the secret; nothing is counted here.

    Raises:
        AccessError: They do not make it: too few, or of another key (REID-KEEPERS).
    """
    import pyrage
    from Crypto.Protocol.SecretSharing import Shamir

    try:
        sealed = base64.b64decode((folder(authority) / "key.sealed").read_bytes())
    except FileNotFoundError:
        raise SetupError("The sealed re-identification key is missing.", "Bring it back from its backup.") from None
    secret = Shamir.combine(sorted(numbers.items()), ssss=True)
    try:
        data = ChaCha20Poly1305(_key(secret)).decrypt(
            sealed[:NONCE], sealed[NONCE:], signatures.canonical(public(authority))
        )
    except InvalidTag:
        raise AccessError(
            "These shares do not open the re-identification key.", "Ask further keepers.", code="REID-KEEPERS"
        ) from None
    pair = json.loads(data)
    signing = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(pair["signing"]))
    return Pair(pyrage.x25519.Identity.from_str(pair["identity"]), signing)


def _key(secret: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_INFO).derive(secret)
