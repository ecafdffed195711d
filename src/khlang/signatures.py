"""Canonical JSON (RFC 8785) and detached Ed25519 signatures over it: of manifests, bundles, receipts and requests."""

from collections.abc import Mapping
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from khlang.errors import SignatureError


def canonical(document: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed and signed (RFC 8785)."""
    return rfc8785.dumps(dict(document))


def sign(data: bytes, key: Ed25519PrivateKey) -> str:
    """The detached signature of some bytes, as 128 hex characters."""
    return key.sign(data).hex()


def verify(data: bytes, signature: str, public_key: str) -> None:
    """Hold a detached signature against the signer's public key (both hex).

    Raises:
        SignatureError: It does not hold.
    """
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        raise SignatureError(
            "ลายมือชื่อไม่ตรงกับข้อมูลหรือผู้ลงนามนี้ / The signature does not hold for these bytes and this signer.",
            "ขึ้นทะเบียนกุญแจที่ใช้ลงนาม หรือลงนามใหม่ด้วยกุญแจที่ขึ้นทะเบียน / "
            "Enrol the key that signs, or sign again with the enrolled one.",
        ) from None


def public_hex(key: Ed25519PrivateKey) -> str:
    """The verify key of a signing key, as 64 hex characters."""
    return key.public_key().public_bytes_raw().hex()
