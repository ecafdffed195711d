"""The bus network: routes, their stops and their timetable. Made up, see ``data/assumptions.yaml``.

Coordinates are whole millionths of a degree, times whole seconds of the service day (GTFS: they go on after midnight).
"""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
import yaml

from khlang.domains.transport.definitions import load
from khlang.simulate.calibration import Assumptions
from khlang.simulate.identifiers import generator

MICRO = 1_000_000
METRE = 1 / 111_195  # degrees of latitude
DAYS_OF_MONTH = 30


@cache
def assumptions() -> Assumptions:
    """What the simulator assumes of transport."""
    text = (files("khlang.domains.transport") / "data" / "assumptions.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def routes(people: int, seed: int) -> pl.DataFrame:
    """Routes of a network that suits this many people.

    Columns route_code, province_code, stops (how many), trips (a day), late, early, night (what is wrong with the route
    or particular to it), latitude and longitude of the first stop and the step to the next (millionths of a degree).
    """
    rules = assumptions()["buses"]
    rng = generator(seed, "transport", "routes")
    count = int(np.clip(people // rules["people_per_route"], rules["fewest_routes"], rules["most_routes"]))
    number = np.arange(count)
    fewest, most = rules["stops"]
    stops = fewest + number % (most - fewest + 1)
    running = np.mean([len(load().service_days[code]) for code in rules["service_days"]]) / 7
    fixes = (2 * stops.mean() - 1) * DAYS_OF_MONTH * running  # of one trip: one at every stop, and one between
    daily = round(people * rules["positions_per_person"] / fixes / count)
    listed = rules["provinces"]
    provinces = [listed[one % len(listed)] for one in range(count)]
    centres = np.array([rules["centres"][code] for code in provinces])
    heading = rng.uniform(0, 2 * np.pi, count)
    away = rng.uniform(0, 4000, (count, 2)) * METRE
    step = rules["spacing_m"] * METRE * np.column_stack([np.sin(heading), np.cos(heading) / np.cos(np.radians(13.8))])
    first, between = (np.rint(part * MICRO).astype(np.int64) for part in (centres + away, step))
    return pl.DataFrame(
        {
            "route_code": [f"B{one + 1:03d}" for one in range(count)],
            "province_code": provinces,
            "stops": stops,
            "trips": np.full(count, np.clip(daily, rules["fewest_trips"], rules["most_trips"])),
            "late": number % rules["late_every"] == 0,
            "early": number % rules["early_every"] == 1,
            "night": number % rules["night_every"] == 0,
            "latitude": first[:, 0],
            "longitude": first[:, 1],
            "step_north": between[:, 0],
            "step_east": between[:, 1],
        }
    )


def departures(trips: int, *, night: bool) -> np.ndarray:
    """Minutes of the service day at which so many trips leave: more of them in the hours of more weight."""
    rules = assumptions()["buses"]
    weights = np.array(rules["departures"] + ([0.6] if night else []))
    hours = rules["first_hour"] + np.arange(len(weights) + 1)
    reached = np.concatenate([[0], np.cumsum(weights)]) / weights.sum()
    last = 1 - 1e-9 if night else (trips - 0.5) / trips  # the last trip of a night route leaves at the end
    minutes: np.ndarray = np.floor(np.interp(np.linspace(0, last, trips), reached, hours * 60)).astype(np.int64)
    return minutes


def trips(network: pl.DataFrame) -> pl.DataFrame:
    """Trips of the timetable: trip_code, route_code, start (minute), service_day_code, bus_code; and their route's."""
    rules = assumptions()["buses"]
    listed = rules["service_days"]
    made = []
    for route in network.iter_rows(named=True):
        start = departures(route["trips"], night=route["night"])
        number = np.arange(len(start))
        # As many buses as leave before the first is back: no bus is on two trips at once, however late.
        longest = route["stops"] * rules["minutes_between"] + rules["most_late"] // 60 + 5
        buses = int((np.searchsorted(start, start + longest) - number).max()) + 1
        made.append(
            pl.DataFrame(
                {
                    "trip_code": [f"{route['route_code']}-{one + 1:03d}" for one in number],
                    "route_code": route["route_code"],
                    "start": start,
                    "service_day_code": [listed[one % len(listed)] for one in number],
                    "bus_code": [f"{route['route_code']}.{one % buses + 1:02d}" for one in number],
                }
            )
        )
    every = pl.concat(made).join(network.drop("trips"), on="route_code", how="left", maintain_order="left")
    listed_buses = every["bus_code"].unique(maintain_order=True)
    return every.with_columns(
        pl.col("trip_code").cast(pl.Enum(every["trip_code"])), pl.col("bus_code").cast(pl.Enum(listed_buses))
    )


def timetable(every: pl.DataFrame) -> pl.DataFrame:
    """Stop times of all trips. Grain: trip_code, stop_sequence.

    Columns route_code, stop_code, stop_latitude and stop_longitude (millionths of a degree), province_code, planned
    (seconds of the service day), service_day_code.
    """
    rules = assumptions()["buses"]
    place = pl.col("stop_sequence").cast(pl.Int64) - 1
    stops = every.with_columns(stop_sequence=pl.int_ranges(1, pl.col("stops") + 1, dtype=pl.Int32)).explode(
        "stop_sequence"
    )
    return stops.select(
        "trip_code",
        "route_code",
        "stop_sequence",
        (pl.col("route_code") + "/" + pl.col("stop_sequence").cast(pl.String).str.zfill(2)).alias("stop_code"),
        (pl.col("latitude") + place * pl.col("step_north")).alias("stop_latitude"),
        (pl.col("longitude") + place * pl.col("step_east")).alias("stop_longitude"),
        "province_code",
        ((pl.col("start") + place * rules["minutes_between"]) * 60).alias("planned"),
        "service_day_code",
    )
