"""The gateway's door for Trino's events, and what `khlang audit verify` says of a ledger that was tampered with."""

import json
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.audit_memory import Memory, told

from khlang import settings as settings_
from khlang import signatures
from khlang.audit import event, ledger, requests, store
from khlang.audit.requests import Requests
from khlang.errors import InputError, IntegrityError
from khlang.landing import audit
from khlang.landing.gateway import create_app
from khlang.serve.audit_cli import audit as audit_cli
from khlang.settings import Settings

KEY = Ed25519PrivateKey.generate()
TOKEN = "t" * 48
BODY = {"metadata": {"queryId": "20260105_101500_00001_abcde", "query": "SELECT 1"}, "endTime": "2026-01-05T10:15:00Z"}


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    made = settings_.load({"KHLANG_VAR": str(tmp_path)})
    made.secrets.mkdir()
    (made.secrets / audit.TOKEN).write_text(TOKEN)
    (made.secrets / "minio-gateway.json").write_text('{"access_key": "of nobody", "secret_key": "of nobody"}')
    made.registry.mkdir()
    (made.registry / "receipt.pub").write_text(signatures.public_hex(KEY))
    return made


def post(here: Settings, objects: Memory, body: bytes, token: str = TOKEN) -> tuple[int, dict[str, Any]]:
    app = create_app(here)
    app.state.audit = ledger.Ledger(objects, lambda: KEY)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as web:
            return await web.post(audit.PATH, content=body, headers={"Authorization": f"Bearer {token}"})

    answer = anyio.run(ask)
    return answer.status_code, json.loads(answer.content or b"{}")


def test_an_event_stands_when_it_was_taken_and_once(here: Settings) -> None:
    objects = Memory()
    assert [post(here, objects, json.dumps(BODY).encode())[0] for _ in range(2)] == [200, 200]
    assert len(objects.held) == 1


@pytest.mark.attack(
    "an event written into the ledger with a foreign token",
    guard="a token that only Trino has",
    control="test_an_event_stands_when_it_was_taken_and_once",
)
def test_who_has_not_trinos_token_writes_nothing(here: Settings) -> None:
    objects = Memory()
    status, said = post(here, objects, json.dumps(BODY).encode(), token="x" * 48)
    assert (status, said["code"], objects.held) == (403, "AUDIT-TOKEN", {})


@pytest.mark.parametrize("body", [b"{", b'{"metadata": {}}'])
def test_what_is_no_event_is_refused(here: Settings, body: bytes) -> None:
    status, said = post(here, Memory(), body)
    assert (status, said["code"]) == (422, "AUDIT-EVENT")


def test_an_event_without_end_is_refused(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MOST_BYTES", 100)
    status, said = post(here, Memory(), b"x" * 101)
    assert (status, said["code"]) == (422, "AUDIT-EVENT")
    with pytest.raises(InputError) as refused:
        event.read({})
    assert refused.value.code == "AUDIT-EVENT"


def test_verify_names_the_entry(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = Memory()
    mine = ledger.Ledger(objects, lambda: KEY)
    for number in range(4):
        mine.append(told(number) | {"query": f"20260105_101500_{number:05d}_abcde"})
    monkeypatch.setenv("KHLANG_VAR", str(here.var))
    monkeypatch.setattr(store, "bucket", lambda _: objects)
    held = CliRunner().invoke(audit_cli, ["verify"], catch_exceptions=False)
    assert held.output.startswith("4 entries, each as it was written")
    taken = Requests(requests.path(here))
    for number in range(5):
        taken.note(f"completed-20260105_101500_{number:05d}_abcde")
    taken.close()
    with pytest.raises(IntegrityError, match="0 faults and 1 gaps"):
        CliRunner().invoke(audit_cli, ["verify"], catch_exceptions=False)
    del objects.held[f"{ledger.ENTRIES}{2:012d}.json"]
    with pytest.raises(IntegrityError) as broken:
        CliRunner().invoke(audit_cli, ["verify"], catch_exceptions=False)
    assert (broken.value.code, broken.value.exit_code) == ("AUDIT-CHAIN", 25)
    with pytest.raises(IntegrityError) as holes:
        ledger.Ledger(objects, lambda: KEY).append(told(9))
    assert holes.value.code == "AUDIT-LEDGER"
