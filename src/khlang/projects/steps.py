"""A step in a project's life that touches its book and nothing else: what the commands and the owners' page share.

A consent, a refusal, an approval gives nobody a right: what does (activation, extension, revocation) is
:mod:`khlang.projects.keeping`'s, which compiles rights anew. So the page needs the books and no more.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from khlang.policy import book
from khlang.policy.life import Action, Event, Project
from khlang.settings import Settings

_AHEAD: ContextVar[dt.datetime | None] = ContextVar("ahead", default=None)


def now() -> dt.datetime:
    """The time, UTC: the only clock of projects."""
    return _AHEAD.get() or dt.datetime.now(dt.UTC)


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Put this clock to a moment, for the tour and for tests."""
    token = _AHEAD.set(moment)
    try:
        yield
    finally:
        _AHEAD.reset(token)


def event(action: Action, *, by: str, why: str, **data: Any) -> Event:
    """What happens now."""
    return Event(action, by, now().isoformat(timespec="seconds"), why, data)


def record(settings: Settings, name: str, action: Action, *, by: str, why: str, **data: Any) -> Project:
    """Write one step into the book; raises as :func:`khlang.policy.life.after`."""
    book.read(settings, name)  # so that no book is begun by a name that was mistyped
    return book.add(settings, name, lambda _: event(action, by=by, why=why, **data))
