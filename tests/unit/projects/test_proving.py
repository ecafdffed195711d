"""What becomes of what canaries were told: an alarm, a mark that the newest rules are proven, a second try."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests import policykit

from khlang import settings as settings_
from khlang.errors import IntegrityError
from khlang.policy import book, proof
from khlang.policy.proof import Ask, Given
from khlang.projects import proving
from khlang.projects.policy_cli import policy
from khlang.settings import Settings
from khlang.stack import access, canarypass, passes, secrets

SHUT, OPEN = Given(refused="PERMISSION_DENIED"), Given("q", (0,))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("KHLANG_VAR", str(tmp_path))
    made = settings_.load()
    secrets.ensure(made)
    access.apply(made)
    told = CliRunner().invoke(policy, ["open", "mof.officer", "--by", "keeper", "--why", "for a test"])
    assert told.exit_code == 0
    monkeypatch.setattr(proving, "SETTLE_SECONDS", 0.0)
    return made


def answering(monkeypatch: pytest.MonkeyPatch, *rounds: Given) -> None:
    """Trino, round by round, when it is asked for what the policy withholds."""
    left = list(rounds)

    def one_round(_: Settings, asked: list[Ask], document: dict[str, Any], passes: dict[str, str]) -> Any:
        del passes
        given = left.pop(0)
        lines = [(one, proof.wrong(one, given, None, document)) for one in asked if not one.rule]
        return set(), [(one, wrong) for one, wrong in lines if wrong]

    monkeypatch.setattr(proving, "_round", one_round)


def test_rules_that_agree_are_proven_until_they_change(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, SHUT)
    assert proving.due(here)
    told = CliRunner().invoke(policy, ["canary"], catch_exceptions=False)
    assert "as the policy says" in told.output
    assert not proving.due(here)
    CliRunner().invoke(policy, ["open", "sso.officer", "--by", "keeper", "--why", "for a test"])
    assert proving.due(here)


def test_what_trino_took_up_late_is_no_alarm(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, OPEN, SHUT)
    proving.prove(here, print)
    assert not proving.due(here)


def test_what_stays_otherwise_alarms_and_is_not_proven(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, OPEN, OPEN)
    said: list[str] = []
    with pytest.raises(IntegrityError) as alarm:
        proving.prove(here, said.append)
    assert (alarm.value.code, alarm.value.exit_code) == ("POLICY-CANARY", 25)
    assert "mof.canary demo.linked_records: was answered, and the policy gives it nothing" in said
    assert proving.due(here)


def test_without_a_pass_it_is_proven_outside_only_and_stays_due(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in policykit.events():
        book.add(here, "poverty", lambda _, one=one: one)  # type: ignore[misc]
    access.apply(here)
    answering(monkeypatch, SHUT, SHUT)
    done = proving.prove(here, print)
    assert done.unasked == ("canary.poverty@workspace",)
    assert "not proven, for want of a pass: canary.poverty@workspace" in done.told()
    assert proving.due(here), "the next hour tries it again"
    # As behind the fence, where the key is not to be seen and somebody outside gives passes.
    passes.ensure(here)
    canarypass.serve(here)
    monkeypatch.setattr(proving, "_passes", canarypass.ask)
    assert proving.prove(here, print).unasked == ()
    assert not proving.due(here)
