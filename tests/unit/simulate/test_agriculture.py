"""Farming as simulated: one population and weather, crops that fail where rain is missing, and debts that follow."""

import csv
import itertools
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from tests.unit.simulate import worlds

from khlang.domains.agriculture import assumed, part, seasons, trade, truth
from khlang.domains.agriculture.definitions import load
from khlang.domains.agriculture.known import Known
from khlang.domains.water import truth as water
from khlang.simulate import calibration

PART, NEEDED = "agriculture", ("welfare", "water", "agriculture")
SCENARIOS = Path(__file__).parents[2] / "scenarios_marts"
CASES = sorted(
    path.parent.relative_to(SCENARIOS)
    for name in ("farm_debt", "crop_market", "crop_rain")
    for path in SCENARIOS.glob(f"{name}/*/expected.csv")
)


@pytest.fixture(scope="module")
def months():
    return worlds.two_months(*NEEDED)


@pytest.fixture(scope="module")
def sent(months):
    return worlds.sent(months[1], *NEEDED)


@pytest.fixture(scope="module")
def observable(sent):
    return truth.observable(sent, "2026-02")


def test_a_farmer_is_a_person_of_the_world_without_an_insured_job_whose_house_is_registered(months, sent):
    world = months[0].world
    farmers = world.parts[PART]["plots"]
    assert farmers.join(world.persons, on="cid", how="anti").is_empty()
    assert farmers.join(world.jobs, on="cid", how="semi").is_empty()
    named = sent["farmer_plots"].drop_nulls("house_id")
    assert named.join(months[1].world.houses, on="house_id", how="anti").is_empty()
    both = [month.world.parts[PART]["loans"].join(farmers, on="cid", how="anti") for month in months]
    assert all(rows.is_empty() for rows in both)


def test_a_month_keeps_the_harvests_before_it_but_for_those_who_died(months):
    before, after = (month.world.parts[PART]["harvests"] for month in months)
    alive = before.join(months[1].world.persons, on="cid", how="semi", maintain_order="left")
    assert after.head(alive.height).equals(alive)
    new = after.tail(after.height - alive.height)
    assert new.height > 300
    assert new["harvested_on"].is_between(date(2026, 2, 1), date(2026, 2, 28)).all()
    assert set(new["crop_year"]) == {2025}


def test_in_may_a_new_crop_year_begins_beside_the_last_one(months):
    known = calibration.load()
    later = months[1].world.parts[PART]
    for year in (2026, 2027):
        later = part.advance(later, months[1].world.evolve(month=date(year, 5, 1)), known, 7)
        assert set(later["harvests"]["crop_year"]) == {year - 1, year}
        assert later["purchases"]["purchase_month"].min() >= f"{year - 1}-05"
        assert (later["plots"]["plot_updated_on"] < date(year, 5, 1)).all()
        assert not later["harvests"].select("cid", "plot_no", "crop_code", "crop_year").is_duplicated().any()


def test_a_late_report_comes_with_the_next_month(months, sent):
    unsent = months[0].world.parts[PART]["harvests"].filter(pl.col("reported_on") > date(2026, 1, 31))
    assert unsent.height > 5
    first = worlds.sent(months[0], PART)["crop_harvests"]
    keys = ["cid", "plot_no", "crop_code"]
    assert first.join(unsent, on=keys, how="semi").is_empty()
    alive = unsent.join(months[1].world.persons, on="cid", how="semi")
    assert sent["crop_harvests"].join(alive, on=keys, how="semi").select(keys).n_unique() == alive.height


def share(frame, part, whole):
    return frame[part].sum() / frame[whole].sum()


def test_crops_fail_where_rain_is_missing_and_less_where_there_is_irrigation(months):
    for month in months:
        real = truth.population(month)["crop_rain"]
        dry, other = real.filter("is_dry"), real.filter(~pl.col("is_dry"))
        rainfed = [share(frame, "failed_rainfed_plots", "rainfed_plots") for frame in (dry, other)]
        irrigated = share(real, "failed_irrigated_plots", "irrigated_plots")
        assert rainfed[0] > 2 * rainfed[1] > 2 * irrigated
        short = share(real, "failed_irrigated_short_plots", "irrigated_short_plots")
        assert short > 1.5 * irrigated


def test_farmers_with_a_failed_crop_are_overdue_more_often(observable):
    debt = observable["farm_debt"]
    failed = share(debt, "overdue_failed_farmers", "failed_borrowers")
    others = share(debt, "overdue_other_farmers", "other_borrowers")
    assert failed > 0.3 > 3 * others
    assert set(debt["median_debt_band"].drop_nulls()) == {"1", "2", "3", "4", "5"}


def test_the_lower_north_east_grows_more_cassava_than_it_can_sell(observable):
    glut = observable["crop_market"].filter("is_glut")
    assert set(glut["crop_code"]) == {"04"}
    assert set(glut["province_code"].str.slice(0, 1)) == {"3"}
    assert glut["price_percent"].cast(pl.Float64).mean() < 85
    maize = observable["crop_market"].filter(crop_code="03")
    assert (maize["taken_percent"].drop_nulls() > 100).mean() > 0.6, "buyers want more maize than is grown"


def test_parts_are_at_most_their_wholes_and_the_population_is_more(months, observable):
    real = truth.population(months[1])
    chain = ("overdue_failed_farmers", "failed_borrowers", "failed_farmers", "judged_farmers", "farmers")
    for made in (observable, real):
        for part_, whole in itertools.pairwise(chain):
            assert (made["farm_debt"][part_] <= made["farm_debt"][whole]).all()
    assert [made["farm_debt"]["farmers"].sum() for made in (real, observable)] == sorted(
        (made["farm_debt"]["farmers"].sum() for made in (real, observable)), reverse=True
    )
    assert real["farm_debt"]["misdated_loans"].sum() == 0 < observable["farm_debt"]["misdated_loans"].sum() < 40
    unpaid = months[1].world.parts[PART]["loans"]["overdue_since"].is_not_null().mean()
    assert 0.15 < unpaid < 0.3


@pytest.mark.parametrize(
    ("dataset", "column"),
    [
        ("farmer_plots", "area"),
        ("crop_harvests", "production_kg"),
        ("market_prices", "price"),
        ("market_purchases", "purchased_kg"),
        ("farm_loans", "outstanding"),
        ("gauge_readings", "rain"),
    ],
)
def test_one_wrong_column_shows(sent, observable, dataset, column):
    changed = truth.observable({**sent, dataset: sent[dataset].with_columns(pl.col(column) + 1)}, "2026-02")
    assert any(not changed[mart].equals(frame) for mart, frame in observable.items())


def test_the_same_seed_gives_the_same_part(months):
    again = worlds.two_months(*NEEDED)[1].world.parts[PART]
    assert all(again[name].equals(frame) for name, frame in months[1].world.parts[PART].items())


def test_definitions_assumptions_and_code_lists_speak_of_the_same_crops_and_bands():
    listed = {row["code"] for row in calibration.code_list("crop")}
    rules = assumed.load()
    grown = {crop for crops in rules["crops"].values() for crop in crops} | {"02"}
    assert set(load().crop_norms) == set(rules["harvest_months"]) == set(rules["market"]["price"]) == grown == listed
    assert (
        set(rules["crops"])
        == set(load().regions)
        == {code[0] for code in calibration.load().provinces["province_code"]}
    )
    bands = [row["name_en"] for row in calibration.code_list("debt_band")]
    assert len(bands) == len(load().debt_bands) + 1
    assert all(f"{limit:,}" in name for limit, name in zip(load().debt_bands, bands[1:], strict=True))
    assert load().irrigated == seasons.IRRIGATED == calibration.code_list("water_source")[0]["code"]


@pytest.mark.parametrize(("period", "year"), [("2026-04", 2025), ("2026-05", 2026), ("2026-12", 2026)])
def test_the_crop_year_is_the_year_in_which_its_may_lies(period, year):
    assert load().crop_year(period) == year
    assert load().first_period(period) == f"{year}-05"


@pytest.mark.parametrize(("month", "first", "many"), [(date(2026, 1, 1), 5, 4), (date(2026, 6, 1), 1, 5)])
def test_weeks_are_the_mondays_of_the_month(month, first, many):
    days = trade.weeks(month)["week_on"]
    assert (days[0], len(days)) == (month.replace(day=first), many)
    assert {day.weekday() for day in days} == {0}


def scenario(folder, name, *columns, whole=()):
    """Rows of a scenario as the simulator holds them: ``columns`` as ours=theirs or a name, ``whole`` with a scale."""
    path = folder / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = list(csv.DictReader(line for line in lines if line and not line.startswith("#")))
    scales = dict(whole)
    made = {}
    for column in columns:
        ours, _, theirs = column.partition("=")
        values = [row[theirs or ours] or None for row in rows]
        if ours in scales:
            made[ours] = pl.Series([v and int(Decimal(v) * scales[ours]) for v in values], dtype=pl.Int64)
        elif ours.endswith(("_on", "_since")):
            made[ours] = pl.Series(values, dtype=pl.String).str.to_date()
        else:
            made[ours] = pl.Series(values, dtype=pl.String)
    return pl.DataFrame(made)


def known_of(folder):
    ids = [("cid", 1)]
    of_month = pl.col("measured_on").dt.to_string("%Y-%m") == "2026-01"
    nothing = pl.DataFrame()
    rain = scenario(folder, "gauge_readings", "province_code", "measured_on", "rain=rain_mm", whole=[("rain", 10)])
    storage = scenario(folder, "reservoir_storage", "reservoir_id", "basin_code", "measured_on", "storage=storage_mcm",
                       whole=[("storage", 100)])  # fmt: skip
    demand = scenario(folder, "water_demand", "amphoe_code", "basin_code", "demand=demand_mcm", whole=[("demand", 100)])
    return Known(
        plots=scenario(folder, "farmer_plots", "cid=pid", "plot_no", "crop_code", "area=area_rai", "water_source_code",
                       "amphoe_code", whole=[*ids, ("area", 100)]),
        harvests=scenario(folder, "crop_harvests", "cid=pid", "plot_no", "crop_code", "crop_year", "harvested_on",
                          "production_kg", "amphoe_code", whole=[*ids, ("crop_year", 1), ("production_kg", 1)]),
        prices=scenario(folder, "market_prices", "crop_code", "province_code", "week_on", "price=price_baht",
                        whole=[("price", 100)]),
        purchases=scenario(folder, "market_purchases", "crop_code", "province_code", "purchase_month", "purchased_kg",
                           whole=[("purchased_kg", 1)]),
        loans=scenario(folder, "farm_loans", "cid=pid", "loan_no", "loan_began_on", "outstanding=outstanding_baht",
                       "overdue_since", whole=[*ids, ("outstanding", 100)]),
        water=water.Known(nothing, nothing, rain.filter(of_month), storage.filter(of_month), demand),
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_truth_gives_the_answer_of_every_scenario_of_the_marts(case):
    """Two programs that share no line agree on the cases a reader can check by hand."""
    built = truth.marts(known_of(SCENARIOS / case), "2026-01")[case.parts[0]]
    lines = (SCENARIOS / case / "expected.csv").read_text(encoding="utf-8").splitlines()
    expected = list(csv.reader(line for line in lines if not line.startswith("#")))
    assert built.columns == expected[0]
    assert list(map(list, built.cast(pl.String).fill_null("").rows())) == expected[1:]


def test_there_are_scenarios():
    assert len(CASES) >= 8
