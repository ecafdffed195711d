"""What every hour does for projects: what an ended one left behind while Trino was down is taken away."""

from pathlib import Path

import pytest
from tests import ownerkit
from tests.ownerkit import PROJECT

from khlang.errors import ServiceError
from khlang.policy import book
from khlang.projects import keeping, scratch
from khlang.serve import workspace
from khlang.settings import Settings
from khlang.stack.secrets import trino_password_file


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Trino was asked to hide: it is down the first time."""
    asked: list[str] = []

    def hide(_: Settings, project: str) -> list[str]:
        asked.append(project)
        if len(asked) == 1:
            raise ServiceError("Trino does not answer.", "khlang stack status", code="SERVICE")
        return []

    monkeypatch.setattr(workspace, "hide", hide)
    monkeypatch.setattr(scratch, "measure", lambda _: None)
    return asked


def test_a_project_revoked_while_trino_was_down_is_hidden_within_the_hour(tmp_path: Path, hidden: list[str]) -> None:
    here = ownerkit.founded(tmp_path, "activate")
    with pytest.raises(ServiceError):
        keeping.revoke(here, PROJECT, by="keeper", why="for a test")
    assert book.read(here, PROJECT).stage == "revoked", "so that revoking it again is refused"
    keeping.keep(here)
    assert hidden == [PROJECT, PROJECT]
    people = book.read(here, PROJECT).asked.logins
    assert not any(trino_password_file(here, login).exists() for login in people)


def test_a_project_that_goes_on_stays_where_it_is(tmp_path: Path, hidden: list[str]) -> None:
    here = ownerkit.founded(tmp_path, "activate")
    keeping.keep(here)
    assert hidden == []
