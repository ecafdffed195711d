"""The gateway and the store are stopped in the middle; what was acknowledged is there, what was not is sent again."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests import landkit, minio_fixture
from tests.landkit import DATASET, Pool, place, read

from khlang import errors, lake, store
from khlang.agency import gateway as client_
from khlang.agency import sending
from khlang.landing import land, ledger, registry, waiting
from khlang.settings import Settings
from khlang.stack import tls


@pytest.fixture
def lonely(tmp_path: Path, minio: Settings) -> Settings:
    """A second pool on the same store, so that its gateway can be killed; months of its own."""
    del minio
    return minio_fixture.new_settings(tmp_path / "var")


def start_gateway(settings: Settings, log: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"KHLANG_VAR": str(settings.var), "KHLANG_ROOT": str(settings.root)}
    command = [sys.executable, "-m", "khlang.landing.gateway"]
    with log.open("ab") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
    minio_fixture.wait_for_port(settings.port("GATEWAY"), process)
    return process


def test_gateway_killed_between_part_and_manifest(lonely: Settings, tmp_path: Path) -> None:
    with minio_fixture.running(lonely):
        minio_fixture.provisioned(lonely)
        tls.ensure(lonely)
        home, _ = landkit.found(lonely)
        pool = Pool(lonely, home, None, land.hall(lonely), iter(()))  # type: ignore[arg-type]
        folder = pool.seal("2026-01", seed=1, rows=50)
        made = read(folder)
        entry, prefix = made["parts"][0], f"{DATASET}/2026-01/{made['submission']}"
        process = start_gateway(lonely, tmp_path / "log")
        with client_.Gateway(home) as gateway:
            gateway.put_part(prefix, folder / entry["name"], entry["sha256"])
        process.kill()
        process.wait(10)
        with client_.Gateway(home, sleep=lambda _: None) as gateway, pytest.raises(errors.ServiceError) as down:
            gateway.look(prefix)
        assert down.value.exit_code == 12
        assert waiting.pending_for_land(pool.hall.s3) == []
        process = start_gateway(lonely, tmp_path / "log")
        try:
            with client_.Gateway(home) as gateway:
                sent = sending.send(home, folder, gateway=gateway)
            assert sent.parts_sent == 0
            assert [d["verdict"] for d in pool.land()] == ["accepted"]
        finally:
            process.terminate()
            process.wait(20)
        told = (tmp_path / "log").read_text(encoding="utf-8")
        assert home.token() not in told
        assert "Traceback" not in told


def test_written_but_not_noted_is_known_again(pool: Pool, period: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the store took a part and before the journal said so."""
    from khlang.landing.journal import Journal

    folder = pool.seal(period, seed=1)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "stored", _dies)
        answer = _put(pool, folder)
        assert answer.status_code == 503
    assert store.exists(pool.root(), lake.LANDING, place(read(folder)).landing_key(read(folder)["parts"][0]["name"]))
    assert _put(pool, folder).status_code == 200
    pool.send(folder)
    assert [d["verdict"] for d in pool.land()] == ["accepted"]


def test_killed_between_manifest_and_signature(pool: Pool, period: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from khlang.landing.desk import Desk

    folder = pool.seal(period, seed=1)
    _put(pool, folder)
    write = Desk._write

    def dies_at_signature(desk: Desk, key: str, *rest: Any, **named: Any) -> bool:
        if key.endswith(".sig"):
            raise errors.ServiceError("stopped here")
        return write(desk, key, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Desk, "_write", dies_at_signature)
        text, signature = ((folder / name).read_text().strip() for name in ("manifest.json", "manifest.sig"))
        answer = pool.call("PUT", read(folder), "/manifest", json={"manifest": text, "signature": signature})
        assert answer.status_code == 503
    assert [r for r in waiting.pending_for_land(pool.hall.s3) if r.submission.period == period] == []
    pool.send(folder)
    assert [d["verdict"] for d in pool.land()] == ["accepted"]


@pytest.mark.parametrize("step", ["claim", "write_decision"])
def test_land_killed_between_steps(pool: Pool, period: str, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pool.send(pool.seal(period, seed=1))
    with monkeypatch.context() as patch:
        patch.setattr(ledger, step, _dies)
        with pytest.raises(errors.ServiceError):
            pool.land()
    (decision,) = pool.land()
    assert (decision["verdict"], decision["sequence"]) == ("accepted", 1)
    assert [c.sequence for c in ledger.claims(pool.hall.s3, DATASET, period)] == [1]


def test_store_down_decides_nothing(lonely: Settings) -> None:
    with minio_fixture.running(lonely):
        minio_fixture.provisioned(lonely)
        tls.ensure(lonely)
        landkit.found(lonely)
        hall = land.hall(lonely)
        assert registry.agencies(lonely)["mof"].datasets == (DATASET,)
    with pytest.raises(errors.ServiceError) as down:
        land.batches(hall)
    assert down.value.exit_code == 12
    assert "khlang stack status" in down.value.remedy


def test_lost_acknowledgement_is_told_from_a_competitor(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import ConnectionClosedError

    s3 = store.client(pool.settings, "land")
    put_object = s3.put_object

    def lost(**given: Any) -> Any:
        put_object(**given)
        raise ConnectionClosedError(endpoint_url="x")

    monkeypatch.setattr(s3, "put_object", lost)
    assert store.put_new(s3, lake.RECEIPTS, "_test/lost", b"mine") is True
    monkeypatch.setattr(s3, "put_object", _unreachable)
    with pytest.raises(errors.ServiceError):
        store.put_new(s3, lake.RECEIPTS, "_test/lost", b"another")
    monkeypatch.setattr(s3, "put_object", put_object)
    assert store.put_new(s3, lake.RECEIPTS, "_test/lost", b"another") is False
    assert store.get(s3, lake.RECEIPTS, "_test/lost") == b"mine"


def _put(pool: Pool, folder: Path) -> Any:
    entry = read(folder)["parts"][0]
    data = (folder / entry["name"]).read_bytes()
    headers = {"X-Content-SHA256": entry["sha256"]}
    return pool.call("PUT", read(folder), f"/parts/{entry['name']}", content=data, headers=headers)


def _dies(*_: Any, **__: Any) -> Any:
    raise errors.ServiceError("stopped here")


def _unreachable(**_: Any) -> Any:
    from botocore.exceptions import EndpointConnectionError

    raise EndpointConnectionError(endpoint_url="x")
