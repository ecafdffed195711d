"""The chain: each entry holds its number and the hash of the entry before it; now and then the newest hash is signed.

A changed entry does not fit the one after it, a removed one leaves a hole, an inserted or doubled one has a number that
is taken or a query that was told already. What was cut off at the end is shorter than the last signed head.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import private, signatures
from khlang.errors import SignatureError

START = "0" * 64


@dataclass(frozen=True)
class Head:
    """Where the chain ends: number and hash of its newest entry; 0 and :data:`START` before the first."""

    number: int = 0
    hash: str = START


@dataclass(frozen=True)
class Fault:
    """What is wrong at one entry, or (number 0) with the whole."""

    number: int
    says: str


def entry(head: Head, event: Mapping[str, Any]) -> tuple[bytes, Head]:
    """The bytes of the next entry, and where the chain ends with it."""
    number = head.number + 1
    data = signatures.canonical({"number": number, "before": head.hash, "event": dict(event)})
    return data, Head(number, hashlib.sha256(data).hexdigest())


def sign(head: Head, key: Ed25519PrivateKey) -> bytes:
    """A signed head."""
    data = signatures.canonical({"number": head.number, "hash": head.hash})
    return signatures.canonical({"number": head.number, "hash": head.hash, "signature": signatures.sign(data, key)})


def links(entries: Iterable[bytes]) -> Iterator[tuple[Head, dict[str, Any] | None, list[str]]]:
    """Walk a chain: of each entry where the chain ends with it, what it holds, and what is wrong with it.

    An entry that cannot be read holds None.
    """
    head = Head()
    for data in entries:
        told, number = _read(data), head.number + 1
        wrong = [] if told else ["the entry cannot be read"]
        if told and told["number"] != number:
            wrong.append(f"entry {told['number']} stands where {number} belongs")
        if told and told["before"] != head.hash:
            wrong.append("the entry before it is not the one that it was written after")
        head = Head(number, hashlib.sha256(data).hexdigest())
        yield head, told["event"] if told else None, wrong


def verify(
    entries: Iterable[bytes], heads: Iterable[bytes], *, public: str, identity: Callable[[Mapping[str, Any]], str]
) -> tuple[Head, list[Fault]]:
    """Hold a whole ledger against its chain and its signed heads.

    Args:
        entries: Their bytes, in the order of their keys.
        heads: Signed heads, in any order.
        public: The signer's public key, hex.
        identity: By which an event is known when it is told again.

    Returns:
        Where the chain ends, and every fault, in order; none where all of it is as it was written.
    """
    end, faults, hashes, seen = Head(), list[Fault](), {0: START}, set[str]()
    for head, event, wrong in links(entries):
        again = event is not None and identity(event) in seen
        faults += [Fault(head.number, says) for says in (*wrong, *(["its event was told before"] if again else []))]
        seen |= {identity(event)} if event is not None else set()
        end, hashes[head.number] = head, head.hash
    faults += [fault for one in heads if (fault := _judge(one, hashes, public))]
    return end, sorted(faults, key=lambda fault: fault.number)


def _read(data: bytes) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads(data)
        known = set(told) == {"number", "before", "event"} and isinstance(told["event"], dict)
    except (ValueError, TypeError):
        return None
    return told if known else None


def _judge(data: bytes, hashes: Mapping[int, str], public: str) -> Fault | None:
    try:
        told = json.loads(data)
        number, hashed = int(told["number"]), str(told["hash"])
        signatures.verify(signatures.canonical({"number": number, "hash": hashed}), str(told["signature"]), public)
    except (ValueError, KeyError, TypeError, SignatureError):
        return Fault(0, "a head is not signed by the pool's key")
    if number not in hashes:
        return Fault(number, f"a head of {number} entries was signed, and there are {max(hashes)}")
    if hashes[number] != hashed:
        return Fault(number, "the entries up to here are not those whose head was signed")
    return None


@contextmanager
def writing(path: Path) -> Iterator[tuple[bytes, Callable[[Mapping[str, Any]], None]]]:
    """Hold a book, made where there is none: what stands in it, and what appends one event, on disk when it returns.

    Nobody else writes it meanwhile. Whether an event may follow, and whether the chain holds, is the caller's to see
    before.
    """
    private.folder(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        data = file.read()

        def add(event: Mapping[str, Any]) -> None:
            head = next((end for end, *_ in reversed(list(links(data.splitlines())))), Head())
            file.write(entry(head, event)[0] + b"\n")
            file.flush()
            os.fsync(file.fileno())

        yield data, add
