"""Refusals of gateway, stick and land that no ordinary month meets: each is made to happen, and keeps nothing."""

import hashlib
import itertools
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.test_landing_refuse import expect_refused
from tests.landkit import Pool, place, read
from tests.refusalkit import expect_raised

from khlang import lake, receipt, signatures, store
from khlang.agency import exporting
from khlang.landing import offline

AGE = b"age-encryption.org/v1\n-> X25519 x\ny\n--- " + b"A" * 43 + b"\n"  # a header of the right form


def test_an_agency_that_was_struck_off_while_its_submission_waited(pool: Pool, period: str) -> None:
    pool.send(pool.seal(period, seed=1))
    entry = pool.settings.registry / "agencies" / "mof.json"
    entry.rename(entry.with_suffix(".away"))
    try:
        (decision,) = pool.land()
    finally:
        entry.with_suffix(".away").rename(entry)
    assert (decision["verdict"], decision["code"]) == ("refused", "AGENCY")
    assert "ทะเบียน" in decision["message_th"]


def test_a_part_with_other_content_than_the_manifest_says(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    (part,) = read(folder)["parts"]
    pool.forge(folder, parts=[part | {"inner_sha256": "0" * 64}])
    assert part["name"] in expect_refused(pool, folder, "PART-INNER")["message_th"]


def test_a_part_that_is_gone_from_the_store(pool: Pool, period: str) -> None:
    made = pool.send(pool.seal(period, seed=1)).manifest
    name = made["parts"][0]["name"]
    pool.root().delete_object(Bucket=lake.LANDING, Key=place(made).landing_key(name))
    (decision,) = pool.land()
    assert (decision["verdict"], decision["code"]) == ("refused", "PART-MISSING")
    assert name in decision["message_en"]


def same_name() -> tuple[bytes, bytes]:
    """Two bodies whose SHA-256 begin with the same eight digits: a part's name carries no more of it."""
    seen: dict[str, bytes] = {}
    for number in itertools.count():
        body = AGE + str(number).encode()
        begins = hashlib.sha256(body).hexdigest()[:8]
        if begins in seen:
            return seen[begins], body
        seen[begins] = body
    raise AssertionError


def test_other_bytes_under_a_name_that_begins_alike(pool: Pool, period: str) -> None:
    made = read(pool.seal(period, seed=1))
    answers = []
    for body in same_name():
        stated = hashlib.sha256(body).hexdigest()
        path = f"/parts/part-0001-{stated[:8]}.age"
        answers.append(pool.call("PUT", made, path, content=body, headers={"X-Content-SHA256": stated}))
    assert [answer.status_code for answer in answers] == [201, 409]
    told = answers[1].json()
    assert told["code"] == "PART-CONFLICT"
    assert all(told[name] for name in ("message_th", "message_en", "remedy"))


def test_a_receipt_of_what_never_came(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    made = read(folder)
    asked = receipt.withdrawal(place(made).named, "ผิดงวด")
    body = {"request": asked.decode(), "signature": signatures.sign(asked, pool.home.signing_key())}
    for answer in (pool.call("GET", made, "/receipt"), pool.call("PUT", made, "/withdrawal", json=body)):
        assert (answer.status_code, answer.json()["code"]) == (404, "RECEIPT-NONE")
    assert list(store.list_keys(pool.root(), lake.RECEIPTS, place(made).prefix)) == []


def cut_manifest(stick: Path) -> None:
    (stick / "manifest.json").write_bytes(b"\xff\xfe")


def no_part(stick: Path) -> None:
    next(stick.glob("*.age")).unlink()


def no_manifest(stick: Path) -> None:
    (stick / "manifest.json").unlink()


STICKS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a part is missing": (no_part, "is missing"),
    "the manifest is missing": (no_manifest, "manifest.json is missing"),
    "the manifest is no text": (cut_manifest, "manifest.json is no text"),
}


@pytest.mark.parametrize("case", STICKS)
def test_a_stick_that_is_not_whole(pool: Pool, period: str, tmp_path: Path, case: str) -> None:
    damage, says = STICKS[case]
    folder = pool.seal(period, seed=1)
    stick = exporting.export(pool.home, folder, tmp_path)
    damage(stick)
    expect_raised(lambda: offline.take(pool.settings, stick), code="IMPORT-FILE", exit_code=20, says=says)
    assert list(store.list_keys(pool.root(), lake.LANDING, place(read(folder)).prefix)) == []


def test_a_stick_whose_part_is_larger_than_any(
    pool: Pool, period: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = exporting.export(pool.home, pool.seal(period, seed=1), tmp_path, as_zip=True)
    monkeypatch.setattr(offline, "MAX_PART_BYTES", 5000)
    expect_raised(lambda: offline.take(pool.settings, stick), code="IMPORT-FILE", exit_code=20, says="too large")


def test_a_zip_that_is_none_and_a_stick_of_something_else(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "khlang-x.zip").write_bytes(b"PK no zip")
    zip_ = tmp_path / "khlang-x.zip"
    expect_raised(lambda: offline.take(pool.settings, zip_), code="IMPORT-FILE", exit_code=20, says="is no zip")
    expect_raised(lambda: offline.take(pool.settings, tmp_path), code="IMPORT-NONE", exit_code=20, says=tmp_path.name)
    with zipfile.ZipFile(zip_, "w") as made:
        made.writestr("../manifest.sig", "0" * 128)
    expect_raised(lambda: offline.take(pool.settings, zip_), code="IMPORT-FILE", exit_code=20, says="manifest.json")
