"""Trino, gateway and ledger together: every query of a day reconciles; a rules file that was swapped is found by it."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from tests import servekit

from khlang import contracts
from khlang.audit import ledger
from khlang.audit import store as audit_store
from khlang.curation.objects import bucket
from khlang.errors import IntegrityError
from khlang.landing import statement
from khlang.projects import keeping
from khlang.serve import client, register, uses
from khlang.serve.audit_cli import audit
from khlang.settings import Settings
from khlang.stack import access, secrets

pytestmark = [pytest.mark.soak, pytest.mark.slow]
NAMES = ("welfare_by_amphoe", "welfare_eligibility", "link_rates", "column_uses")


def events(settings: Settings) -> list[dict[str, Any]]:
    return [json.loads(one)["event"] for one in ledger.entries(audit_store.bucket(settings))]


def ask(settings: Settings, sql: str, user: str = "analyst", schema: str = "demo") -> Any:
    """Ask, and wait until the ledger tells of it."""
    before = len(events(settings))
    with client.connect(settings, user, schema=schema) as connection:
        rows = client.ask(connection, sql).rows
    for _ in range(120):
        if len(events(settings)) > before:
            return rows
        time.sleep(0.5)
    pytest.fail("the ledger does not tell of a query")


@pytest.fixture
def here(stack_parts: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Store, Trino and gateway with a few tables, and an account of an agency's staff."""
    made = stack_parts("minio", "trino", "gateway")
    monkeypatch.setenv("KHLANG_VAR", str(made.var))
    statement.ensure_key(made)
    known = contracts.load()
    items = [item for item in register.served(known) if item.table.name in NAMES]
    for item in items:
        if item.table.name != uses.NAME:
            servekit.write(made, item.location, item.table)
    register.show(made, items, exists=bucket(made).exists)
    keeping.staff(made, "open", "mof.officer", by="keeper.first", why="asks of its own data")
    keeping._await(made, "mof.officer")
    return made


def test_a_day_reconciles_and_a_swapped_rules_file_does_not(here: Settings) -> None:
    ask(here, "SELECT count(*) FROM welfare_by_amphoe")
    ask(here, "SELECT max(debt_baht) FROM welfare_eligibility")
    ask(here, "SELECT count(*) FROM link_rates", "mof.officer", "ops")
    CliRunner().invoke(audit, ["table"], catch_exceptions=False)
    mine = ask(here, "SELECT DISTINCT agency FROM column_uses", "mof.officer", "ops")
    assert mine == (("mof",),)
    everybodys = ask(here, "SELECT DISTINCT agency FROM column_uses", "engineer", "ops")
    assert len(everybodys) > 1
    held = CliRunner().invoke(audit, ["verify"], catch_exceptions=False)
    assert "each as it was written" in held.output
    rules = access.rules_file(here)
    before = rules.read_text(encoding="utf-8")
    swapped = json.loads(before)
    swapped["tables"].insert(0, {"privileges": ["SELECT"]})
    secrets.write_private(rules, json.dumps(swapped))
    time.sleep(3)
    ask(here, "SELECT count(*) FROM lake.demo.welfare_eligibility", "engineer", "ops")
    secrets.write_private(rules, before)
    with pytest.raises(IntegrityError) as refused:
        CliRunner().invoke(audit, ["verify"], catch_exceptions=False)
    assert refused.value.code == "AUDIT-CHAIN"
    assert "1 gaps" in refused.value.message or "2 gaps" in refused.value.message
