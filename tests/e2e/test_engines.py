"""jobs/curate.py on the stack of a demo: on its Connect server and under spark-submit, the same file.

The dataset is none of the demo's: no DAG waits for it, and no mart is made of it alone.
"""

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.curatekit import filler, inner
from tests.demofixture import Demo
from tests.stackfixture import environment

from khlang import contracts, lake, store
from khlang.landing import ledger
from khlang.settings import Settings

TABLE = contracts.load()["graduates"]
GRADUATE = {"pid": "somchai", "field_code": "06", "education_level_code": "6", "graduation_year": "2024"}


def accept(settings: Settings, period: str, count: int, *, bad: int = 0) -> None:
    """What land leaves behind: the opened copy and its decision."""
    rows = [*filler(GRADUATE, count, TABLE), *(GRADUATE | {"pid": ""} for _ in range(bad))]
    submission = hashlib.sha256(f"{period}{count}".encode()).hexdigest()[:32]
    sub = lake.Submission(TABLE.agency, TABLE.name, period, submission)
    body = io.BytesIO()
    inner(TABLE, rows).write_parquet(body, compression="zstd", statistics=False)  # else the store's file tells them
    s3 = store.client(settings, "land")
    store.put(s3, lake.LAKE, sub.accepted.removeprefix(f"s3://{lake.LAKE}/") + "/part-0001.parquet", body.getvalue())
    sequence = ledger.claim(s3, sub, None)
    of = {"agency": sub.agency, "dataset": sub.dataset, "period": sub.period, "submission": sub.id}
    decision = {**of, "verdict": "accepted", "rows": len(rows), "sequence": sequence}
    ledger.write_decision(s3, sub, f"landed-{sequence:06d}", decision)


def run(settings: Settings, *command: str, **more: str) -> list[dict[str, object]]:
    job = str(settings.root / "jobs" / "curate.py")
    done = subprocess.run(
        [*command, job, "--dataset", TABLE.name],
        env=environment(settings) | more,
        cwd=settings.root,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    secrets = [path.read_text().strip() for path in settings.secrets.glob("pool.key")]
    assert not [secret for secret in secrets if secret in done.stdout + done.stderr]
    made: list[dict[str, object]] = json.loads(done.stdout.strip().splitlines()[-1])["decisions"]
    return made


@pytest.mark.slow
def test_the_same_job_runs_on_both_engines(demo: Demo) -> None:
    settings = demo.settings
    accept(settings, "2026-01", 120)
    accept(settings, "2026-02", 120, bad=20)
    first = run(settings, sys.executable, SPARK_REMOTE=settings.spark_remote)
    assert [(one["period"], one["verdict"]) for one in first] == [("2026-01", "promoted"), ("2026-02", "refused")]

    accept(settings, "2026-03", 130)
    submit = str(Path(sys.executable).with_name("spark-submit"))
    properties = str(settings.var / "spark" / "server.conf")
    (second,) = run(settings, submit, "--properties-file", properties, PYSPARK_PYTHON=sys.executable)
    assert (second["period"], second["verdict"], second["rows_curated"]) == ("2026-03", "promoted", 130)
    link = second["link"]
    assert isinstance(link, dict)
    assert link["th-cid"] == {"ids": 130, "known": 120, "new": 10}

    keys = list(store.list_keys(store.client(settings, "curate"), lake.LAKE, "curated/graduates_v1/"))
    months = {part for key in keys for part in key.split("/") if part.startswith("period=")}
    assert months == {"period=2026-01", "period=2026-03"}
    staged = store.list_keys(store.client(settings, "curate"), lake.LAKE, "staging/")
    assert [key for key in staged if TABLE.name in key] == []
    decided = ledger.decisions(store.client(settings, "curate"), kind="curated")
    receipts = {one["period"]: one for one in decided if one["dataset"] == TABLE.name}
    assert receipts["2026-02"]["failures"][0]["code"] == "GATE-PID"
    assert (settings.var / "docs" / "gates" / "graduates" / "2026-02-000001.html").exists()
