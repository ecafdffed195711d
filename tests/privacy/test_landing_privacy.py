"""The pool's door: the gateway cannot look into landing, strange headers reach nothing, nothing personal is told."""

import json
import logging
import re
from typing import Any

import pytest
from tests.landkit import Pool, place, read

from khlang import errors, lake, store
from khlang.landing import headers as headers_


@pytest.mark.attack(
    "reading, listing, overwriting or deleting landing with the gateway's key",
    guard="the store's policies a service",
    control="test_gateway_may_write_new_objects_and_nothing_else",
)
def test_gateway_may_write_new_objects_and_nothing_else(pool: Pool, period: str) -> None:
    made = pool.send(pool.seal(period, seed=1)).manifest
    key = place(made).landing_key(made["parts"][0]["name"])
    gateway = store.client(pool.settings, "gateway")
    with pytest.raises(errors.AccessError) as refused:
        store.get(gateway, lake.LANDING, key)
    assert refused.value.exit_code == 50
    with pytest.raises(errors.AccessError):
        list(store.list_keys(gateway, lake.LANDING, place(made).prefix))
    with pytest.raises(errors.AccessError):
        store.delete_prefix(store.client(pool.settings, "land"), lake.LANDING, place(made).prefix + "/")
    assert store.put_new(gateway, lake.LANDING, key, b"other") is False
    assert store.get(pool.root(), lake.LANDING, key) != b"other"  # the control: its owner can read


def test_land_cannot_write_landing_and_curate_cannot_read_it(pool: Pool, period: str) -> None:
    made = pool.send(pool.seal(period, seed=1)).manifest
    key = place(made).landing_key("manifest.json")
    with pytest.raises(errors.AccessError):
        store.put(pool.hall.s3, lake.LANDING, key, b"x")
    with pytest.raises(errors.AccessError):
        store.get(store.client(pool.settings, "curate"), lake.LANDING, key)


@pytest.mark.attack(
    "the store's open holes from where an agency stands: forged signature, auto-extract, replication and copy headers",
    guard="agencies reach the gateway only, which passes no header on",
    control="test_headers_of_the_store_s_open_holes_are_refused_or_ignored",
)
def test_headers_of_the_store_s_open_holes_are_refused_or_ignored(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    made = read(folder)
    entry = made["parts"][0]
    attack = {
        "X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "X-Amz-Meta-Snowball-Auto-Extract": "true",
        "X-Minio-Source-Replication-Request": "true",
        "X-Amz-Copy-Source": "/landing/mof/x",
    }
    forged = f"AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/s3/aws4_request, Signature={'0' * 64}"
    answer = pool.call("PUT", made, f"/parts/{entry['name']}", content=b"x", headers=attack | {"Authorization": forged})
    assert answer.status_code == 401
    assert pool.web.put(f"/landing/{place(made).prefix}/x", content=b"x", headers=attack).status_code == 404
    data = (folder / entry["name"]).read_bytes()
    headers = attack | {"X-Content-SHA256": entry["sha256"]}
    assert pool.call("PUT", made, f"/parts/{entry['name']}", content=data, headers=headers).status_code == 201
    stored = pool.root().head_object(Bucket=lake.LANDING, Key=place(made).landing_key(entry["name"]))
    assert stored["Metadata"] == {}
    assert headers_.whole(pool.root(), place(made), entry["name"]) == data


def test_no_token_identifier_or_value_is_logged_or_answered(
    pool: Pool, period: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, logger="uvicorn")
    folder = pool.seal(period, seed=1)
    pool.rewrite(folder, lambda frame: frame.with_columns(pid=_literal("9123456789010")))
    made = pool.send(folder).manifest
    decisions = [d for d in pool.land() if d["submission"] == made["submission"]]
    assert decisions[0]["code"] == "PSEUDONYM-FORM"
    answer = pool.call("PUT", made, "/manifest", json={"manifest": "9123456789010", "signature": "x"})
    out = capfd.readouterr()
    told = "".join((caplog.text, out.out, out.err, json.dumps(decisions), answer.text))
    assert "9123456789010" not in told
    assert pool.home.token() not in told
    assert not re.search(r"s1\.e01\.[0-9a-f]{32}", told)


def test_the_journal_and_receipts_hold_no_token(pool: Pool, period: str) -> None:
    pool.send(pool.seal(period, seed=1))
    token = pool.home.token().encode()
    for path in sorted((pool.settings.var / "gateway").rglob("*")):
        assert token not in (path.read_bytes() if path.is_file() else b"")
    for path in sorted(pool.settings.registry.rglob("*.json")):
        assert token not in path.read_bytes()


def _literal(text: str) -> Any:
    import polars as pl

    return pl.lit(text)
