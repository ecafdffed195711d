"""From a sealed folder through gateway and land to an accepted copy: once, in order, whatever is repeated."""

import io
import json
import os
import subprocess
import sys

import polars as pl
import pytest
from tests.landkit import DATASET, Pool, place, read

from khlang import lake, manifest, store
from khlang.contracts import sealed_columns
from khlang.errors import SequenceError
from khlang.landing import land, ledger, waiting


def accepted_rows(pool: Pool, submission: lake.Submission) -> pl.DataFrame:
    folder = submission.accepted.removeprefix("s3://lake/") + "/"
    parts = [store.get(pool.hall.s3, lake.LAKE, key) for key in store.list_keys(pool.hall.s3, lake.LAKE, folder)]
    return pl.concat(pl.read_parquet(io.BytesIO(part or b"")) for part in parts)


def test_accepted_copy_has_the_rows_without_canaries(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    sent = pool.send(folder)
    (decision,) = pool.land()
    submission = place(sent.manifest)
    rows = accepted_rows(pool, submission)
    assert (decision["verdict"], decision["sequence"], decision["rows"]) == ("accepted", 1, 30)
    assert decision["canary_rows"] == 4
    assert rows.height == 30
    assert tuple(rows.columns) == sealed_columns(pool.hall.contracts[DATASET])
    accepted = waiting.pending_for_curate(pool.hall.s3, DATASET, 100)
    assert [(w.sequence, w.rows) for w in accepted if w.submission == submission] == [(1, 30)]
    assert pool.land() == []


def test_same_submission_twice_is_one(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    first = pool.send(folder)
    again = pool.send(folder)
    assert again.receipt == first.receipt
    assert again.parts_sent == 0
    assert [d["verdict"] for d in pool.land()] == ["accepted"]
    assert pool.send(folder).receipt == first.receipt
    assert pool.land() == []


def test_corrected_month_is_sequence_two(pool: Pool, period: str) -> None:
    for seed in (1, 2):
        pool.send(pool.seal(period, seed=seed))
    assert [d["sequence"] for d in pool.land()] == [1, 2]


def test_months_out_of_order_are_both_accepted_and_curated_in_order(pool: Pool, period: str) -> None:
    later = next(pool.months)
    late = pool.send(pool.seal(later, seed=1)).manifest
    early = pool.send(pool.seal(period, seed=1)).manifest
    assert [(d["period"], d["sequence"]) for d in pool.land()] == [(later, 1), (period, 1)]
    order = [w.submission for w in waiting.pending_for_curate(pool.hall.s3, DATASET, 100)]
    assert order.index(place(early)) < order.index(place(late))


def test_earlier_content_after_a_later_one_needs_supersedes(pool: Pool, period: str) -> None:
    first, second = (pool.seal(period, seed=seed) for seed in (1, 2))
    pool.send(first)
    current = pool.send(second).manifest["submission"]
    pool.land()
    with pytest.raises(SequenceError) as refused:
        pool.send(first)
    assert (refused.value.code, refused.value.exit_code) == ("SEQUENCE", 26)
    assert f"--supersedes {current}" in refused.value.remedy
    assert pool.land() == []
    pool.send(first, supersedes=current)
    pool.send(first, supersedes=current)
    (decision,) = pool.land()
    assert (decision["verdict"], decision["sequence"], decision["supersedes"]) == ("accepted", 3, current)
    assert pool.land() == []
    last = ledger.claims(pool.hall.s3, DATASET, period)[-1]
    assert last.submission == read(first)["submission"]


def test_supersedes_must_name_the_current_one(pool: Pool, period: str) -> None:
    first, second = (pool.seal(period, seed=seed) for seed in (1, 2))
    pool.send(first)
    pool.send(second)
    pool.land()
    with pytest.raises(SequenceError) as refused:
        pool.send(first, supersedes="0" * 32)
    assert refused.value.code == "SEQUENCE"


def test_a_content_returns_over_the_same_one_only_once(pool: Pool, period: str) -> None:
    first, second = (pool.seal(period, seed=seed) for seed in (1, 2))
    one, two = (pool.send(folder).manifest["submission"] for folder in (first, second))
    pool.send(first, supersedes=two)
    pool.send(second, supersedes=one)
    with pytest.raises(SequenceError) as refused:
        pool.send(first, supersedes=two)
    assert refused.value.code == "SEQUENCE-RETURN"
    assert [d["sequence"] for d in pool.land()] == [1, 2, 3, 4]


def test_land_itself_refuses_what_does_not_name_the_current_one(pool: Pool, period: str) -> None:
    """Past the gateway: two returns that were both received before either was decided."""
    first, second = (pool.seal(period, seed=seed) for seed in (1, 2))
    pool.send(first)
    pool.send(second)
    pool.land()
    pool.forge(first, supersedes="0" * 32)
    for name in manifest.file_names("0" * 32):
        store.put(pool.root(), lake.LANDING, place(read(second)).landing_key(name), b"")
        key = place(json.loads((first / "manifest.json").read_bytes())).landing_key(name)
        store.put(pool.root(), lake.LANDING, key, (first / name).read_bytes().strip())
    decisions = {d["submission"]: (d["verdict"], d["code"]) for d in pool.land()}
    assert decisions[read(first)["submission"]] == ("refused", "SEQUENCE")
    assert decisions[read(second)["submission"]] == ("refused", "SIGNATURE")
    assert [c.sequence for c in ledger.claims(pool.hall.s3, DATASET, period)] == [1, 2]
    assert accepted_rows(pool, place(read(first))).height == 30


def test_the_same_content_can_be_mended_after_a_refusal(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    contract = read(folder)["contract"]
    pool.forge(folder, contract=contract | {"version": "9.9.9"})
    pool.send(folder)
    assert [d["code"] for d in pool.land()] == ["CONTRACT-VERSION"]
    pool.forge(folder, contract=contract)
    sent = pool.send(folder)
    (decision,) = pool.land()
    assert (decision["verdict"], decision["sequence"], decision["manifest"]) == ("accepted", 1, "manifest-retry-02")
    assert pool.call("GET", sent.manifest).json()["state"] == "accepted"
    assert pool.send(folder).receipt == sent.receipt
    assert pool.land() == []


def test_state_tells_the_last_hop(pool: Pool, period: str) -> None:
    made = pool.send(pool.seal(period, seed=1)).manifest
    pool.land()
    curate = store.client(pool.settings, "curate")
    ledger.write_decision(curate, place(made), "curated-000001-100", {"verdict": "promoted"})
    assert pool.call("GET", made).json()["state"] == "promoted"


def test_killed_between_claim_and_decision_takes_the_same_sequence(pool: Pool, period: str) -> None:
    made = pool.send(pool.seal(period, seed=1)).manifest
    assert ledger.claim(pool.hall.s3, place(made), None) == 1
    (decision,) = pool.land()
    assert decision["sequence"] == 1
    assert [c.sequence for c in ledger.claims(pool.hall.s3, DATASET, period)] == [1]


def test_two_lands_at_once_decide_once(pool: Pool, period: str) -> None:
    pool.send(pool.seal(period, seed=1))
    (request,) = waiting.pending_for_land(pool.hall.s3)
    one = land.decide(pool.hall, request)
    two = land.decide(pool.hall, request)
    assert (one["sequence"], two["sequence"]) == (1, 1)
    assert [c.sequence for c in ledger.claims(pool.hall.s3, DATASET, period)] == [1]


def test_promoted_contents_are_the_period_s_inputs(pool: Pool, period: str) -> None:
    for seed in (1, 2):
        pool.send(pool.seal(period, seed=seed))
    one, two = (d["submission"] for d in pool.land())
    curate = store.client(pool.settings, "curate")
    spots = [lake.Submission("mof", DATASET, period, name) for name in (one, two)]
    ledger.write_decision(curate, spots[0], "curated-000001-100", {"verdict": "promoted"})
    ledger.write_decision(curate, spots[1], "curated-000002-100", {"verdict": "refused"})
    assert waiting.period_inputs(curate, period) == {DATASET: {"submission": one, "sequence": 1, "revision": 100}}
    mine = [w.sequence for w in waiting.pending_for_curate(curate, DATASET, 100) if w.submission.period == period]
    assert mine == []
    anew = [w.sequence for w in waiting.pending_for_curate(curate, DATASET, 101) if w.submission.period == period]
    assert anew == [1, 2]
    ledger.write_decision(curate, spots[1], "curated-000002-101", {"verdict": "promoted"})
    again = [w.sequence for w in waiting.pending_for_curate(curate, DATASET, 102) if w.submission.period == period]
    assert again == [2]


def test_the_job_lists_and_decides(pool: Pool, period: str) -> None:
    pool.send(pool.seal(period, seed=1))
    environment = os.environ | {"KHLANG_VAR": str(pool.settings.var), "KHLANG_ROOT": str(pool.settings.root)}

    def job(*arguments: str) -> dict[str, object]:
        command = [sys.executable, str(pool.settings.root / "jobs" / "land.py"), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
        document: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        return document

    assert job("--list") == {"batches": [{"dataset": DATASET, "pending": 1}]}
    decisions = job("--batch", json.dumps({"dataset": DATASET, "pending": 1}))["decisions"]
    assert isinstance(decisions, list)
    assert [d["verdict"] for d in decisions] == ["accepted"]
    assert job("--list") == {"batches": []}
