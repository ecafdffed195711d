"""A ninth domain from a fixture: contracts, a code list, a package and a notebook, and no other file changes.

From the simulator through seal, gateway, land, curate, gate and mart to an analyst's query, on real servers, in a copy.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from tests import ninthkit
from tests.stackfixture import installation

from khlang import settings as settings_module
from khlang.settings import Settings
from khlang.stack import lifecycle

#: The first of the long tests starts Trino and sends a month through every hop: minutes each on a busy machine.
pytestmark = pytest.mark.timeout(1800)
MART = "SELECT province_code, loans, borrowing_members FROM library_use ORDER BY province_code"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ninthkit.copied(tmp_path_factory.mktemp("ninth") / "project")


@pytest.fixture(scope="module")
def alone(copy: Path) -> Settings:
    """The copy, without servers."""
    return settings_module.load({**os.environ, "KHLANG_ROOT": str(copy), "KHLANG_VAR": str(copy / "var")})


def test_a_reader_of_the_how_to_finds_it_sound_and_derives_what_follows(alone: Settings) -> None:
    contract = "contracts/culture/library_loans.yaml"
    assert "1 contracts agree." in ninthkit.run(alone, "-m", "khlang", "contract", "lint", contract)
    ninthkit.run(alone, "-m", "khlang", "contract", "docs")
    ninthkit.run(alone, "-m", "khlang.orchestration.index")
    index = json.loads((alone.root / "dags" / "index.json").read_text(encoding="utf-8"))
    assert index["domains"]["culture"]["inputs"] == ["library_loans"]
    assert (alone.root / "docs" / "reference" / "library_loans.md").exists()


def test_it_is_simulated_with_its_truth(alone: Settings) -> None:
    people = ("--people", "300", "--months", "1", "--domains", "culture")
    ninthkit.run(alone, "-m", "khlang", "simulate", *people, "--out", str(alone.outside))
    assert list(alone.outside.glob("agencies/nlt/extracts/library_loans/2026-01/*.csv"))
    truth = pl.read_parquet(alone.truth / "observable" / "library_use" / "2026-01.parquet")
    assert truth["loans"].sum() > 50


def test_no_file_of_the_hops_dags_jobs_or_infra_changed(alone: Settings) -> None:
    expect_untouched(alone)


def expect_untouched(settings: Settings) -> None:
    before, after = ninthkit.prints(ninthkit.ROOT), ninthkit.prints(settings.root)
    assert len(before) > 100
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} == set()


@pytest.fixture(scope="module")
def answered(copy: Path) -> Iterator[Settings]:
    """The copy's stack without Airflow and Spark's server, after a month of the ninth domain went through it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHLANG_ROOT", str(copy))
        with installation() as settings:
            lifecycle.up(settings, only=("minio", "gateway", "trino"), report=lambda *_: None)
            out = str(settings.outside)
            ninthkit.run(
                settings,
                "-m",
                "khlang",
                "simulate",
                "--people",
                "300",
                "--months",
                "1",
                "--domains",
                "culture",
                "--out",
                out,
            )
            ninthkit.run(settings, "-c", ninthkit.OFFICES)
            ninthkit.run(settings, "-c", ninthkit.POOL)
            yield settings


@pytest.mark.soak
def test_the_analyst_gets_what_the_simulator_knows(answered: Settings) -> None:
    told = json.loads(ninthkit.run(answered, "-m", "khlang", "sql", "--format", "json", MART))
    truth = pl.read_parquet(answered.truth / "observable" / "library_use" / "2026-01.parquet")
    wanted = truth.select("province_code", "loans", "borrowing_members").sort("province_code").to_dicts()
    assert told == wanted
    assert sum(row["loans"] for row in told) > 50
    expect_untouched(answered)


@pytest.mark.soak
def test_its_answer_is_told_with_no_small_count(answered: Settings, tmp_path: Path) -> None:
    words = ninthkit.run(answered, "-c", ninthkit.TOLD, str(tmp_path / "culture.png")).split()
    truth = pl.read_parquet(answered.truth / "observable" / "library_use" / "2026-01.parquet")
    assert f"{truth['loans'].sum():,}" in words
    assert "×" in words
    assert not {str(count) for count in range(1, 10)} & set(words)
    assert (tmp_path / "culture.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.soak
def test_its_notebook_runs_as_the_analyst(answered: Settings) -> None:
    assert "2026-01" in ninthkit.run(answered, "-c", ninthkit.NOTEBOOK)
