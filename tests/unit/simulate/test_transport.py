"""Transport as simulated: one network, months that follow each other, something to find, and two truths."""

import ast
import math
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.unit.simulate import worlds

from khlang.domains.transport import network, truth_buses
from khlang.domains.transport.definitions import load
from khlang.domains.transport.extracts import EXTRACTS
from khlang.domains.transport.simulation import DOMAIN
from khlang.domains.transport.whole import by_rank, half_up

ROOT = Path(__file__).parents[3]
PART = "transport"
EXTRACT = {extract.dataset: extract for extract in EXTRACTS}
SOURCES = ("simulator", "handwriting", "extracts", "simulation", "truth", "truth_buses", "truth_roads", "truth_air",
           "world", "network", "buses", "roads", "air", "whole")  # fmt: skip


@pytest.fixture(scope="module")
def months():
    return worlds.two_months(PART)


@pytest.fixture(scope="module")
def sent(months):
    return worlds.sent(months[1], PART)


@pytest.fixture(scope="module")
def observable(sent):
    return DOMAIN.observable(sent, "2026-02")


def part(month):
    return month.world.parts[PART]


def test_no_bus_is_in_two_places_at_once(months):
    fixes = part(months[0])["positions"]
    assert not fixes.select("bus_code", "seen_on", "seen_second").is_duplicated().any()


def test_a_bus_reaches_its_stops_one_after_the_other(months):
    timetable, visits = part(months[0])["timetable"], part(months[0])["visits"]
    planned = timetable.select("trip_code", "stop_sequence", "planned")
    reached = visits.join(planned, on=["trip_code", "stop_sequence"]).sort("trip_code", "service_on", "stop_sequence")
    steps = (pl.col("planned") + pl.col("delay")).diff().over("trip_code", "service_on").drop_nulls()
    assert reached.select(steps.min()).item() >= 60


def test_the_network_stays_and_a_month_has_its_own_days(months):
    first, second = (part(month) for month in months)
    assert first["timetable"].equals(second["timetable"])
    assert second["runs"]["service_on"].min() == date(2026, 2, 1)
    assert second["runs"]["service_on"].max() == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("code", "weekdays"), [("WEEKDAY", {1, 2, 3, 4, 5}), ("WEEKEND", {6, 7}), ("DAILY", set(range(1, 8)))]
)
def test_a_trip_runs_on_its_service_days(months, code, weekdays):
    of_code = part(months[0])["trips"].filter(pl.col("service_day_code") == code).select("trip_code")
    runs = part(months[0])["runs"].join(of_code, on="trip_code", how="semi")
    assert set(runs["service_on"].dt.weekday()) == weekdays


@pytest.mark.parametrize("people", [2_000, 20_000, 200_000])
def test_the_fleet_grows_with_the_people(people):
    routes = network.routes(people, 7)
    assert 3 <= routes.height <= 240
    rows = routes.select((pl.col("trips") * (2 * pl.col("stops") - 1)).sum()).item() * 30
    assert 8 * people < rows < 14 * people


def test_departures_are_in_order_and_night_routes_leave_after_midnight():
    day, night = network.departures(40, night=False), network.departures(40, night=True)
    assert (day[1:] >= day[:-1]).all()
    assert day[0] == 300 < day[-1] < 24 * 60 <= night[-1]


@pytest.mark.parametrize("dataset", ["bus_positions", "flight_arrivals", "traffic_counts"])
def test_late_and_corrected_rows_come_and_the_latest_stands(sent, dataset):
    extract, rows = EXTRACT[dataset], sent[dataset]
    day = {"bus_positions": "seen_on", "flight_arrivals": "arrived_on", "traffic_counts": "counted_on"}[dataset]
    now = rows.filter(pl.col("sent_in") == "2026-02") if dataset == "flight_arrivals" else rows
    late = now.filter(pl.col(day) < date(2026, 2, 1))
    assert late.height > 50
    assert late["received_on"].min() >= date(2026, 2, 1)
    assert now["received_on"].max() <= date(2026, 2, 28)
    left = extract.kept(rows)
    latest = rows.group_by(extract.grain).agg(pl.col("received_on").max())
    assert left.height == latest.height < rows.height
    assert left.join(latest, on=[*extract.grain, "received_on"], how="anti").is_empty()


def test_no_two_rows_of_a_grain_have_the_same_date_and_different_values(sent):
    """There is never a choice: what curation keeps is known."""
    for dataset, extract in EXTRACT.items():
        once = sent[dataset].unique()
        assert not once.select(*extract.grain, extract.latest_by).is_duplicated().any(), dataset


def test_some_fixes_lie_in_another_country_and_some_devices_are_stuck(sent, observable):
    fixes = sent["bus_positions"]
    assert 0 < (fixes["latitude"] < 5_600_000).mean() < 0.005, "below the limit of the gate"
    places = fixes.group_by("bus_code").agg(pl.col("latitude").n_unique(), pl.len().alias("rows"))
    assert places.filter((pl.col("latitude") == 1) & (pl.col("rows") >= 30)).height >= 1
    assert observable["bus_punctuality"]["trips_unseen"].sum() > 0


def test_the_file_of_the_airports_holds_this_month_only(months, sent):
    rows = sent["flight_arrivals"]
    written = EXTRACT["flight_arrivals"].hand.write(rows, months[1].stream("handwriting", "flight_arrivals"))
    assert written.height == (rows["sent_in"] == "2026-02").sum() < rows.height


def test_the_answer_has_something_to_find(observable):
    buses, roads, air = (observable[mart] for mart in ("bus_punctuality", "congestion", "air_arrivals"))
    lates = [f"B{1 + n:03d}" for n in range(0, 10, 3)]
    evening = buses.filter(pl.col("hour").is_between(16, 18)).with_columns(late=pl.col("route_code").is_in(lates))
    told = evening.group_by("late").agg(
        share=pl.col("arrivals_late").sum() / pl.col("arrivals").sum(),
        missing=pl.col("trips_missing").sum() / pl.col("trips_planned").sum(),
    )
    shares = {row["late"]: row for row in told.to_dicts()}
    assert shares[True]["share"] > 0.5
    assert shares[False]["share"] < 0.1
    assert shares[True]["missing"] > 2 * shares[False]["missing"]
    at_five = roads.filter((pl.col("hour") == 17) & (pl.col("setting_code") == "URBAN"))
    jammed = dict(at_five.select("province_code", pl.col("congested_share").cast(pl.Float64)).iter_rows())
    assert jammed["10"] > 0.5
    assert jammed["50"] > 0.5
    assert jammed["58"] == 0, "Mae Hong Son is quiet"
    growing = air.sort("passengers_change", descending=True)
    assert growing["nationality_code"][0] == "IND"
    near = (growing["nowcast_passengers"] / growing["passengers"] - 1).abs()
    assert near.median() < 0.1, "the first ten days tell the month"


def test_population_holds_what_was_not_sent(months, observable):
    real = DOMAIN.population(months[1])
    for mart, figure in (
        ("bus_punctuality", "arrivals"),
        ("congestion", "hours_counted"),
        ("air_arrivals", "passengers"),
    ):
        assert observable[mart][figure].sum() < real[mart][figure].sum(), mart
    assert real["bus_punctuality"]["trips_unseen"].sum() == 0
    assert real["bus_punctuality"]["trips_missing"].sum() < observable["bus_punctuality"]["trips_missing"].sum()


@pytest.mark.parametrize(
    ("dataset", "column"),
    [
        ("bus_schedule", "planned"),
        ("bus_positions", "seen_second"),
        ("flight_arrivals", "passengers"),
        ("traffic_counts", "speed"),
    ],
)
def test_one_wrong_value_shows(sent, observable, dataset, column):
    rows = sent[dataset].with_columns(pl.col(column) + 600)
    changed = DOMAIN.observable({**sent, dataset: rows}, "2026-02")
    assert any(not changed[mart].equals(frame) for mart, frame in observable.items())


def test_the_distance_is_that_of_the_ball_within_a_hundredth():
    words = load()
    for degree, millimetres in words.longitude_mm.items():
        assert abs(millimetres / (111.195 * math.cos(math.radians(degree))) - 1) < 0.01
    assert abs(words.latitude_mm / 111.195 - 1) < 0.01


def test_percentiles_are_by_rank_and_a_half_goes_upwards():
    values = pl.DataFrame({"delay": [40, 10, None, 30, 20]}, schema={"delay": pl.Int64})
    ranks = {percent: values.select(by_rank("delay", percent)).item() for percent in (1, 25, 50, 51, 75, 90, 100)}
    assert ranks == {1: 10, 25: 10, 50: 20, 51: 30, 75: 30, 90: 40, 100: 40}
    assert values.clear().select(by_rank("delay", 50)).item() is None
    pairs = pl.DataFrame({"a": [1, 2, 3, 1, 5], "b": [2, 3, 8, 0, 10]})
    assert pairs.select(half_up(pl.col("a"), pl.col("b"))).to_series().to_list() == [1, 1, 0, None, 1]


def test_a_fix_that_is_the_nearest_and_first_is_the_arrival():
    schedule = pl.DataFrame({"trip_code": ["T"], "stop_sequence": [1], "planned": [86_340],
                             "stop_latitude": [13_750_000], "stop_longitude": [100_500_000]})  # fmt: skip
    day = date(2026, 1, 3)
    seen_on = [day, *[day + timedelta(days=1)] * 3]
    fixes = pl.DataFrame({"trip_code": ["T"] * 4, "service_on": [day] * 4, "seen_on": seen_on,
                          "seen_second": [86_000, 30, 20, 90], "latitude": [13_751_000, *[13_750_100] * 2, 13_760_000],
                          "longitude": [100_500_000] * 4})  # fmt: skip
    assert truth_buses.reached(schedule, fixes)["delay"].to_list() == [86_420 - 86_340]


@pytest.mark.parametrize("name", SOURCES)
def test_the_simulator_imports_nothing_it_must_judge(name):
    tree = ast.parse((ROOT / "src/khlang/domains/transport" / f"{name}.py").read_text(encoding="utf-8"))
    named = {f"{node.module}.{alias.name}" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
             for alias in node.names}  # fmt: skip
    forbidden = ("curation", "gates", "landing", "serve", "release", "keys", "agency", "domains.transport.marts")
    assert not {one for one in named for hop in forbidden if one.startswith((f"khlang.{hop}", "pyspark"))}
