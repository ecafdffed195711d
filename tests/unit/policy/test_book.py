"""A book is appended and never rewritten: a changed, removed, doubled or inserted line is named."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import policykit

from khlang import settings as settings_
from khlang.errors import IntegrityError, UsageError
from khlang.policy import book
from khlang.settings import Settings


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    made = settings_.load({"KHLANG_VAR": str(tmp_path)})
    for one in policykit.events():
        book.add(made, "poverty", lambda _, one=one: one)  # type: ignore[misc]
    return made


def test_a_project_is_what_its_book_tells(here: Settings) -> None:
    assert book.read(here, "poverty") == policykit.project()
    assert book.names(here) == ("poverty",)
    assert stat.S_IMODE(book.path(here, "poverty").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("tamper", "number"),
    [
        (lambda lines: [*lines[:2], lines[2].replace(b"for a test", b"for a jest"), *lines[3:]], 4),
        (lambda lines: [*lines[:3], *lines[4:]], 4),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1),
        (lambda lines: [b"{", *lines[1:]], 1),
    ],
)
@pytest.mark.attack(
    "a line of a project's book changed, removed, doubled or moved",
    guard="the chain of hashes",
    control="test_a_project_is_what_its_book_tells",
)
def test_tampering_is_found(here: Settings, tamper: Callable[[list[bytes]], list[bytes]], number: int) -> None:
    path = book.path(here, "poverty")
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join(tamper(lines)) + b"\n")
    with pytest.raises(IntegrityError, match=f"line {number} ") as refused:
        book.read(here, "poverty")
    assert refused.value.code == "PROJECT-BOOK"
    with pytest.raises(IntegrityError):
        book.add(here, "poverty", lambda _: policykit.event("revoke"))


def test_what_may_not_follow_is_not_written(here: Settings) -> None:
    before = book.path(here, "poverty").read_bytes()
    with pytest.raises(UsageError):
        book.add(here, "poverty", lambda _: policykit.event("submit"))
    assert book.path(here, "poverty").read_bytes() == before


def test_a_first_event_that_is_refused_leaves_no_book(here: Settings) -> None:
    with pytest.raises(UsageError):
        book.add(here, "other", lambda _: policykit.event("submit"))
    assert not book.path(here, "other").exists()
    with pytest.raises(UsageError) as refused:
        book.read(here, "other")
    assert refused.value.code == "PROJECT-NONE"
