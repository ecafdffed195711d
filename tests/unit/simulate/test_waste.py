"""Waste as simulated: sites that fill up month by month, complaints that follow, a truth that hangs on every agency."""

import ast
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from tests.unit.simulate.worlds import with_domain

from khlang.domains.waste import definitions, places, truth
from khlang.domains.waste.extracts import EXTRACTS
from khlang.domains.waste.simulation import DOMAIN
from khlang.domains.welfare.extracts import EXTRACTS as WELFARE
from khlang.simulate.calibration import code_list

ROOT = Path(__file__).parents[3]
SOURCES = ("simulator", "handwriting", "extracts", "simulation", "truth", "world", "places", "definitions")


@pytest.fixture(scope="module")
def months(first, second, known):
    """January and February with their waste; the worlds that other tests share stay as they are."""
    return with_domain(first, second, DOMAIN, known)


@pytest.fixture(scope="module")
def month(months):
    return months[1]


@pytest.fixture(scope="module")
def sent(month):
    return {extract.dataset: extract.sent(month) for extract in (*WELFARE, *EXTRACTS)}


@pytest.fixture(scope="module")
def observable(sent):
    return DOMAIN.observable(sent, "2026-02")


def test_every_amphoe_has_a_reference_point_in_thailand():
    points = places.points()
    assert points["amphoe_code"].to_list() == sorted(row["code"] for row in code_list("amphoe"))
    assert points["north"].is_between(5.6, 20.5).all()
    assert points["east"].is_between(97.3, 105.7).all()


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        pytest.param((0.0, 0.0), 0, id="here"),
        pytest.param((90.0, 0.0), 10_007_557, id="a quarter of a meridian: pi R / 2"),
        pytest.param((0.0, 180.0), 20_015_114, id="the other side of the earth: pi R"),
        pytest.param((1.0, 0.0), 111_195, id="one degree: pi R / 180"),
    ],
)
def test_distances_are_those_that_geometry_gives(there, wanted):
    here = pl.DataFrame({"north": [0.0], "east": [0.0]})
    assert places.metres(here, pl.DataFrame({"north": [there[0]], "east": [there[1]]})).tolist() == [[wanted]]


def test_an_office_brings_its_waste_to_a_site_of_its_province(month):
    part = month.world.parts["waste"]
    placed = part["offices"].join(part["sites"], on="waste_site_id", how="left")
    assert (placed["province_code"] == placed["province_code_right"]).all()
    assert placed["local_office_id"].is_unique().all()


def test_a_site_holds_at_the_end_what_it_held_and_what_was_brought(months):
    before, after = (month.world.parts["waste"]["sites"] for month in months)
    brought = months[1].world.parts["waste"]["weights"].filter(pl.col("waste_site_id").is_not_null())
    assert brought["kg"].sum() > 100_000
    assert after["filled"].sum() == before["filled"].sum() + brought["kg"].sum()
    assert after["capacity"].equals(before["capacity"])


def test_late_and_corrected_weights_come_and_the_latest_stands(sent):
    weights, rows = EXTRACTS[0], sent["waste_collection"]
    assert rows.filter(pl.col("waste_month") == "2026-01").height > 10
    left = weights.kept(rows)
    latest = rows.group_by(weights.grain).agg(pl.col("weighed_on").max())
    assert left.height == latest.height < rows.height
    assert left.join(latest, on=[*weights.grain, "weighed_on"], how="anti").is_empty()


def test_a_complaint_of_the_month_before_is_told_again_until_it_is_settled(months, sent):
    rows = EXTRACTS[3].kept(sent["waste_complaints"])
    older = rows.filter(pl.col("complained_on") < date(2026, 2, 1))
    assert older.height > 10
    assert older["resolved_on"].drop_nulls().min() >= date(2026, 2, 1)
    assert rows["resolved_on"].drop_nulls().max() < date(2026, 3, 1)
    before = set(months[0].world.parts["waste"]["complaints"]["complaint_no"])
    assert set(older["complaint_no"]) <= before


def test_the_answer_has_something_to_find(observable):
    amphoe, sites = observable["waste_by_amphoe"], observable["site_years"]
    rate = {
        far: 1000 * complaints / households
        for far, complaints, households in amphoe.group_by("is_far_from_sanitary")
        .agg(pl.col("waste_complaints").sum(), pl.col("households").sum())
        .iter_rows()
    }
    assert rate[True] > 2 * rate[False], "complaints follow the distance"
    far = set(amphoe.filter("is_far_from_sanitary")["province_code"])
    assert {"58", "96"} <= far
    assert "10" not in far, "Bangkok has a sanitary site"
    assert 20 < sites["is_full_soon"].sum() < 50
    heads = amphoe.filter(pl.col("persons") > 0)
    kilograms = float(heads["waste_collected_tonnes"].sum()) * 1000 / (28 * heads["persons"].sum())
    assert 0.9 < kilograms < 1.4


def test_population_holds_every_house_and_the_observable_misses_some(month, observable):
    real, seen = DOMAIN.population(month)["waste_by_amphoe"], observable["waste_by_amphoe"]
    for figure in ("persons", "households", "served_households", "waste_collected_tonnes"):
        assert 0.95 * float(real[figure].sum()) < float(seen[figure].sum()) < float(real[figure].sum()), figure


@pytest.mark.parametrize("dataset", [extract.dataset for extract in (*EXTRACTS, truth.HOMES)])
def test_the_answer_changes_when_one_agencys_extract_is_withheld(sent, observable, dataset):
    without = DOMAIN.observable({**sent, dataset: sent[dataset].clear()}, "2026-02")
    assert any(not without[mart].equals(frame) for mart, frame in observable.items())


@pytest.mark.parametrize(
    ("dataset", "column", "mart"),
    [
        ("waste_collection", "waste_tonnes", "waste_by_amphoe"),
        ("disposal_sites", "site_filled_tonnes", "site_years"),
        ("disposal_sites", "site_latitude", "waste_by_amphoe"),
    ],
)
def test_one_wrong_unit_shows(sent, observable, dataset, column, mart):
    rows = sent[dataset].with_columns(pl.col(column) + 1000)
    assert not DOMAIN.observable({**sent, dataset: rows}, "2026-02")[mart].equals(observable[mart])


def test_the_assumed_provinces_and_kinds_are_those_of_the_code_lists():
    assumed = places.assumptions()
    provinces = {row["code"] for row in code_list("province")}
    named = {*assumed["sites"]["without_sanitary"], *assumed["sites"]["full_soon"], *assumed["weight"]["provinces"]}
    assert named | set(assumed["weight"]["recycled"]) <= provinces
    kinds = {row["code"] for row in code_list("waste_kind")}
    assert set(assumed["weight"]["kinds"]) | set(definitions.load().recycled_kinds) == kinds
    assert set(definitions.load().sanitary_kinds) <= {row["code"] for row in code_list("waste_site_kind")}


@pytest.mark.parametrize("name", SOURCES)
def test_the_simulator_imports_nothing_it_must_judge(name):
    tree = ast.parse((ROOT / "src/khlang/domains/waste" / f"{name}.py").read_text(encoding="utf-8"))
    named = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    forbidden = ("curation", "gates", "landing", "serve", "release", "keys", "agency", "domains.waste.marts")
    assert not {one for one in named for hop in forbidden if one.startswith((f"khlang.{hop}", "pyspark"))}
