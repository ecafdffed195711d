"""What the pool says of a submission, signed: kept by send, asked for again, verified offline, on a stick and back."""

import json
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from tests.landkit import DATASET, Pool, place, read

from khlang import errors, lake, receipt, signatures, store
from khlang.agency import exporting, receipts, sending
from khlang.agency import gateway as client_
from khlang.agency.cli import agency
from khlang.landing import headers, ledger, offline, waiting


def run(pool: Pool, *arguments: str) -> Result:
    given = [*arguments, "--home", str(pool.home.path)]
    return CliRunner().invoke(agency, given, catch_exceptions=False)


def bare(folder: Path) -> dict[str, Any]:
    signed: dict[str, Any] = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    return signed


def test_send_keeps_a_receipt_that_verifies_offline(pool: Pool, period: str, tmp_path: Path) -> None:
    folder = pool.seal(period, seed=1)
    sent = pool.send(folder)
    said = receipts.verified(pool.home, bare(folder))
    assert (said["state"], said["received"]["receipt_id"]) == ("received", sent.receipt["receipt_id"])
    assert said["received"]["at"].endswith("+00:00")
    copy = tmp_path / "r.json"
    copy.write_text((folder / "receipt.json").read_text())
    assert json.loads(run(pool, "receipt", "--verify", str(copy), "--format", "json").stdout)["signature_verified"]


@pytest.mark.parametrize("how", ["state", "signature", "key"])
def test_an_altered_receipt_is_refused(pool: Pool, period: str, how: str) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    folder = pool.seal(period, seed=1)
    pool.send(folder)
    signed = bare(folder)
    if how == "state":
        signed["receipt"] = signed["receipt"].replace('"state":"received"', '"state":"promoted"')
    elif how == "signature":
        signed["signature"] = "0" * 128
    else:
        signed = receipt.sign(signed["receipt"].encode(), Ed25519PrivateKey.generate())
    with pytest.raises(errors.SignatureError):
        receipts.verified(pool.home, signed)


def test_a_refusal_is_told_with_column_rule_count_and_the_office_s_own_rows(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    made = pool.send(folder).manifest
    pool.land()
    rowmap = pl.read_parquet(pool.home.rowmap(DATASET, period, made["submission"]))
    own = rowmap.drop_nulls("source_row")["row_number"].head(2).to_list()  # canaries come from no row of the office
    finding = {"rule_id": "x", "code": "GATE-NULL", "column": "debt_baht", "count": 3, "share": 0.1, "limit": 0.05,
               "severity": "critical", "message_th": "ว่างเกิน", "message_en": "too many nulls",
               "rows": own}  # fmt: skip
    decision = {"verdict": "refused", "failures": [finding], "rejects": [], "metrics": {"secret": 1}, "rows_in": 30}
    ledger.write_decision(store.client(pool.settings, "curate"), place(made), "curated-000001-100", decision)
    thai = run(pool, "receipt", made["submission"][:10], "--lang", "th").output
    assert all(told in thai for told in ("ไม่รับ", "GATE-NULL", "ว่างเกิน", "สิ่งที่ต้องทำ"))
    page = run(pool, "receipt", made["submission"][:10], "--lang", "en", "--format", "html", "--offline").output
    assert page.startswith('<!doctype html><html lang="en">')
    assert "debt_baht" in page
    assert f"{period}-1.csv row " in page  # the row map is here; the pool knows sealed row numbers only
    assert "secret" not in json.dumps(sending.kept(pool.home, folder))
    lines = json.loads(run(pool, "status", "--json").stdout)
    assert [line["state"] for line in lines if line["submission"] == made["submission"]] == ["refused"]
    shown = run(pool, "status", "--lang", "th").output
    assert "ไม่รับ" in shown


def test_a_receipt_of_another_submission_is_not_kept(pool: Pool, period: str) -> None:
    one, two = (pool.seal(period, seed=seed) for seed in (1, 2))
    pool.send(one)
    with pytest.raises(errors.IntegrityError) as refused:
        sending.keep_receipt(pool.home, two, bare(one))
    assert refused.value.code == "RECEIPT-OTHER"


@pytest.mark.parametrize("as_zip", [False, True])
def test_the_stick_brings_the_same_objects_and_a_receipt_back(
    pool: Pool, period: str, tmp_path: Path, *, as_zip: bool
) -> None:
    folder = pool.seal(period, seed=1)
    written = exporting.export(pool.home, folder, tmp_path / "stick", as_zip=as_zip)
    assert zipfile.is_zipfile(written) is as_zip
    (taken,) = offline.take(pool.settings, tmp_path / "stick")
    assert taken.state == "received"
    assert [(d["verdict"], d["submission"]) for d in pool.land()] == [("accepted", taken.place.id)]
    (again,) = offline.take(pool.settings, written)
    assert again.state == "accepted"
    shown = run(pool, "receipt", "--import", str(tmp_path / "stick"), "--lang", "en").output
    assert "verified, waits for the gate" in shown
    kept = sending.kept(pool.home, folder)
    assert kept is not None
    assert kept["state"] == "accepted"
    assert pool.send(folder).parts_sent == 0  # sent by the gateway too, it is the same submission
    assert pool.land() == []


def test_a_stick_is_held_against_the_gateway_s_own_checks(pool: Pool, period: str, tmp_path: Path) -> None:
    folder = pool.seal(period, seed=1)
    written = exporting.export(pool.home, folder, tmp_path)
    part = next(written.glob("*.age"))
    sent = part.read_bytes()
    part.write_bytes(sent[:-1] + bytes([sent[-1] ^ 1]))
    with pytest.raises(errors.IntegrityError) as altered:
        offline.take(pool.settings, written)
    assert altered.value.code == "PART-SHA256"
    part.unlink()
    with pytest.raises(errors.InputError, match="missing"):
        offline.take(pool.settings, written)
    (written / "manifest.sig").write_text("0" * 128)
    with pytest.raises(errors.SignatureError):
        offline.take(pool.settings, written)
    assert list(store.list_keys(pool.root(), lake.LANDING, place(read(folder)).prefix)) == []


def test_withdrawn_its_key_is_gone_and_what_came_before_counts_again(pool: Pool, period: str) -> None:
    first, second = (pool.seal(period, seed=seed) for seed in (1, 2))
    one, two = (place(pool.send(folder).manifest) for folder in (first, second))
    pool.land()
    out = run(pool, "withdraw", two.id, "--reason", "wrong month", "--yes", "--lang", "en").output
    assert "withdrawn" in out
    accepted = waiting.pending_for_curate(store.client(pool.settings, "curate"), DATASET, 100)
    assert [w.submission for w in accepted if w.submission.period == period] == [one]  # at once, before land runs
    again, withdrawn = pool.land()
    assert (again["submission"], again["code"], again["sequence"]) == (one.id, "RESTORED", 3)
    assert (withdrawn["verdict"], withdrawn["restored"]) == ("withdrawn", one.id)
    assert "welfare_eligibility" in withdrawn["marts"]
    assert list(store.list_keys(pool.root(), lake.HEADERS, two.prefix + "/")) == []
    assert list(store.list_keys(pool.root(), lake.LAKE, two.accepted.removeprefix("s3://lake/") + "/")) == []
    part = read(second)["parts"][0]
    with pytest.raises(errors.IntegrityError) as gone:
        headers.whole(pool.root(), two, part["name"])
    assert gone.value.code == "PART-KEY"
    accepted = waiting.pending_for_curate(store.client(pool.settings, "curate"), DATASET, 100)
    assert [(w.submission, w.sequence) for w in accepted if w.submission.period == period] == [(one, 1), (one, 3)]
    assert pool.land() == []
    page = run(pool, "receipt", two.id, "--lang", "th").output
    assert "กุญแจของไฟล์ส่วนทุกไฟล์" in page
    assert "สิ่งที่ยังอยู่" in page
    with pytest.raises(errors.SequenceError) as refused:
        pool.send(second)
    assert refused.value.code == "WITHDRAWN"


def test_what_lies_in_landing_opens_with_nobody_s_identity_once_its_key_is_gone(pool: Pool, period: str) -> None:
    """With the positive control: header and body open with the month's identity; the body alone does not."""
    import pyrage

    folder = pool.seal(period, seed=1)
    sub = place(pool.send(folder).manifest)
    key = sub.landing_key(read(folder)["parts"][0]["name"])
    secret = (pool.settings.secrets / "month" / f"{period}.identity").read_text().strip()
    identity = [pyrage.x25519.Identity.from_str(secret)]
    header, body = (store.get(pool.root(), bucket, key) or b"" for bucket in (lake.HEADERS, lake.LANDING))
    assert pyrage.decrypt(header + body, identity)[:4] == b"PAR1"
    other = pyrage.encrypt(b"", [identity[0].to_public()])
    forged = other[: other.index(b"\n", other.index(b"\n--- ") + 1) + 1]
    for attempt in (body, forged + body):
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(attempt, identity)


def test_withdrawn_with_nothing_before_it_empties_the_period(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    sub = place(pool.send(folder).manifest)
    pool.land()
    with client_.Gateway(pool.home) as gateway:
        asked = receipt.withdrawal(
            {"agency": "mof", "dataset": DATASET, "period": period, "submission": sub.id}, "ผิดงวด"
        )

        signature = signatures.sign(asked, pool.home.signing_key())
        prefix = f"{DATASET}/{period}/{sub.id}"
        assert gateway.withdraw(prefix, asked, signature) == gateway.withdraw(prefix, asked, signature)
        with pytest.raises(errors.SignatureError):
            gateway.withdraw(prefix, asked, "0" * 128)
    (withdrawn,) = pool.land()
    assert (withdrawn["verdict"], withdrawn["sequence"]) == ("withdrawn", 2)
    accepted = waiting.pending_for_curate(store.client(pool.settings, "curate"), DATASET, 100)
    mine = [(w.sequence, w.rows, w.withdrawn) for w in accepted if w.submission == sub]
    assert mine == [(2, 0, True)]


def test_withdrawal_before_land_and_a_crash_in_the_middle(
    pool: Pool, period: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (pool.seal(period, seed=seed) for seed in (1, 2))
    pool.send(first)
    pool.land()
    sub = place(pool.send(second).manifest)
    run(pool, "withdraw", sub.id, "--reason", "x", "--yes")
    (alone,) = pool.land()  # never landed: nothing else changes
    assert (alone["verdict"], alone["restored"]) == ("withdrawn", None)
    third = place(pool.send(pool.seal(period, seed=3)).manifest)
    pool.land()
    run(pool, "withdraw", third.id, "--reason", "x", "--yes")
    with monkeypatch.context() as patch:
        patch.setattr("khlang.landing.withdrawal._again", _dies)
        with pytest.raises(errors.ServiceError):
            pool.land()
    again, withdrawn = pool.land()
    assert (again["code"], withdrawn["verdict"]) == ("RESTORED", "withdrawn")
    assert [c.sequence for c in ledger.claims(pool.hall.s3, DATASET, period)] == [1, 2, 3]


def _dies(*_: Any, **__: Any) -> Any:
    raise errors.ServiceError("stopped here")
