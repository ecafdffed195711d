"""The truth of transport gives the answer of every scenario of the marts: two programs that share no line agree."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from khlang.domains.transport import truth, truth_buses

SCENARIOS = Path(__file__).parents[3] / "tests" / "scenarios_marts"
MARTS = ("bus_punctuality", "congestion", "air_arrivals")
CASES = [
    path.parent.relative_to(SCENARIOS) for mart in MARTS for path in sorted(SCENARIOS.glob(f"{mart}/*/expected.csv"))
]
#: Columns of the contract's files that the simulator holds in smaller units, and how many make one.
SMALLER = {"latitude": 10**6, "longitude": 10**6, "stop_latitude": 10**6, "stop_longitude": 10**6, "mean_speed_kmh": 10}
NUMBERS = (
    "stop_sequence",
    "planned_hour",
    "planned_minute",
    "seen_second",
    "hour",
    "vehicle_count",
    "flights",
    "passengers",
)
DAYS = ("seen_on", "service_on", "counted_on", "arrived_on", "received_on")
INPUTS = {
    "bus_schedule": ("trip_code", "route_code", "stop_sequence", "stop_latitude", "stop_longitude", "province_code",
                     "planned_hour", "planned_minute", "service_day_code"),
    "bus_positions": ("trip_code", "service_on", "seen_on", "seen_second", "latitude", "longitude"),
    "traffic_counts": ("road_station_code", "counted_on", "hour", "province_code", "setting_code", "vehicle_count",
                       "mean_speed_kmh"),
    "flight_arrivals": ("nationality_code", "airport_code", "arrived_on", "flights", "passengers", "received_on",
                        "period"),
}  # fmt: skip


def cells(folder: Path, name: str) -> list[dict[str, str | None]]:
    path = folder / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = csv.DictReader(line for line in lines if line and not line.startswith("#"))
    return [{name: value or None for name, value in row.items()} for row in rows]


def held(folder: Path, name: str) -> pl.DataFrame:
    """One input as the simulator holds it."""

    def value(column: str, text: str | None) -> object:
        if text is None or column not in (*SMALLER, *NUMBERS, *DAYS):
            return text
        return date.fromisoformat(text) if column in DAYS else int(Decimal(text) * SMALLER.get(column, 1))

    types = dict.fromkeys((*SMALLER, *NUMBERS), pl.Int64) | dict.fromkeys(DAYS, pl.Date)
    rows = [{column: value(column, row.get(column)) for column in INPUTS[name]} for row in cells(folder, name)]
    return pl.DataFrame(rows, schema={column: types.get(column, pl.String) for column in INPUTS[name]})


def known_of(folder: Path) -> truth.Known:
    plan = held(folder, "bus_schedule").with_columns(
        pl.col("stop_sequence").cast(pl.Int32), planned=pl.col("planned_hour") * 3600 + pl.col("planned_minute") * 60
    )
    month = pl.lit("2026-01")
    fixes = held(folder, "bus_positions").filter(pl.col("service_on").dt.to_string("%Y-%m") == month)
    counts = held(folder, "traffic_counts").rename({"vehicle_count": "vehicles", "mean_speed_kmh": "speed"})
    sent = held(folder, "flight_arrivals").with_columns(month=pl.col("arrived_on").dt.to_string("%Y-%m"))
    last = sent.sort("received_on").unique(["nationality_code", "airport_code", "arrived_on"], keep="last")
    return truth.Known(
        plan=plan,
        seen=fixes.select("trip_code", "service_on").unique(),
        reached=truth_buses.reached(plan, fixes),
        counts=counts.filter(pl.col("counted_on").dt.to_string("%Y-%m") == month).cast({"hour": pl.Int32}),
        arrivals=last.filter(pl.col("month").is_in(sent["period"].unique().implode())),
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_truth_gives_the_answer_of_every_scenario_of_the_marts(case: Path) -> None:
    built = truth.marts(known_of(SCENARIOS / case), "2026-01")[case.parts[0]]
    expected = cells(SCENARIOS / case, "expected")
    assert built.columns == list(expected[0])
    got = built.with_columns(pl.all().cast(pl.String)).to_dicts()
    assert sorted(got, key=repr) == sorted(expected, key=repr)


def test_there_are_cases_of_every_mart() -> None:
    assert {case.parts[0] for case in CASES} == set(MARTS)
    assert len(CASES) >= 9
