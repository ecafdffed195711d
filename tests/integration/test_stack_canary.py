"""Canary accounts on a real Trino and ledger: quiet while the rules are in force, an alarm when one is left out."""

import copy
import json
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from tests import policykit, servekit
from tests.stackfixture import environment

from khlang import contracts
from khlang.curation.objects import bucket
from khlang.errors import IntegrityError
from khlang.landing import statement
from khlang.policy import accounts, book, versions
from khlang.policy.request import narrowed
from khlang.projects import proving, scratch, steps
from khlang.projects.policy_cli import policy
from khlang.serve import register
from khlang.settings import Settings
from khlang.stack import access, canarypass, secrets
from khlang.stack.supervisor import fence_command

pytestmark = [pytest.mark.soak, pytest.mark.slow, pytest.mark.timeout(600)]
NAMES = ("welfare_by_amphoe", "welfare_eligibility", "linked_records", "link_rates")
Change = Callable[[dict[str, Any]], None]


def without_masks(rules: dict[str, Any]) -> None:
    for rule in rules["tables"]:
        rule.pop("columns", None)


def without_filters(rules: dict[str, Any]) -> None:
    for rule in rules["tables"]:
        rule.pop("filter", None)


def without_walls(rules: dict[str, Any]) -> None:
    """What is read inside a workspace is read by the same login's password, too."""
    for rule in rules["tables"]:
        rule["user"] = "|".join(dict.fromkeys(str(rule.get("user", ".*")).replace("@workspace", "").split("|")))


def without_rights(rules: dict[str, Any]) -> None:
    rules["tables"] = [rule for rule in rules["tables"] if rule.get("schema") != "poverty"]


CONTROLS: dict[Change, str] = {
    without_masks: "province10.canary demo.welfare_eligibility: was shown masked columns: pid",
    without_filters: "province10.canary demo.welfare_by_amphoe: was given rows beside its filter",
    without_walls: "canary.poverty poverty.welfare_eligibility: was answered, and the policy gives it nothing",
    without_rights: "canary.poverty@workspace poverty.welfare_eligibility: was refused (PERMISSION_DENIED)",
}


@pytest.fixture
def here(stack_parts: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Store, Trino and gateway, an active project, an officer of an agency and one of a province."""
    made = stack_parts("minio", "trino", "gateway")
    monkeypatch.setenv("KHLANG_VAR", str(made.var))
    statement.ensure_key(made)
    known, asked = contracts.load(), policykit.request()
    for one in policykit.events():
        book.add(made, asked.name, lambda _, one=one: one)  # type: ignore[misc]
    items = [item for item in register.served(known) if item.table.name in NAMES]
    items += [register.Served.of_project(asked.name, table) for table in narrowed(asked, known)]
    for item in items:
        servekit.write(made, item.location, item.table)
    register.show(made, items, exists=bucket(made).exists)
    for login in ("mof.officer", "province10.officer"):
        accounts.write(made, "open", login, by="keeper", why="for a test", at=policykit.START)
    access.apply(made, steps.now().date())
    scratch.make(made, asked.name)
    return made


def test_rules_in_force_are_proven_and_one_that_is_left_out_alarms(here: Settings) -> None:
    assert proving.due(here)
    told = CliRunner().invoke(policy, ["canary"], catch_exceptions=False)
    assert "as the policy says" in told.output
    assert "not written yet: demo.bus_punctuality" in told.output
    assert "not asked" not in told.output
    assert not proving.due(here)
    rules = access.rules_file(here)
    held = json.loads(rules.read_text(encoding="utf-8"))
    for change, wanted in CONTROLS.items():
        swapped = copy.deepcopy(held)
        change(swapped)
        secrets.write_private(rules, json.dumps(swapped))
        time.sleep(3)
        said: list[str] = []
        with pytest.raises(IntegrityError) as alarm:
            proving.prove(here, said.append)
        assert alarm.value.code == "POLICY-CANARY"
        assert [line for line in said if line.startswith(wanted)], (change.__name__, said)
        if change in (without_masks, without_filters):  # the event says it, whatever the answer was
            assert [line for line in said if "under no" in line], said
    secrets.write_private(rules, json.dumps(held))
    time.sleep(3)
    proven = proving.prove(here, print)
    assert proven.asked > len(NAMES)
    # As the DAG `policy` does it, behind the fence, where nobody can issue a pass: the watcher gives it from outside.
    (versions.folder(here) / "proven.json").unlink()
    job = [*fence_command(here), str(here.root / ".venv" / "bin" / "python"), str(here.root / "jobs" / "policy.py")]
    done = subprocess.run(job, env=environment(here), cwd=here.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not proving.due(here)
    told = json.loads((versions.folder(here) / "proven.json").read_bytes())
    assert (told["asked"], told["unasked"]) == (proven.asked, [])
    (versions.folder(here) / "proven.json").unlink()
    (here.secrets / canarypass.NAME).unlink()
    alone = subprocess.run(job, env=environment(here), cwd=here.root, capture_output=True, text=True, check=False)
    assert "not proven, for want of a pass: canary.poverty@workspace" in alone.stdout
    assert proving.due(here)


def test_an_event_that_never_comes_alarms(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    proving.prove(here, print)
    monkeypatch.setattr(proving, "PATIENCE_SECONDS", 3.0)
    monkeypatch.setattr(proving, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(proving.ledger, "ENTRIES", "elsewhere/")
    said: list[str] = []
    with pytest.raises(IntegrityError):
        proving.prove(here, said.append)
    assert all(line.endswith("the ledger has no event of that query") for line in said)
