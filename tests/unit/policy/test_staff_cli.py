"""``khlang policy open`` gives an officer an account that the rules know, ``close`` takes it away."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from khlang import settings as settings_
from khlang.projects.policy_cli import policy
from khlang.settings import Settings
from khlang.stack import access, secrets

WHY = ("--by", "keeper", "--why", "for a test")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("KHLANG_VAR", str(tmp_path))
    made = settings_.load()
    secrets.ensure(made)
    access.apply(made)
    return made


def say(*words: str) -> str:
    done = CliRunner().invoke(policy, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_an_account_is_opened_told_and_closed(here: Settings) -> None:
    login = "province10.officer"
    password = secrets.trino_password_file(here, login)
    assert str(password) in say("open", login, *WHY)
    assert password.stat().st_mode & 0o777 == 0o600
    assert login in access.passwords_file(here).read_text(encoding="utf-8")
    rules = json.loads(access.rules_file(here).read_text(encoding="utf-8"))["tables"]
    mine = [rule for rule in rules if rule.get("user") == r"province10\.officer"]
    assert {rule["filter"] for rule in mine} == {"province_code = '10'"}
    assert "keeper: for a test" in say("staff")
    assert "No right changes" in say("diff")
    explained = say("explain", login, "demo.welfare_eligibility", "debt_baht")
    assert "masked (NULL is shown)" in explained
    say("close", login, *WHY)
    assert not password.exists()
    assert login not in access.passwords_file(here).read_text(encoding="utf-8")
    assert "province10" not in access.rules_file(here).read_text(encoding="utf-8")


def test_what_opening_and_closing_would_change_is_told(here: Settings) -> None:
    say("open", "mof.officer", *WHY)
    path = access.rules_file(here)
    document = json.loads(path.read_text(encoding="utf-8"))
    for rule in document["tables"]:
        rule.pop("filter", None)
    path.write_text(json.dumps(document), encoding="utf-8")
    assert "mof.officer rows of ops.link_rates: no filter → agency = 'mof'" in say("diff")
