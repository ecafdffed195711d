"""Every query of the demo stands in the ledger, without what was pasted into it, and nobody takes one out unseen."""

import json
import subprocess
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.demofixture import Demo
from tests.stackfixture import environment

from khlang import store
from khlang.audit import ledger
from khlang.lake import AUDIT
from khlang.serve import client
from khlang.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
CID = "9100000000016"
PASTED = f"SELECT count(*) AS asked_of_one FROM welfare_eligibility WHERE amphoe_code = '{CID}'"


def khlang(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(settings.root / ".venv" / "bin" / "khlang"), "audit", *arguments]
    return subprocess.run(
        command, env=environment(settings), cwd=settings.root, capture_output=True, text=True, check=False
    )


def mine(settings: Settings) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = json.loads(khlang(settings, "mine", "analyst", "-f", "json").stdout)
    return asked


@pytest.fixture(scope="module")
def asked(demo: Demo) -> Settings:
    """The stack, after an analyst pasted a citizen ID into a query, and when the ledger tells of it."""
    with client.connect(demo.settings, "analyst") as connection:
        assert client.ask(connection, PASTED).rows == ((0,),)
    for _ in range(60):
        if any("asked_of_one" in one["sql"] for one in mine(demo.settings)):
            return demo.settings
        time.sleep(0.5)
    pytest.fail("the ledger does not tell of a query that ended half a minute ago")


def test_the_shape_of_a_query_stands_and_no_identifier(asked: Settings) -> None:
    told = next(one for one in mine(asked) if "asked_of_one" in one["sql"])
    assert (told["state"], told["rows"]) == ("FINISHED", 1)
    assert told["tables"] == "welfare_eligibility welfare_eligibility_v1"  # the view, and what is behind it
    root = store.client(asked, "root")
    bodies = [store.get(root, AUDIT, key) or b"" for key in store.list_keys(root, AUDIT)]
    assert len(bodies) > 20
    assert not [body for body in bodies if CID.encode() in body]
    for secret in asked.secrets.glob("*.password"):
        assert not [body for body in bodies if secret.read_bytes().strip() in body]


def test_an_owner_is_told_who_used_its_columns(asked: Settings) -> None:
    rows = json.loads(khlang(asked, "who", "--agency", "mof", "-f", "json").stdout)
    used = {(row["user"], row["project"], row["dataset"]) for row in rows}
    assert ("analyst", "demo", "welfare_registrants") in used
    assert {row["agency"] for row in rows} == {"mof"}


def test_the_ledger_holds_and_whatever_is_taken_out_is_seen(asked: Settings) -> None:
    held = khlang(asked, "verify")
    assert held.returncode == 0, held.stdout + held.stderr
    root = store.client(asked, "root")
    key = f"{ledger.ENTRIES}{7:012d}.json"
    gone = root.delete_object(Bucket=AUDIT, Key=key)  # of a locked bucket: a marker, the version itself stays
    try:
        broken = khlang(asked, "verify")
        assert broken.returncode == 25
        assert "entry 7" in broken.stdout
        (version,) = root.list_object_versions(Bucket=AUDIT, Prefix=key)["Versions"]
        with pytest.raises(ClientError):
            root.delete_object(Bucket=AUDIT, Key=key, VersionId=version["VersionId"])
    finally:
        root.delete_object(Bucket=AUDIT, Key=key, VersionId=gone["VersionId"], BypassGovernanceRetention=True)
    assert khlang(asked, "verify").returncode == 0


@pytest.mark.attack(
    "deleting entries with the gateway's own key",
    guard="object lock and the store's policy",
    control="test_the_ledger_holds_and_whatever_is_taken_out_is_seen",
)
def test_who_writes_the_ledger_cannot_take_anything_out_of_it(asked: Settings) -> None:
    gateway = store.client(asked, "gateway")
    with pytest.raises(ClientError, match="AccessDenied"):
        gateway.delete_object(Bucket=AUDIT, Key=f"{ledger.ENTRIES}{1:012d}.json")
    for role in ("land", "curate", "trino-read", "trino-loader"):
        with pytest.raises(ClientError, match="AccessDenied"):
            store.client(asked, role).put_object(Bucket=AUDIT, Key=f"{ledger.ENTRIES}x.json", Body=b"{}")
