"""The gateway's answers: who may send what, bytes as stated, parts before the manifest, problems in two languages."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from tests.landkit import DATASET, Pool, place, read

from khlang import errors, lake, manifest, signatures, store
from khlang.agency import gateway as client_

AGE = b"age-encryption.org/v1\n-> X25519 x\ny\n--- " + b"A" * 43 + b"\n"  # a header of the right form


def part(pool: Pool, folder: Path, *, body: bytes | None = None, **headers: str) -> Any:
    made = read(folder)
    entry = made["parts"][0]
    data = (folder / entry["name"]).read_bytes() if body is None else body
    given = {"X-Content-SHA256": entry["sha256"]} | headers
    return pool.call("PUT", made, f"/parts/{entry['name']}", content=data, headers=given)


def signed(pool: Pool, folder: Path, **changes: str) -> Any:
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    body = {"manifest": text, "signature": (folder / "manifest.sig").read_text().strip()} | changes
    return pool.call("PUT", read(folder), "/manifest", json=body)


def expect_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["message_th"]
    assert told["message_en"]
    assert told["remedy"]
    return told


def test_parts_then_manifest_then_receipt(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    made = read(folder)
    assert pool.call("GET", made).json()["state"] == "unknown"
    assert part(pool, folder).status_code == 201
    assert part(pool, folder).status_code == 200
    assert pool.call("GET", made).json()["state"] == "partial"
    first = signed(pool, folder)
    assert first.status_code == 201
    assert first.json()["state"] == "received"
    again = signed(pool, folder)
    assert (again.status_code, again.json()) == (200, first.json())
    pool.land()
    state = pool.call("GET", made).json()
    assert (state["state"], state["receipt"]) == ("accepted", first.json())
    assert [d["sequence"] for d in state["decisions"]] == [1]
    names = [key.rsplit("/", 1)[1] for key in store.list_keys(pool.root(), lake.LANDING, place(made).prefix + "/")]
    assert names == ["manifest.json", "manifest.sig", made["parts"][0]["name"]]


def test_manifest_before_its_parts_is_refused_and_not_stored(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    told = expect_problem(signed(pool, folder), 422, "PARTS-MISSING")
    assert read(folder)["parts"][0]["name"] in told["message_th"]
    assert list(store.list_keys(pool.root(), lake.LANDING, place(read(folder)).prefix)) == []


def test_bytes_that_are_not_as_stated(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    expect_problem(part(pool, folder, body=b"cut"), 422, "PART-SHA256")
    assert part(pool, folder).status_code == 201


def test_other_bytes_under_a_name_that_is_taken(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    made = read(folder)
    name = made["parts"][0]["name"]
    assert part(pool, folder).status_code == 201
    other = AGE + b"other"
    journal = hashlib.sha256(other).hexdigest()
    taken = f"part-0001-{journal[:8]}.age"
    pool.call("PUT", made, f"/parts/{taken}", content=other, headers={"X-Content-SHA256": journal})
    assert sorted(pool.call("GET", made).json()["parts"]) == sorted([name, taken])
    expect_problem(
        pool.call("PUT", made, f"/parts/{name}", content=b"other", headers={"X-Content-SHA256": journal}),
        400,
        "REQUEST",
    )


def test_a_part_without_an_age_header_is_refused(pool: Pool, period: str) -> None:
    """Its key could not be destroyed by itself."""
    made = read(pool.seal(period, seed=1))
    digest = hashlib.sha256(b"plain").hexdigest()
    path = f"/parts/part-0001-{digest[:8]}.age"
    expect_problem(
        pool.call("PUT", made, path, content=b"plain", headers={"X-Content-SHA256": digest}), 422, "PART-FORM"
    )


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic eDp5", "Bearer ไทย"])
@pytest.mark.attack(
    "no gateway token, or a wrong one",
    guard="the token's hash in the registry",
    control="test_recipients_and_health",
)
def test_unknown_token(pool: Pool, period: str, header: str) -> None:
    made = read(pool.seal(period, seed=1))
    answer = pool.call("GET", made, headers={"Authorization": header.encode("utf-8")})
    expect_problem(answer, 401, "TOKEN")


@pytest.mark.attack(
    "an agency's token for another agency's dataset",
    guard="the registry's datasets of an agency",
    control="test_recipients_and_health",
)
def test_dataset_of_another_agency(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    made = read(folder) | {"dataset": "vehicles"}
    told = expect_problem(pool.call("PUT", made, "/manifest", json={}), 403, "DATASET")
    assert DATASET in told["remedy"]


def test_manifest_of_another_dataset(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    made = read(folder)
    pool.forge(folder, dataset="vehicles")
    text, signature = ((folder / name).read_text().strip() for name in manifest.file_names(None))
    answer = pool.call("PUT", made, "/manifest", json={"manifest": text, "signature": signature})
    expect_problem(answer, 422, "MANIFEST-PLACE")


@pytest.mark.attack(
    "a submission replayed with another's signature",
    guard="the agency's verify key",
    control="test_a_part_larger_than_allowed",
)
def test_signature_of_another(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    part(pool, folder)
    expect_problem(signed(pool, folder, signature="0" * 128), 422, "SIGNATURE")


def test_manifest_that_is_not_canonical(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    part(pool, folder)
    text = json.dumps(read(folder), indent=1)
    expect_problem(signed(pool, folder, manifest=text), 422, "MANIFEST-CANONICAL")


def test_manifest_with_no_rows(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    text = signatures.canonical(read(folder) | {"rows": 0}).decode()
    told = expect_problem(signed(pool, folder, manifest=text), 422, "MANIFEST-SCHEMA")
    assert "$.rows" in told["message_en"]


@pytest.mark.parametrize(
    ("tail", "body"),
    [("/manifest", b"{"), ("/manifest", b'{"manifest": 1}'), ("/parts/..%2fx", b""), ("/parts/manifest.sig", b"x")],
)
def test_malformed_requests(pool: Pool, period: str, tail: str, body: bytes) -> None:
    answer = pool.call("PUT", read(pool.seal(period, seed=1)), tail, content=body)
    assert answer.status_code in {400, 404}
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text


def test_period_that_is_none(pool: Pool, period: str) -> None:
    made = read(pool.seal(period, seed=1)) | {"period": "2569-13"}
    expect_problem(pool.call("PUT", made, "/manifest", json={}), 422, "PERIOD")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_part_larger_than_allowed(pool: Pool, period: str, monkeypatch: pytest.MonkeyPatch, *, chunked: bool) -> None:
    folder = pool.seal(period, seed=1)
    made = read(folder)
    entry = made["parts"][0]
    data = (folder / entry["name"]).read_bytes()
    headers = {"X-Content-SHA256": entry["sha256"]}
    monkeypatch.setattr("khlang.landing.routes.MAX_PART_BYTES", len(data) - 1)
    body = iter([data]) if chunked else data
    expect_problem(pool.call("PUT", made, f"/parts/{entry['name']}", content=body, headers=headers), 413, "PART-SIZE")
    monkeypatch.setattr("khlang.landing.routes.MAX_PART_BYTES", len(data))
    assert part(pool, folder).status_code == 201


def test_recipients_and_health(pool: Pool) -> None:
    headers = {"Authorization": f"Bearer {pool.home.token()}"}
    assert "2026-01" in pool.web.get("/v1/recipients", headers=headers).json()
    assert pool.web.get("/healthz").json() == {"status": "ok"}
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert pool.web.get(path).status_code == 404


def test_the_agency_s_tool_tells_the_gateway_s_refusal(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    pool.home.path.joinpath("gateway.token").rename(pool.home.path / "kept")
    (pool.home.path / "gateway.token").write_text("wrong\n")
    try:
        with client_.Gateway(pool.home) as gateway, pytest.raises(errors.AccessError) as refused:
            gateway.look(f"{DATASET}/{period}/{read(folder)['submission']}")
    finally:
        pool.home.path.joinpath("kept").rename(pool.home.path / "gateway.token")
    assert (refused.value.code, refused.value.exit_code) == ("TOKEN", 50)
    assert "token" in refused.value.message
