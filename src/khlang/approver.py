"""The approver's own signature, inside a manifest: by a key that the preparer does not hold.

Neutral: the agency signs with it, land holds it against the keys that the pool's keeper enrolled. It stands in the
manifest, so the agency's signature covers it and every way that carries a manifest carries it too. What is approved is
everything that the manifest says but ``supersedes``, which is decided at sending, and this signature itself.
"""

from collections.abc import Collection

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import manifest, signatures
from khlang.errors import SignatureError
from khlang.manifest import Manifest

_CONTEXT = b"khlang-approval-v1\0"  # no other signature of the product begins so
_OUTSIDE = frozenset({"approval", "supersedes"})


def said(made: Manifest) -> bytes:
    """The bytes that the approver signs."""
    return _CONTEXT + signatures.canonical({name: value for name, value in made.items() if name not in _OUTSIDE})


def add(made: Manifest, key: Ed25519PrivateKey) -> Manifest:
    """The manifest with the approver's signature in it.

    Raises:
        ContractError: It is not as the schema says.
    """
    approval = {"key": signatures.public_hex(key), "signature": signatures.sign(said(made), key)}
    return manifest.check({**made, "approval": approval})


def holds(made: Manifest, keys: Collection[str]) -> bool:
    """Whether one of these keys (hex) signed the manifest as its approver."""
    approval = made.get("approval")
    if approval is None or approval["key"] not in keys:
        return False
    try:
        signatures.verify(said(made), approval["signature"], approval["key"])
    except SignatureError:
        return False
    return True
