"""Passes into workspaces: JSON web tokens of minutes that Trino takes in a password's place.

The key that signs them stands outside the pool (``<var>/outside``, 0600), where no service of it can read: only the
command that lets somebody in. Trino has the public half.
"""

import base64
import datetime as dt
import json
import secrets as random
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from khlang import private
from khlang.settings import Settings

ISSUER, AUDIENCE = "khlang-workspaces", "khlang-trino"
LIFE = dt.timedelta(minutes=15)
KEY_BITS = 3072


def key_file(settings: Settings) -> Path:
    """The key that signs passes."""
    return settings.outside / "workspaces" / "passes.key"


def public_file(settings: Settings) -> Path:
    """Its public half, which Trino reads at its start."""
    return settings.var / "trino" / "etc" / "passes.pem"


def ensure(settings: Settings) -> None:
    """Make the key at the first start, and lay its public half where Trino reads it."""
    path = key_file(settings)
    if not path.exists():
        private.folder(path.parent)
        form, encoding = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
        made = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        private.write(path, made.private_bytes(encoding, form, serialization.NoEncryption()))
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    private.write(public_file(settings), _key(path).public_key().public_bytes(serialization.Encoding.PEM, spki))


def issue(settings: Settings, user: str, now: dt.datetime) -> str:
    """A pass of a user of Trino, from now on and for :data:`LIFE`.

    Raises:
        SetupError: The stack has never been up.
    """
    return sign(_key(key_file(settings)), user, now)


def sign(key: rsa.RSAPrivateKey, user: str, now: dt.datetime) -> str:
    """A signed pass (pure but for its number)."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": user,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
        "jti": random.token_hex(8),
    }
    said = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{said}.{_base64(key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _key(path: Path) -> rsa.RSAPrivateKey:
    text = private.read_text(path, "The key of workspaces' passes", "Run: make up")
    key = serialization.load_pem_private_key(text.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)  # for the types; we made it
    return key


def _part(value: dict[str, object]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
