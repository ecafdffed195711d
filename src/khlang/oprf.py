# ruff: noqa: A002 (`type` is the word for an identifier's type everywhere)
"""The second profile, ``voprf-v1``: RFC 9497, ristretto255-SHA512, verifiable mode. Neutral, as ``pseudonym`` is.

The agency blinds an identifier, the key authority evaluates what it cannot read, the agency unblinds and checks the
proof that the one published key was used: nobody holds both a key and a CID. What comes out is a source pseudonym
``s1v.<epoch>.…`` of the same form as ``s1.…``. A wire batch is the elements' 32 bytes one after another.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from khlang.errors import IntegrityError, SetupError

PROFILE: Final = "voprf-v1"
PATTERN: Final = r"^s1v\.[a-z0-9]{1,16}\.[0-9a-f]{32}$"
ELEMENT: Final = 32  # bytes of a ristretto255 element
BATCH: Final = 2_000  # elements of one request: a fifth of a second on one core
LIMIT: Final = 10_000  # of what the service takes at once; the proof allows 65,535


def _library() -> Any:
    try:
        from voprf import ristretto
    except ImportError:
        raise SetupError(
            "ไม่พบไลบรารี voprf / The library for profile voprf-v1 is not installed.",
            "pip install khlang[voprf]",
        ) from None
    return ristretto


def message(identifier: str, type: str) -> bytes:
    """What is evaluated: the same bytes that ``hmac-v1`` hashes."""
    return f"khlang-pid-v1\0{type}\0{identifier}".encode()


def pseudonym(output: bytes, epoch: str) -> str:
    """The source pseudonym of a finalised output (64 bytes, of which the first 128 bits are kept)."""
    return f"s1v.{epoch}." + output.hex()[:32]


def check_value(public_key: str) -> str:
    """Eight bytes in hex that tell one public key from another, in the place of a key check value."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:16]


class Server:
    """The authority's side: holds the epoch's key, sees blinded elements only.

    Args:
        secret: 32 random bytes of the epoch.
        epoch: Bound into the derived key pair.
    """

    def __init__(self, secret: bytes, epoch: str) -> None:
        self._evaluator = _library().Evaluator.from_seed(secret, f"khlang/pid/v1|voprf|{epoch}".encode())
        self._epoch = epoch

    @property
    def public_key(self) -> str:
        """The key that proofs are checked with, in hex."""
        return str(self._evaluator.public_key.serialize().hex())

    def evaluate(self, wire: bytes) -> bytes:
        """Evaluate a batch of blinded elements; the answer carries its proof.

        Raises:
            IntegrityError: It is no batch of elements.
        """
        blinded = _library().BlindedInput
        wrong = IntegrityError(
            f"The batch is not 1 to {LIMIT} elements of 32 bytes.", "Send again.", code="VOPRF-BATCH"
        )
        count, rest = divmod(len(wire), ELEMENT)
        if rest or not 0 < count <= LIMIT:
            raise wrong
        try:
            batch = [blinded.deserialize(wire[i : i + ELEMENT]) for i in range(0, len(wire), ELEMENT)]
            answer: bytes = self._evaluator.evaluate_batch(batch).serialize()
        except ValueError:
            raise wrong from None
        return answer

    def known(self, identifier: str, type: str) -> str:
        """The pseudonym of an identifier that the authority made itself: a canary."""
        output: bytes = self._evaluator.evaluate_known_input(message(identifier, type))
        return pseudonym(output, self._epoch)


@dataclass(frozen=True)
class Blinded:
    """A batch on its way: what is sent, and the blinds that stay."""

    wire: bytes
    _clients: list[Any] = field(repr=False)

    def finish(self, answer: bytes, public_key: str) -> list[bytes]:
        """Unblind an answer; its proof is checked first.

        Raises:
            IntegrityError: The proof does not hold under the profile's public key, or the answer is none.
        """
        library = _library()
        try:
            outputs = library.VerifiableBatchOutput.deserialize(answer)
            key = library.PublicKey.deserialize(bytes.fromhex(public_key))
            return list(library.Client.finalize_batch(self._clients, outputs, key))
        except BaseException as fault:
            # voprf 0.2.0 panics on a batch whose proof does not hold; its exception is no Exception and has no module.
            if not isinstance(fault, ValueError) and type(fault).__name__ != "PanicException":
                raise
            raise IntegrityError(
                "คำตอบจากผู้ดูแลกุญแจไม่ผ่านการพิสูจน์ / The authority's answer does not prove the published key.",
                "หยุดใช้และแจ้งผู้ดูแลกุญแจ / Stop, and tell the key authority.",
                code="VOPRF-PROOF",
            ) from None


def blind(messages: Sequence[bytes]) -> Blinded:
    """Blind a batch; the same message is another element each time."""
    client = _library().Client
    pairs = [client.blind(one) for one in messages]
    return Blinded(b"".join(element.serialize() for _, element in pairs), [one for one, _ in pairs])
