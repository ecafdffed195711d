"""The book of staff's accounts: a line each that was opened or closed, by whom and why; chained, never rewritten."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from khlang import chain
from khlang.errors import AccessError, IntegrityError, UsageError
from khlang.settings import Settings

Done = Literal["open", "close"]
#: What an account was opened for may be found again in the book: who, when, why.
Opened = dict[str, dict[str, str]]


def path(settings: Settings) -> Path:
    """Where the book stands."""
    return settings.registry / "staff" / "book.jsonl"


def opened(settings: Settings) -> Opened:
    """Login → by whom, when and why it was opened, of the accounts that are open.

    Raises:
        IntegrityError: A line was changed, removed or put in between.
    """
    book = path(settings)
    return replay(book.read_bytes().splitlines() if book.exists() else [])


def replay(lines: Iterable[bytes]) -> Opened:
    """The accounts that are open after these lines; raises as :func:`opened`."""
    found: Opened = {}
    for head, event, wrong in chain.links(lines):
        if wrong or event is None:
            raise IntegrityError(
                f"staff/book.jsonl line {head.number} is not the line that was written there.",
                "Bring the registry back from its backup; until then no account of staff can be shown.",
                code="POLICY-BOOK",
            )
        if event["done"] == "open":
            found[event["login"]] = event
        else:
            found.pop(event["login"], None)
    return found


def write(settings: Settings, done: Done, login: str, *, by: str, why: str, at: dt.datetime) -> None:
    """Open or close an account.

    Raises:
        UsageError: It is open, or closed, already; or who and why are not told.
        AccessError: Somebody opens an own account.
        IntegrityError: The book was tampered with.
    """
    if not by.strip() or len(why.strip()) < 3:  # a reason, not a dot
        raise UsageError("Who does it and why is not told.", "Give --by and --why.", code="POLICY-WHY")
    if by in {login, login.partition(".")[2]}:
        raise AccessError(f"{by} would open or close an own account.", "Somebody else must.", code="POLICY-EYES")
    with chain.writing(path(settings)) as (data, add):
        if (login in replay(data.splitlines())) == (done == "open"):
            state = "open already" if done == "open" else "not open"
            raise UsageError(f"The account {login} is {state}.", "See: khlang policy staff", code="POLICY-STATE")
        add({"done": done, "login": login, "by": by, "why": why, "at": at.isoformat(timespec="seconds")})
