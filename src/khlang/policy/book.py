"""The book of one project: a line an event, each with the hash of the line before it; appended, never rewritten.

A changed line does not fit the one after it, a removed one leaves a hole. It stands in ``<var>/registry/projects``
(0600) and holds who asked for what and why: no row of anybody.
"""

from collections.abc import Callable
from pathlib import Path

from khlang import chain
from khlang.errors import IntegrityError, UsageError
from khlang.policy import life
from khlang.policy.life import Event, Project
from khlang.settings import Settings


def folder(settings: Settings) -> Path:
    """Where the books stand."""
    return settings.registry / "projects"


def path(settings: Settings, name: str) -> Path:
    """The book of one project."""
    return folder(settings) / f"{name}.jsonl"


def certificate(settings: Settings, name: str) -> Path:
    """The certificate of a project's destruction."""
    return folder(settings) / f"{name}.certificate.json"


def names(settings: Settings) -> tuple[str, ...]:
    """Every project that was ever drafted."""
    return tuple(sorted(one.stem for one in folder(settings).glob("*.jsonl")))


def read(settings: Settings, name: str) -> Project:
    """A project, from its book.

    Raises:
        UsageError: There is no book of this name.
        IntegrityError: A line was changed, removed or put in between.
    """
    book = path(settings, name)
    if not book.exists():
        raise UsageError(f"There is no project {name}.", "See: khlang project list", code="PROJECT-NONE")
    return life.replay(events(book.read_bytes(), book.name))


def every(settings: Settings) -> dict[str, Project]:
    """All projects by name; raises as :func:`read`."""
    return {name: read(settings, name) for name in names(settings)}


def add(settings: Settings, name: str, make: Callable[[Project], Event]) -> Project:
    """Append one event, or none when it may not follow.

    Args:
        settings: The installation.
        name: The project.
        make: The event, from the project as it is; called while no other can write.

    Raises:
        UsageError: It may not follow those before it.
        AccessError: This person may not.
        IntegrityError: The book was tampered with.
    """
    book = path(settings, name)
    with chain.writing(book) as (data, append):
        try:
            project = life.replay(events(data, book.name))
            event = make(project)
            after = life.after(project, event)
        except BaseException:
            if not data:
                book.unlink()  # nothing was ever written of it
            raise
        append(event.as_dict())
    return after


def events(data: bytes, name: str) -> list[Event]:
    """The events of a book, its chain checked.

    Raises:
        IntegrityError: Names the first line that does not fit.
    """
    found = []
    for head, told, wrong in chain.links(data.splitlines()):
        if wrong or told is None:
            raise IntegrityError(
                f"{name} line {head.number} is not the line that was written there.",
                "Bring the registry back from its backup; until then no project's access can be shown.",
                code="PROJECT-BOOK",
            )
        found.append(Event(**told))
    return found
