"""One person at a time, and only when enough keepers say yes: what the key authority does with a pool's question.

``ask`` takes it down in a chained book and makes a one-time key; each keeper encrypts the own share to that, on the
own machine; ``answer`` opens them together, in memory, and writes what only the agency that sealed can open. The
one-time key goes with the answer: agreements that are left lying open nothing any more.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from khlang import chain, private, signatures
from khlang import reidentification as papers
from khlang.errors import AccessError, InputError, IntegrityError, KhlangError, SignatureError, UsageError
from khlang.keys import shares
from khlang.keys.authority import Authority
from khlang.keys.shares import Share
from khlang.reidentification import DAILY, Pointer

Event = Mapping[str, Any]
#: What ends a request.
ENDS = frozenset({"answer", "refuse"})


def events(authority: Path) -> list[Event]:
    """Everything that was ever asked, in order.

    Raises:
        IntegrityError: A line of the book was changed, removed or put in between (REID-BOOK).
    """
    path = _book(authority)
    return _checked(path.read_bytes()) if path.exists() else []


def open_requests(told: Sequence[Event]) -> list[str]:
    """The requests that are neither answered nor refused: one at most."""
    ended = {one["request"] for one in told if one["action"] in ENDS}
    return [one["request"] for one in told if one["action"] == "ask" and one["request"] not in ended]


def ask(authority: Authority, question: bytes, *, pool: str, enrolment: Mapping[str, Any], at: dt.datetime) -> bytes:
    """Take a pool's question, and make of it the request that goes to the keepers.

    Args:
        authority: Opened.
        question: The pool's file.
        pool: The pool's receipt key, which signs questions (hex).
        enrolment: The agency's own ``enrolment.json``: its key is kept the first time and must be the same after that.
        at: When, UTC.

    Returns:
        The request's bytes: signed, with the one-time key to which keepers encrypt.

    Raises:
        SignatureError: The question is not the pool's, or the enrolment has another key than before (REID-AGENCY).
        UsageError: Another request is open (REID-BUSY), or this one was asked before (REID-AGAIN).
        AccessError: The project had its person of this day (REID-DAY); that it asked stands in the book.
    """
    import pyrage

    told = papers.read(question, "question", pool)
    facts = papers.facts(told)
    _pin(authority.folder, facts["agency"], enrolment)
    shares.public(authority.folder)
    once = pyrage.x25519.Identity.generate()
    with chain.writing(_book(authority.folder)) as (data, append):
        before = _checked(data)
        fault = _speaks_against(before, facts, at)
        if not fault:  # before its line in the book: what is open there can be answered
            kept = {"question": told, "identity": str(once)}
            private.folder(_open(authority.folder, facts["request"]).parent)
            private.write(_open(authority.folder, facts["request"]), json.dumps(kept, ensure_ascii=False) + "\n")
        append(_event("turned away" if fault else "ask", at, facts, **({"code": fault.code} if fault else {})))
        if fault:
            raise fault
    said = {**facts, "recipient": str(once.to_public()), "need": shares.public(authority.folder)["need"]}
    return papers.paper("request", said, authority.signing_key())


def share(request: bytes, mine: Share, *, why: str) -> bytes:
    """One keeper's yes: the own share for this one request, encrypted to its one-time key.

    Raises:
        SignatureError: The request is not of the authority that gave the share.
        UsageError: No reason is told (REID-WHY).
    """
    import pyrage

    told = papers.read(request, "request", mine.authority)
    if len(why.strip()) < 3:
        raise UsageError("Why this keeper agrees is not told.", "Give --why.", code="REID-WHY")
    said = {"request": told["request"], "keeper": mine.keeper, "number": mine.number, "share": mine.share, "why": why}
    once = pyrage.x25519.Recipient.from_str(told["recipient"])
    sealed: bytes = pyrage.encrypt(signatures.canonical(said), [once])
    return sealed


def answer(authority: Authority, request: str, agreed: Sequence[bytes], *, by: str, at: dt.datetime) -> bytes:
    """Open the pointer with the keepers' shares, and seal it to the agency.

    The book is written before anything is handed out; then the one-time key is deleted.

    Args:
        authority: Opened.
        request: Its id.
        agreed: Of each keeper what :func:`share` gave.
        by: Who runs this.
        at: When, UTC.

    Raises:
        UsageError: No such request is open (REID-NONE).
        IntegrityError: An agreement is of another request (REID-AGREED), or the pointer is not what was asked for.
        AccessError, SealingKeyError: As :func:`khlang.keys.shares.opened`.
    """
    kept = _kept(authority.folder, request)
    given = [_agreement(one, kept["identity"], request) for one in agreed]
    pair = shares.opened(authority.folder, [mine for mine, _ in given])
    facts, sealed = papers.facts(kept["question"]), str(kept["question"]["sealed"])
    pointer = Pointer.opened(sealed, pair.identity)
    asked_for = (facts["request"], facts["agency"], facts["dataset"])
    if (pointer.request, pointer.agency, pointer.dataset) != asked_for:
        raise IntegrityError(
            "What was found is not what was asked for.", "Refuse it, and ask the pool.", code="REID-POINTER"
        )
    to = papers.recipient_of(_pinned(authority.folder, facts["agency"]).read_text(encoding="ascii").strip())
    made = papers.paper("answer", {**facts, "sealed": pointer.sealed(to)}, pair.signing)
    _end(authority.folder, _event("answer", at, facts, run_by=by, keepers={one.keeper: why for one, why in given}))
    return made


def refuse(authority: Authority, request: str, *, by: str, why: str, at: dt.datetime) -> None:
    """Close a request without an answer; raises UsageError (REID-NONE) where it is not open."""
    told = events(authority.folder)
    if request not in open_requests(told):
        raise _none(request)
    facts = papers.facts(next(one for one in told if one["request"] == request and one["action"] == "ask"))
    _end(authority.folder, _event("refuse", at, facts, run_by=by, why=why))


def _speaks_against(before: Sequence[Event], facts: Mapping[str, str], at: dt.datetime) -> KhlangError | None:
    if busy := open_requests(before):
        return UsageError(
            f"Request {busy[0]} is open: one person at a time.",
            "First: khlang keys reidentify answer, or refuse.",
            code="REID-BUSY",
        )
    if any(one["request"] == facts["request"] and one["action"] == "ask" for one in before):
        return UsageError("This question was asked already.", "Let the pool ask anew.", code="REID-AGAIN")
    day = at.date().isoformat()
    mine = [one for one in before if one["project"] == facts["project"] and one["action"] == "ask"]
    if sum(one["taken_at"][:10] == day for one in mine) >= DAILY:
        return AccessError(
            f"Project {facts['project']} asked for its person of this day.", "Come back tomorrow.", code="REID-DAY"
        )
    return None


def _event(action: str, at: dt.datetime, facts: Mapping[str, str], **more: Any) -> dict[str, Any]:
    return {"action": action, "taken_at": at.isoformat(timespec="seconds"), **facts, **more}


def _end(authority: Path, event: Event) -> None:
    with chain.writing(_book(authority)) as (data, append):
        _checked(data)
        append(event)
    _open(authority, event["request"]).unlink(missing_ok=True)


def _agreement(data: bytes, identity: str, request: str) -> tuple[Share, str]:
    import pyrage

    try:
        told = json.loads(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(identity)]))
        mine = Share(str(told["keeper"]), int(told["number"]), str(told["share"]), "")
    except (pyrage.DecryptError, ValueError, KeyError, TypeError):
        told = {}
    if told.get("request") != request:
        raise IntegrityError(
            "An agreement is of another request, or damaged.",
            "Ask the keeper to agree to this one.",
            code="REID-AGREED",
        )
    return mine, str(told["why"])


def _kept(authority: Path, request: str) -> dict[str, Any]:
    path = _open(authority, request)
    if request not in open_requests(events(authority)) or not path.is_file():
        raise _none(request)
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _none(request: str) -> UsageError:
    return UsageError(f"No request {request} is open.", "See: khlang keys reidentify list", code="REID-NONE")


def _pin(authority: Path, agency: str, enrolment: Mapping[str, Any]) -> None:
    key, path = str(enrolment.get("public_key", "")), _pinned(authority, agency)
    try:
        papers.recipient_of(key)
    except ValueError:
        raise InputError(
            "This is no enrolment.json.", "Give the file that the agency made.", code="REID-PAPER"
        ) from None
    before = path.read_text(encoding="ascii").strip() if path.exists() else key
    if enrolment.get("agency") != agency or before != key:
        raise SignatureError(
            f"The enrolment is not of {agency}, or has another key than before.",
            "Ask the agency by telephone; where its key was renewed, delete the old one here.",
            code="REID-AGENCY",
        )
    private.folder(path.parent)
    private.write(path, key + "\n")


def _checked(data: bytes) -> list[Event]:
    found: list[Event] = []
    for head, told, wrong in chain.links(data.splitlines()):
        if wrong or told is None:
            raise IntegrityError(
                f"Line {head.number} of the book of re-identifications is not the line that was written there.",
                "Bring the book back from its backup; until then nothing is answered.",
                code="REID-BOOK",
            )
        found.append(told)
    return found


def _book(authority: Path) -> Path:
    return shares.folder(authority) / "book.jsonl"


def _open(authority: Path, request: str) -> Path:
    return shares.folder(authority) / "open" / f"{request}.json"


def _pinned(authority: Path, agency: str) -> Path:
    return shares.folder(authority) / "agencies" / f"{agency}.pub"
