"""The pool's key is in no plan, no closure, no log and no table; a pseudonym of 128 bits stands in the spine only."""

import logging
from pathlib import Path

import pytest
from pyspark import cloudpickle
from pyspark.sql import SparkSession
from tests.curatekit import accept, as_spark, filler, inner, sealed

from khlang import contracts, pseudonym
from khlang.curation import objects, rekey, staging
from khlang.curation.rekey import Pool
from khlang.curation.run import Curator

TABLE = contracts.load()["vehicles"]
CAR = {"vehicle_id": "plate", "pid": "somchai", "vehicle_type_code": "RY1", "first_registered_on": "05/03/2560"}


def secrets_of(pool_key: Pool) -> list[str]:
    """The key as stored and as derived, in the forms it could appear."""
    stored = Path(pool_key.key_file).read_text(encoding="ascii").strip()
    return [stored, stored.upper(), pool_key.derived(), repr(bytes.fromhex(stored))[2:-1]]


def test_the_function_that_travels_to_the_workers_holds_no_key(pool_key: Pool) -> None:
    shipped = cloudpickle.dumps(rekey.batch_function(("pid",), ("province_code",), pool_key))
    stored = Path(pool_key.key_file).read_text(encoding="ascii").strip()
    for secret in (stored.encode(), bytes.fromhex(stored), pool_key.derived().encode()):
        assert secret not in shipped
    assert pool_key.key_file.encode() in shipped  # what it holds instead


def test_a_key_in_the_closure_would_be_found_by_that_test(pool_key: Pool) -> None:
    key = pool_key.derived()
    assert key.encode() in cloudpickle.dumps(lambda batches: (key, batches))


def test_no_plan_holds_the_key(local_spark: SparkSession, pool_key: Pool, tmp_path: Path) -> None:
    frame = as_spark(inner(TABLE, filler(CAR, 3, TABLE)), local_spark, tmp_path)
    staged = staging.stage(frame, TABLE, period="2026-01", pool=pool_key)
    query = staged._jdf.queryExecution()
    codegen = query.debug().codegenToSeq().toString()
    plans = [query.toString(), query.logical().toJSON(), query.executedPlan().toJSON(), codegen]
    for plan in plans:
        assert not [secret for secret in secrets_of(pool_key) if secret in plan]
    assert "MapInArrow" in plans[0]


def test_no_log_line_holds_a_key_or_a_pseudonym(
    curator: Curator, folder_lake: objects.Lake, pool_key: Pool, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    decision = curator.one(accept(folder_lake, inner(TABLE, filler(CAR, 101, TABLE)), table=TABLE), TABLE)
    out, err = capfd.readouterr()
    told = f"{out}{err}{caplog.text}{decision!r}"
    assert not [secret for secret in secrets_of(pool_key) if secret in told]
    assert sealed("filler somchai-1") not in told
    assert "p1.e01." not in told


def test_only_the_spine_holds_the_128_bits(curator: Curator, folder_lake: objects.Lake, pool_key: Pool) -> None:
    rows = [*filler(CAR, 101, TABLE), CAR | {"vehicle_id": ""}]
    curator.one(accept(folder_lake, inner(TABLE, rows), table=TABLE), TABLE)
    p = pseudonym.pool_pseudonym(sealed("filler somchai-1"), key=pool_key.derived(), epoch="e01")
    found = {
        layer: [path for path in (Path(folder_lake.root) / layer).rglob("*.parquet") if holds(path, p)]
        for layer in ("curated", "quarantine", "spine", "staging")
    }
    assert [layer for layer, paths in found.items() if paths] == ["spine"]


def holds(path: Path, p: str) -> bool:
    import polars as pl

    frame = pl.read_parquet(path, hive_partitioning=False)
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    return any(frame[name].eq(p).any() for name in texts)


def test_a_missing_key_is_said_by_name_only(tmp_path: Path) -> None:
    (tmp_path / "pool.key").write_text("not hex, and not to be shown")
    for path in (tmp_path / "pool.key", tmp_path / "none"):
        with pytest.raises(Exception, match=r"pool's key is missing or unreadable") as refused:
            Pool(str(path)).derived()
        assert getattr(refused.value, "exit_code", 0) == 10
        assert "not to be shown" not in str(refused.value)
