"""``khlang contract test``: a sample through the real seal, open, curate and gate; passed, kept back, refused."""

import csv
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from tests.authoringkit import citizen

from khlang import settings
from khlang.agency.reading import ReadOptions
from khlang.authoring import texts
from khlang.authoring.commands.test import shown
from khlang.authoring.rehearse import Rehearsal, rehearse
from khlang.errors import InputError

HEADERS = ["CID_MOTHER", "CID_CHILD", "วันที่คลอด", "อำเภอที่คลอด", "HCODE", "อายุมารดา", "GRAVIDA", "D_UPDATE"]
Rows = list[list[str]]


def rows(count: int = 60) -> Rows:
    return [
        [
            citizen(n),
            citizen(n + 5000),
            f"{n % 28 + 1:02d}/01/2569",
            "1001",
            "10661",
            str(20 + n % 20),
            "1",
            "31/01/2569",
        ]
        for n in range(1, count + 1)
    ]


def tried(given: Rows, spark: SparkSession, folder: Path, headers: list[str] = HEADERS) -> Rehearsal:
    path = folder / "births.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headers, *given])
    here = settings.load()
    return rehearse(
        texts.of_folder(here.root), "births", path, period="2026-01", options=ReadOptions(), settings=here,
        spark=lambda: spark, tell=print,
    )  # fmt: skip


@pytest.mark.soak
def test_a_good_sample_is_promoted_and_every_rule_has_a_verdict(local_spark: SparkSession, tmp_path: Path) -> None:
    done = tried(rows(), local_spark, tmp_path)
    text = shown(done)
    assert done.promoted, text
    assert (done.rows, done.decision["rows_curated"]) == (60, 60)
    assert {state for _, state, _ in done.judged()} == {"ok"}
    assert len(text.splitlines()) >= len(done.judged()) + 2
    assert citizen(1) not in text


@pytest.mark.soak
def test_a_bad_sample_is_refused_by_the_rule_that_it_breaks(local_spark: SparkSession, tmp_path: Path) -> None:
    given = rows()
    for row in given[:10]:
        row[3] = "9999"
    done = tried(given, local_spark, tmp_path)
    assert not done.promoted
    assert {rule.id for rule, state, _ in done.judged() if state == "critical"} == {"births/GATE-CODE/amphoe_code"}
    assert "REFUSED" in shown(done)


def test_a_sample_without_a_column_is_refused_before_a_session_is_opened(tmp_path: Path) -> None:
    def never() -> SparkSession:
        raise AssertionError("no session is needed to refuse a header")

    path = tmp_path / "births.csv"
    path.write_text(",".join(HEADERS[:-1]) + "\n", encoding="utf-8")
    here = settings.load()
    with pytest.raises(InputError):
        rehearse(
            texts.of_folder(here.root), "births", path, period="2026-01", options=ReadOptions(), settings=here,
            spark=never, tell=print,
        )  # fmt: skip
