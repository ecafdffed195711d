"""Water as simulated: one population and geography, floods that come again, and a truth that hangs on every agency."""

import ast
import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from tests.unit.simulate.worlds import with_domain

from khlang.domains.water import answers, geography, truth
from khlang.domains.water.extracts import EXTRACTS
from khlang.domains.water.simulation import DOMAIN
from khlang.domains.welfare.extracts import EXTRACTS as WELFARE

ROOT = Path(__file__).parents[3]
SCENARIOS = ROOT / "tests" / "scenarios_marts"
CASES = [path.parent.relative_to(SCENARIOS) for mart in ("flooded_homes", "water_by_amphoe")
         for path in sorted(SCENARIOS.glob(f"{mart}/*/expected.csv"))]  # fmt: skip
SOURCES = ("simulator", "handwriting", "extracts", "simulation", "truth", "world", "geography")


@pytest.fixture(scope="module")
def months(first, second, known):
    """January and February with their water; the worlds that other tests share stay as they are."""
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


def test_a_flooded_house_is_a_registered_house_of_the_amphoe_that_was_flooded(month):
    part, houses = month.world.parts["water"], month.world.houses
    placed = part["reached"].join(houses, on="house", how="left").join(part["events"], on="event_id", how="left")
    assert placed["house_id"].null_count() == 0
    assert (placed["amphoe_code"] == placed["amphoe_code_right"]).all()
    assert not part["reached"].select("house", "event_id").is_duplicated().any()


def test_a_month_keeps_the_floods_before_it(months):
    earlier, later = (month.world.parts["water"]["events"] for month in months)
    assert later.head(earlier.height).equals(earlier)
    assert later["began_on"].max() < date(2026, 3, 1)


def test_late_and_corrected_readings_come_and_the_latest_stands(month, sent):
    readings = EXTRACTS[2]
    rows = sent[readings.dataset]
    assert rows.filter(pl.col("measured_on") < month.world.month).height > 10
    left = readings.kept(rows)
    latest = rows.group_by("station_id", "measured_on").agg(pl.col("received_on").max())
    assert left.height == latest.height < rows.height
    assert left.join(latest, on=["station_id", "measured_on", "received_on"], how="anti").is_empty()


def test_the_answer_has_something_to_find(observable):
    homes, amphoe = observable["flooded_homes"], observable["water_by_amphoe"]
    repeated = dict(amphoe.group_by("province_code").agg(pl.col("repeated_households").sum()).iter_rows())
    households = dict(amphoe.group_by("province_code").agg(pl.col("households").sum()).iter_rows())
    assert repeated["96"] / households["96"] > 0.2, "the deep south floods again and again"
    assert repeated["50"] / households["50"] < 0.02, "Chiang Mai hardly ever does here"
    assert 0.5 < homes["is_repeated"].mean() < 0.75
    short = set(amphoe.filter("is_short")["basin_code"])
    assert short == {"04", "05", "12", "16", "17"}


def test_population_holds_every_house_and_the_observable_misses_some_links(month, observable):
    real = DOMAIN.population(month)
    assert real["flooded_homes"].height == observable["flooded_homes"].height
    assert observable["flooded_homes"]["in_house_registry"].mean() < real["flooded_homes"]["in_house_registry"].mean()
    inside = {row["code"] for row in pl.read_csv(ROOT / "contracts/codes/basin.csv", comment_prefix="#",
                                                 infer_schema=False).to_dicts()}  # fmt: skip
    assert set(geography.assumptions()["basins"]) == inside == set(real["water_by_amphoe"]["basin_code"])


@pytest.mark.parametrize("dataset", [extract.dataset for extract in (*EXTRACTS, truth.HOMES)])
def test_the_answer_changes_when_one_agencys_extract_is_withheld(sent, observable, dataset):
    without = DOMAIN.observable({**sent, dataset: sent[dataset].clear()}, "2026-02")
    assert any(not without[mart].equals(frame) for mart, frame in observable.items())


def test_one_wrong_row_shows(sent, observable):
    """A depth, a storage of the last day, a reading: each changes the truth."""
    for dataset, column in (
        ("flooded_households", "damage"),
        ("reservoir_storage", "storage"),
        ("gauge_readings", "rain"),
    ):
        rows = sent[dataset].with_columns(pl.col(column) + 1)
        changed = DOMAIN.observable({**sent, dataset: rows}, "2026-02")
        assert any(not changed[mart].equals(frame) for mart, frame in observable.items()), dataset


def cells(folder, name, whole=()):
    path = folder / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = list(csv.DictReader(line for line in lines if line and not line.startswith("#")))
    made = []
    for row in rows:
        known = {key: value or None for key, value in row.items()}
        made.append(
            known | {key: known[key] and int(Decimal(known[key]) * scale) for key, scale in whole if key in known}
        )
    return made


def known_of(folder):
    """A scenario of the marts as the simulator holds it."""
    hundredths = (("damage_baht", 100), ("storage_mcm", 100), ("demand_mcm", 100), ("rain_mm", 10), ("depth_cm", 1))

    def frame(name, columns, types):
        rows = [{ours: row.get(theirs) for ours, theirs in columns.items()} for row in cells(folder, name, hundredths)]
        made = pl.DataFrame(rows, schema={ours: types.get(ours, pl.String) for ours in columns})
        return made.with_columns(pl.col(c).str.to_date() for c in ("flooded_on", "measured_on") if c in columns)

    events = frame("flood_events", {"event_id": "event_id"}, {})
    reached = {name: name for name in ("house_id", "event_id", "flooded_on", "depth_cm", "amphoe_code")}
    numbers = dict.fromkeys(("depth_cm", "damage", "rain", "storage", "demand"), pl.Int64)
    of_month = pl.col("measured_on").dt.to_string("%Y-%m") == "2026-01"
    rain = frame(
        "gauge_readings", {"province_code": "province_code", "measured_on": "measured_on", "rain": "rain_mm"}, numbers
    )
    stored = {
        "reservoir_id": "reservoir_id",
        "basin_code": "basin_code",
        "measured_on": "measured_on",
        "storage": "storage_mcm",
    }
    wanted = {"amphoe_code": "amphoe_code", "basin_code": "basin_code", "demand": "demand_mcm"}
    return truth.Known(
        houses=frame("house_registry", {"house_id": "house_id", "amphoe_code": "amphoe_code"}, {}),
        reached=frame("flooded_households", reached | {"damage": "damage_baht"}, numbers).join(
            events, on="event_id", how="semi"
        ),
        rain=rain.filter(of_month & pl.col("rain").is_not_null()),
        storage=frame("reservoir_storage", stored, numbers).filter(of_month),
        demand=frame("water_demand", wanted, numbers),
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_truth_gives_the_answer_of_every_scenario_of_the_marts(case):
    """Two programs that share no line agree on the cases a reader can check by hand."""
    mart = case.parts[0]
    built = truth.marts(known_of(SCENARIOS / case), "2026-01")[mart]
    expected = cells(SCENARIOS / case, "expected")
    # ``null`` where nothing was reported: a sum over nothing is none in the mart, and is compared as such.
    text = built.with_columns(pl.all().cast(pl.String)).sort("house_id" if mart == "flooded_homes" else "amphoe_code")
    assert text.columns == list(expected[0])
    assert text.to_dicts() == expected


@pytest.mark.parametrize("name", SOURCES)
def test_the_simulator_imports_nothing_it_must_judge(name):
    tree = ast.parse((ROOT / "src/khlang/domains/water" / f"{name}.py").read_text(encoding="utf-8"))
    named = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    forbidden = ("curation", "gates", "landing", "serve", "release", "keys", "agency", "domains.water.marts")
    assert not {one for one in named for hop in forbidden if one.startswith((f"khlang.{hop}", "pyspark"))}


def test_small_counts_are_not_shown():
    rows = [{"province_code": code, "households": 100 * n, "flooded_households": 30 * n, "repeated_households": 8 * n}
            for n, code in enumerate(("10", "11", "96"), 1)]  # fmt: skip
    shown = answers.shown(rows, {"10": "ก", "11": "ข", "96": "ค"})
    assert [(row["code"], row["repeated_households"]) for row in shown] == [("96", 24), ("11", None), ("10", None)]
    assert answers.country(rows) == {"households": 600, "flooded_households": 180, "repeated_households": 48}
