"""What the buses of one month did: which trips ran, when each reached its stops, and what its GPS saw.

Made day by day over whole arrays (trips × stops), in small types: ten million fixes are some 300 MB.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl

from khlang.domains.transport import network
from khlang.domains.transport.definitions import load
from khlang.simulate.identifiers import generator
from khlang.simulate.months import following, period_of

DAY = 86_400


def month(trips: pl.DataFrame, first: date, seed: int) -> dict[str, pl.DataFrame]:
    """The month's ``runs``, ``visits`` and ``positions``.

    ``runs``: grain trip_code, service_on: came. ``visits``: grain trip_code, service_on, stop_sequence: delay (seconds,
    of runs that came). ``positions``: grain bus_code, seen_on, seen_second: service_on, trip_code, latitude and
    longitude (millionths of a degree), speed (km/h × 10), late (not sent in time).
    """
    rng = generator(seed, "transport", "buses", period_of(first))
    rules = network.assumptions()["buses"]
    names = trips["bus_code"].unique(maintain_order=True)
    stuck = names.gather_every(rules["stuck_every"], offset=rules["stuck_every"] // 5)
    made: dict[str, list[pl.DataFrame]] = {"runs": [], "visits": [], "positions": []}
    for day in _days(first):
        today = trips.filter(pl.col("service_day_code").is_in(_running(day)))
        came = rng.random(today.height) >= _cancelled(today)
        made["runs"].append(today.select("trip_code", service_on=pl.lit(day), came=pl.Series(came)))
        out = today.filter(pl.Series(came))
        delay = delays(out, rng)
        made["visits"].append(_visits(out, delay, day))
        made["positions"].append(_fixes(out, delay, day, rng, stuck))
    last = following(first)
    frames = {name: pl.concat(parts) for name, parts in made.items()}
    seen = frames["positions"].filter(
        pl.col("seen_on") < last
    )  # what is seen after midnight of the last day is nobody's
    tail = pl.Series(rng.random(seen.height) < rules["late"]) & (seen["seen_on"] >= last - timedelta(days=2))
    return frames | {"positions": seen.with_columns(late=tail)}


def delays(out: pl.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Seconds after the plan at which each trip reaches each stop: trips × the most stops; what is beyond is unused."""
    rules = network.assumptions()["buses"]
    hour = (out["start"] // 60).to_numpy()
    slow, (evening, night) = rules["slow"], (rules["evening"], rules["night"])
    in_evening = (hour >= evening[0]) & (hour <= evening[1])
    in_morning = (hour >= rules["morning"][0]) & (hour <= rules["morning"][1])
    at_night = (hour >= night[0]) & (hour <= night[1])
    each = np.full(out.height, float(slow["other"]))
    each[in_morning] = slow["morning"]
    each[in_evening] = slow["evening"]
    each[in_evening & out["late"].to_numpy()] = slow["late"]
    each[at_night & out["early"].to_numpy()] = slow["early"]
    shape = (out.height, rules["stops"][1])
    steps = np.clip(rng.normal(each[:, None], rules["jitter"], shape), -60, 200)
    start = np.clip(rng.normal(rules["start"]["mean"], rules["start"]["spread"], out.height), -60, 300)
    late: np.ndarray = np.minimum(np.rint(start[:, None] + np.cumsum(steps, axis=1)), rules["most_late"])
    return late.astype(np.int32)


def _days(first: date) -> Iterator[date]:
    day = first
    while day < following(first):
        yield day
        day += timedelta(days=1)


def _running(day: date) -> list[str]:
    return [code for code, days in load().service_days.items() if day.isoweekday() in days]


def _cancelled(today: pl.DataFrame) -> np.ndarray:
    """Chance of each trip never to come: higher on routes that lack buses, in the peaks."""
    rules = network.assumptions()["buses"]
    peaks = pl.lit(False)
    for least, most in (rules["evening"], rules["morning"]):
        peaks = peaks | (pl.col("start") // 60).is_between(least, most)
    chance = pl.when(pl.col("late") & peaks).then(rules["cancelled"]["late"]).otherwise(rules["cancelled"]["other"])
    return today.select(chance).to_series().to_numpy()


def _visits(out: pl.DataFrame, delay: np.ndarray, day: date) -> pl.DataFrame:
    there = np.arange(delay.shape[1])[None, :] < out["stops"].to_numpy()[:, None]
    row, place = np.nonzero(there)
    return pl.DataFrame(
        {"stop_sequence": (place + 1).astype(np.int32), "delay": delay[row, place]},
    ).with_columns(trip_code=out["trip_code"].gather(row), service_on=pl.lit(day))


def _fixes(out: pl.DataFrame, delay: np.ndarray, day: date, rng: np.random.Generator, stuck: pl.Series) -> pl.DataFrame:
    """What the devices of one service day send: a fix at every stop, and one half way to the next."""
    rules = network.assumptions()["buses"]
    north, east, step_north, step_east, start, stops = (
        out[name].to_numpy()[:, None] for name in ("latitude", "longitude", "step_north", "step_east", "start", "stops")
    )
    place = np.arange(delay.shape[1])[None, :]
    reached = (start + place * rules["minutes_between"]) * 60 + delay
    half = np.zeros_like(reached)
    half[:, :-1] = (
        reached[:, :-1] + reached[:, 1:]
    ) // 2  # a stop is three minutes from the next: never within dwelling
    second = np.stack([reached + rng.integers(0, 20, reached.shape), half], axis=2)
    along = np.stack([place + np.zeros_like(reached), place + 0.5 + np.zeros_like(reached)], axis=2)
    there = np.stack([place < stops, place < stops - 1], axis=2)
    there[:, :, 0] &= rng.random(reached.shape) >= rules["missed"]
    there[rng.random(out.height) < rules["silent"]] = False
    row, column, kind = np.nonzero(there)
    at, way = second[row, column, kind], along[row, column, kind]
    error = np.rint(rng.normal(0, rules["noise_m"], (2, len(at))) * network.METRE * network.MICRO)
    latitude = north[row, 0] + way * step_north[row, 0] + error[0]
    longitude = east[row, 0] + way * step_east[row, 0] + error[1]
    jumped = rng.random(len(at)) < rules["jumps"]
    latitude[jumped], longitude[jumped] = (value * network.MICRO for value in rules["jump"])
    depot = out["bus_code"].is_in(stuck.implode()).to_numpy()[row]
    latitude[depot], longitude[depot] = north[row, 0][depot] + 50_000, east[row, 0][depot] + 50_000
    seen_on = (np.datetime64(day) + at // DAY).astype("datetime64[D]")
    return pl.DataFrame(
        {
            "bus_code": out["bus_code"].gather(row),
            "seen_on": pl.Series(seen_on).cast(pl.Date),
            "seen_second": (at % DAY).astype(np.int32),
            "service_on": pl.repeat(day, len(at), dtype=pl.Date, eager=True),
            "trip_code": out["trip_code"].gather(row),
            "latitude": latitude.astype(np.int32),
            "longitude": longitude.astype(np.int32),
            "speed": _speeds(kind, rng),
        }
    )


def _speeds(kind: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Tenths of a km/h: slow at a stop (kind 0), faster between two; a few devices report less than nothing."""
    speed = np.where(kind == 0, rng.integers(0, 80, len(kind)), rng.integers(120, 480, len(kind)))
    speed[rng.random(len(kind)) < network.assumptions()["buses"]["faults"]] = -10
    return speed.astype(np.int16)
