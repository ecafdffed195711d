"""Which rules held when: each rules file that was given to Trino, its hash and its time in a chained book.

``<var>/registry/policies/book.jsonl`` has a line a change; beside it ``<hash>.json`` is the document itself.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khlang import chain, private, signatures
from khlang.errors import IntegrityError
from khlang.settings import Settings


@dataclass(frozen=True)
class Version:
    """Rules that held from a moment (UTC) until those of the next version."""

    at: dt.datetime
    sha256: str
    rules: Mapping[str, Any]


def folder(settings: Settings) -> Path:
    """Where they stand."""
    return settings.registry / "policies"


def sha256(rules: Mapping[str, Any]) -> str:
    """By which rules are known."""
    return hashlib.sha256(signatures.canonical(dict(rules))).hexdigest()


def note(settings: Settings, rules: Mapping[str, Any], at: dt.datetime) -> None:
    """Note rules that Trino was just given; the same as before are noted once.

    Raises:
        IntegrityError: The book was tampered with.
    """
    data, hashed = signatures.canonical(dict(rules)), sha256(rules)
    with chain.writing(folder(settings) / "book.jsonl") as (before, add):
        told = _lines(before.splitlines())
        if told and told[-1][1]["sha256"] == hashed:
            return
        private.write(folder(settings) / f"{hashed}.json", data)
        add({"sha256": hashed, "at": at.isoformat()})


def every(settings: Settings) -> list[Version]:
    """All versions, the oldest first.

    Raises:
        IntegrityError: A line or a document is not what was written.
    """
    book = folder(settings) / "book.jsonl"
    lines = _lines(book.read_bytes().splitlines()) if book.exists() else []
    return [_version(folder(settings), event) for _, event in lines]


def _version(place: Path, event: Mapping[str, Any]) -> Version:
    path = place / f"{event['sha256']}.json"
    data = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(data).hexdigest() != event["sha256"]:
        raise _tampered(path.name)
    return Version(dt.datetime.fromisoformat(event["at"]), event["sha256"], json.loads(data))


def _lines(lines: list[bytes]) -> list[tuple[chain.Head, dict[str, Any]]]:
    found = []
    for head, event, wrong in chain.links(lines):
        if wrong or event is None:
            raise _tampered(f"book.jsonl line {head.number}")
        found.append((head, event))
    return found


def _tampered(what: str) -> IntegrityError:
    return IntegrityError(
        f"policies/{what} is not what was written there.",
        "Bring the registry back from its backup; until then no query can be held against the rules of its time.",
        code="POLICY-VERSION",
    )
