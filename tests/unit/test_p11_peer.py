"""The peer of P11 comes to the very figures of the truth, and its benchmark prints nothing where one differs."""

import importlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from khlang.errors import IntegrityError, SetupError
from khlang.simulate import run as simulation
from khlang.simulate.files import write_parquet

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
Main = Callable[[list[str]], int]


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand people of one month."""
    folder = tmp_path_factory.mktemp("outside")
    start = date.fromisoformat("2026-01-01")
    plan = simulation.Plan(1000, 1, start, 7, folder / "agencies", folder / "truth", ("welfare",))
    simulation.simulate(plan, lambda _: None)
    return folder


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> Main:
    """The benchmark's command."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    command: Main = importlib.import_module("p11_month").main
    return command


def alone(outside: Path, domain: str) -> list[str]:
    return ["--peer-only", "--outside", str(outside), "--domains", domain, "--times", "1"]


def test_every_figure_of_a_month_is_that_of_the_truth(
    outside: Path, main: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(alone(outside, "welfare")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["domains"] == ["welfare"]
    assert (told["marts"], told["left_out"], told["months"]) == (2, [], 1)
    assert told["peer"] > 0


def test_one_wrong_figure_and_nothing_is_printed(outside: Path, main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    file = outside / "truth" / "observable" / "welfare_by_amphoe" / "2026-01.parquet"
    right = pl.read_parquet(file)
    write_parquet(right.with_columns(persons=pl.col("persons") + (pl.int_range(pl.len()) == 0)), file)
    try:
        assert main(alone(outside, "welfare")) == IntegrityError.exit_code
    finally:
        write_parquet(right, file)
    told = capsys.readouterr()
    assert told.out == ""
    assert "welfare_by_amphoe of 2026-01 differs from the truth: 1 rows missing, 1 too many" in told.err


def test_a_folder_without_a_truth_is_refused(tmp_path: Path, main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(alone(tmp_path, "welfare")) == SetupError.exit_code
    assert "no truth" in capsys.readouterr().err
