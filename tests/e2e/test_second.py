"""The second route on the real servers: a demo whose extracts have names links who has no usable citizen ID."""

import subprocess
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from tests.demofixture import Demo, run_demo
from tests.stackfixture import environment, installation

from khlang import store
from khlang.lake import HEADERS
from khlang.serve import client
from khlang.settings import Settings

pytestmark = [pytest.mark.soak, pytest.mark.slow, pytest.mark.timeout(1800)]
DATASET, REGISTER = "welfare_registrants", "house_registry"
#: The question of docs/how-to/second-route.md, of the demo's dataset.
ASKED = f"SELECT period, route, weight_from, records FROM ops.link_weights WHERE dataset = '{DATASET}'"


@pytest.fixture(scope="module")
def linked() -> Iterator[Demo]:
    """A demo of the second route in an installation of its own: where one without names was, it is refused."""
    with installation() as settings:
        yield run_demo(settings, "--second", people=8000)


def lost(settings: Settings) -> pl.DataFrame:
    """Rows without a usable citizen ID, by period, as the simulator wrote them."""
    files = sorted((settings.truth / "second" / DATASET).glob("*.parquet"))
    rows = pl.concat(pl.read_parquet(file).with_columns(period=pl.lit(file.stem)) for file in files)
    return rows.filter(pl.col("fault").is_not_null())


def test_links_are_right(linked: Demo) -> None:
    told: list[dict[str, Any]] = linked.report["linkage"]["quality"]
    assert {(row["dataset"], row["linked_dataset"]) for row in told} == {(DATASET, REGISTER)}
    assert {row["records"] for row in told} == {lost(linked.settings).height}
    (sure,) = [row for row in told if row["weight_from"] == 0.9]
    assert sure["precision"] > 0.95
    assert sure["recall"] > 0.6  # too few records for the model: deterministic passes alone
    page = (linked.settings.var / "demo" / "report.html").read_text(encoding="utf-8")
    assert 'id="second-route-quality"' in page
    assert f"{sure['f1']:.2%}" in page


def test_an_analyst_chooses_a_threshold(linked: Demo) -> None:
    with client.connect(linked.settings, "analyst") as connection:
        rows = client.ask(connection, ASKED).rows
        found = client.ask(connection, "SELECT count(*) FROM linked_records WHERE place = 1 AND weight >= 0.9").rows
    assert {row[0] for row in rows} == set(linked.report["plan"]["periods"])
    assert {row[1] for row in rows} == {"cid", "second", "none"}
    (sure,) = [row for row in linked.report["linkage"]["quality"] if row["weight_from"] == 0.9]
    assert found == ((sure["linked"],),)


def test_every_mart_equals_the_truth(linked: Demo) -> None:
    assert linked.report["equals_truth"]


def test_the_comparison_keys_are_destroyed(linked: Demo) -> None:
    s3 = store.client(linked.settings, "land")
    assert [key for key in store.list_keys(s3, HEADERS) if "/link-" in key] == []


def test_a_demo_without_names_does_not_follow(linked: Demo) -> None:
    """Its months would stand for corrections, and take the links out."""
    here = linked.settings
    command = [str(here.root / ".venv" / "bin" / "khlang"), "demo", "--people=8000", "--months=2"]
    done = subprocess.run(command, env=environment(here), cwd=here.root, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "DEMO-OTHER" in done.stderr + done.stdout
