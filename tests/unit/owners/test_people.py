"""Accounts of owners and keepers: what a name must be, that no project's login looks like one, and the command."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests import ownerkit, policykit

from khlang import contracts
from khlang.errors import InputError, UsageError
from khlang.owners.cli import owner
from khlang.policy import people
from khlang.projects import keeping
from khlang.stack import access, secrets


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contracts, "load", lambda *_: policykit.CONTRACTS)


@pytest.mark.parametrize("name", ["mof", "mof.", ".first", "mof.First", "nobody.first", "mof.a.b", "keeper."])
def test_a_name_that_stands_for_nobody_is_refused(name: str) -> None:
    with pytest.raises(InputError) as refused:
        people.of(name, policykit.CONTRACTS)
    assert refused.value.code == "OWNER-NAME"


def test_the_login_of_a_project_cannot_be_taken(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        people.add(ownerkit.founded(tmp_path), "mof.poverty", policykit.CONTRACTS, logins=["mof.poverty"])
    assert refused.value.code == "OWNER-NAME"


@pytest.mark.parametrize("person", ["mof", "keeper"])
def test_nobody_in_a_project_is_called_as_an_agency_or_the_keepers(tmp_path: Path, person: str) -> None:
    asked = policykit.request(name="first", people=[person])
    with pytest.raises(InputError) as refused:
        keeping.draft(ownerkit.founded(tmp_path), asked, by="analyst-a", why="first request")
    assert refused.value.code == "PROJECT-REQUEST"


def test_the_command_gives_changes_and_takes_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = ownerkit.founded(tmp_path)
    monkeypatch.setenv("KHLANG_VAR", str(here.var))

    def run(*words: str) -> str:
        return CliRunner().invoke(owner, words, catch_exceptions=False).output

    file = secrets.trino_password_file(here, "moi.second")
    assert str(file) in run("add", "moi.second")
    first = file.read_text()
    assert first not in run("password", "moi.second")
    assert file.read_text() != first
    assert "moi.second  owner  moi" in run("list")
    assert "moi.second:" in access.passwords_file(here).read_text()
    run("remove", "moi.second")
    assert not file.exists()
    assert "moi.second" not in run("list") + access.passwords_file(here).read_text()
    assert {one["name"] for one in json.loads((here.registry / "accounts.json").read_text())} == set(ownerkit.NAMES)
    for command in ("remove", "password"):
        with pytest.raises(UsageError) as refused:
            run(command, "moi.second")
        assert refused.value.code == "OWNER-NONE"
