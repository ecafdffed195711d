"""Electricity as simulated: meters that are read on from month to month, and a truth that hangs on every agency."""

import ast
from pathlib import Path

import polars as pl
import pytest
from tests.unit.simulate.worlds import with_domain

from khlang.domains.energy import assumed, definitions, truth
from khlang.domains.energy.extracts import BILLS, EXTRACTS
from khlang.domains.energy.simulation import DOMAIN
from khlang.domains.energy.world import registered
from khlang.domains.welfare.extracts import EXTRACTS as WELFARE
from khlang.simulate.calibration import code_list

ROOT = Path(__file__).parents[3]
SOURCES = ("simulator", "handwriting", "extracts", "simulation", "truth", "world", "meters", "assumed", "definitions")


@pytest.fixture(scope="module")
def months(first, second, known):
    """January and February with their electricity; the worlds that other tests share stay as they are."""
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


def by_province(frame, *columns):
    rows = frame.group_by("province_code").agg(pl.col(columns).cast(pl.Float64).sum())
    return {code: values for code, *values in rows.iter_rows()}


def test_a_meter_is_read_on_from_where_it_stood(months):
    before, after = (month.world.parts["energy"]["bills"].sort("meter_no") for month in months)
    assert (after["before"] == before["reading"]).all()
    assert (after["reading"] - after["before"] == after["kwh"]).all()
    assert after["kwh"].min() >= 0
    assert after["meter_no"].is_unique().all()


def test_the_metropolitan_authority_has_three_provinces_and_the_other_all_else(month):
    meters = month.world.parts["energy"]["meters"]
    areas = meters.group_by("authority").agg(pl.col("province_code").unique())
    provinces = {authority: set(codes) for authority, codes in areas.iter_rows()}
    assert provinces["mea"] == {"10", "11", "12"}
    assert not provinces["mea"] & provinces["pea"]
    assert len(provinces["pea"]) == 74


@pytest.mark.parametrize(("kwh", "satang"), [(0, 2462), (100, 2462 + 100 * 480), (101, 2462 + 100 * 480 + 560)])
def test_the_second_step_of_the_tariff_is_for_what_lies_above_the_first(kwh, satang):
    assert pl.DataFrame({"kwh": [kwh]}).select(assumed.tariff(pl.col("kwh"))).item() == satang


def test_one_person_of_a_house_is_subsidised_and_a_card_holder_before_anybody_else(month):
    granted = month.world.parts["energy"]["subsidies"]
    assert granted["house"].is_unique().all()
    assert granted["cid"].is_in(month.world.persons["cid"].implode()).all()
    holders = registered(month.world)
    of_holders = granted.join(holders, on="house", how="semi")
    assert of_holders.join(holders, on="cid", how="anti").is_empty()
    assert 0 < granted.height - of_holders.height < granted.height / 10
    assert granted["baht"].max() == 31_500


def test_late_and_corrected_bills_come_and_the_latest_stands(sent):
    for bills, least in zip(BILLS, (2, 20), strict=True):
        rows = sent[bills.dataset]
        assert rows.filter(pl.col("bill_month") == "2026-01").height > least
        left = bills.kept(rows)
        latest = rows.group_by(bills.grain).agg(pl.col("billed_on").max())
        assert left.height == latest.height < rows.height
        assert left.join(latest, on=[*bills.grain, "billed_on"], how="anti").is_empty()


def test_the_answer_has_something_to_find(observable):
    burden, hours = observable["energy_burden"], observable["outage_hours"]
    missed = by_province(burden, "low_use_households", "missed_households")
    assert all(missed[code][1] > 0.5 * missed[code][0] for code in ("50", "57", "80", "96")), "the subsidy misses them"
    assert sum(missed[code][1] for code in ("30", "31", "33")) < 0.4 * sum(
        missed[code][0] for code in ("30", "31", "33")
    )
    burdened = by_province(burden, "income_known_households", "burdened_households")
    share = {code: part / whole for code, (whole, part) in burdened.items() if whole}
    assert min(share[code] for code in ("31", "33")) > 2 * share["10"]
    stray = by_province(burden, "subsidised_households", "subsidised_unregistered_households")
    assert stray["20"][1] > 4
    assert stray["30"][1] < stray["20"][1]
    lost = by_province(hours, "households", "customer_hours_lost")
    rates = sorted(lost, key=lambda code: -lost[code][1] / lost[code][0])
    assert set(rates[:6]) <= set(assumed.load()["outages"]["bad"])


def test_population_holds_every_bill_and_knows_incomes_that_no_register_holds(month, observable):
    real, seen = DOMAIN.population(month), observable
    for figure in ("households", "billed_households", "welfare_billed_households", "subsidised_households"):
        whole, part = (int(frame["energy_burden"][figure].sum()) for frame in (real, seen))
        assert 0.9 * whole < part < whole, figure
    assert (
        real["energy_burden"]["income_known_households"].sum() > seen["energy_burden"]["income_known_households"].sum()
    )
    # informal income is in no register: many look burdened who are not
    assert real["energy_burden"]["burdened_households"].sum() < 0.5 * seen["energy_burden"]["burdened_households"].sum()
    assert real["outage_hours"]["customer_hours_lost"].sum() == seen["outage_hours"]["customer_hours_lost"].sum()


@pytest.mark.parametrize("dataset", [extract.dataset for extract in (*EXTRACTS, *truth.NEEDED)])
def test_the_answer_changes_when_one_agencys_extract_is_withheld(sent, observable, dataset):
    without = DOMAIN.observable({**sent, dataset: sent[dataset].clear()}, "2026-02")
    assert any(not without[mart].equals(frame) for mart, frame in observable.items())


@pytest.mark.parametrize(
    ("dataset", "column"),
    [
        *(("pea_bills", column) for column in ("bill_baht", "used_kwh", "reading_before_kwh")),
        ("mea_meters", "meter_ampere"),
        ("power_outages", "outage_minutes"),
    ],
)
def test_one_wrong_column_shows(sent, observable, dataset, column):
    rows = sent[dataset].with_columns(pl.col(column) + 100_000)
    changed = DOMAIN.observable({**sent, dataset: rows}, "2026-02")
    assert any(not changed[mart].equals(frame) for mart, frame in observable.items())


def test_the_assumed_provinces_and_types_are_those_of_the_code_lists():
    rules, provinces = assumed.load(), {row["code"] for row in code_list("province")}
    named = {*rules["metropolitan"], *rules["meters"]["more"], *rules["outages"]["bad"]}
    assert named | set(rules["subsidy"]["reached_in"]) | set(rules["subsidy"]["stray_in"]) <= provinces
    assert set(rules["outages"]["causes"]) == {row["code"] for row in code_list("outage_cause")}
    assert set(definitions.load().household_meters) <= {row["code"] for row in code_list("meter_type")}


@pytest.mark.parametrize("name", SOURCES)
def test_the_simulator_imports_nothing_it_must_judge(name):
    tree = ast.parse((ROOT / "src/khlang/domains/energy" / f"{name}.py").read_text(encoding="utf-8"))
    named = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    forbidden = ("curation", "gates", "landing", "serve", "release", "keys", "agency", "domains.energy.marts")
    assert not {one for one in named for hop in forbidden if one.startswith((f"khlang.{hop}", "pyspark"))}
