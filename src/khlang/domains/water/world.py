"""The water domain's part of the world: floods and whom they reached, readings of the month, storage, demand."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from khlang.domains.water import geography
from khlang.simulate.calibration import Calibration
from khlang.simulate.identifiers import generator
from khlang.simulate.months import following, period_of
from khlang.simulate.world import Part, World

REACHED = {"house": pl.UInt32, "event_id": pl.String, "flooded_on": pl.Date, "depth_cm": pl.Int64, "damage": pl.Int64}


def found(world: World, known: Calibration, seed: int) -> Part:
    """The floods since the register began, and the first month's water.

    ``places``: grain house, whether it is low-lying. ``events``: grain event_id (amphoe_code, began_on, ended_on).
    ``reached``: grain house, event_id (flooded_on, depth_cm, damage in satang). ``readings``: grain station_id,
    measured_on (kind_code, province_code, rain in mm/10, level in cm, late). ``storage``: grain reservoir_id,
    measured_on (basin_code, capacity, storage in mcm/100, late). ``demand``: grain amphoe_code, use_code.
    ``earlier_readings``, ``earlier_storage``: of the month before, whose late ones are sent now.
    """
    risks = geography.amphoe(known).select("amphoe_code", "risk")
    flood = geography.assumptions()["flood"]
    chance = flood["low_lying"] + flood["low_lying_by_risk"] * pl.col("risk")
    houses = world.houses.join(risks, on="amphoe_code", how="left", maintain_order="left")
    draw = pl.Series(generator(seed, "water", "places").random(houses.height))
    part: Part = {
        "places": houses.select("house", "amphoe_code", low=draw < houses.select(chance).to_series()),
        "events": pl.DataFrame(schema={"event_id": pl.String, "amphoe_code": pl.String, "began_on": pl.Date,
                                       "ended_on": pl.Date}),
        "reached": pl.DataFrame(schema=REACHED),
    }  # fmt: skip
    month = date(int(flood["first_year"]), 1, 1)
    while month < world.month:
        part = _flooded(part, known, month, seed)
        month = following(month)
    return _measured(_flooded(part, known, world.month, seed), known, world.month, seed)


def advance(before: Part, world: World, known: Calibration, seed: int) -> Part:
    """The water of one month later: its floods beside the earlier ones, its own readings."""
    return _measured(_flooded(before, known, world.month, seed), known, world.month, seed)


def _season(known: Calibration, month: date) -> pl.DataFrame:
    """Each amphoe's chance of a flood in this month."""
    flood = geography.assumptions()["flood"]
    south, other = flood["south_months"].get(month.month, 0.0), flood["other_months"].get(month.month, 0.0)
    chance = pl.col("risk") * pl.when(pl.col("south")).then(pl.lit(south)).otherwise(pl.lit(other))
    return geography.amphoe(known).select("amphoe_code", chance=chance)


def _flooded(part: Part, known: Calibration, month: date, seed: int) -> Part:
    """The part with one month's floods, and the houses that they reached."""
    rng = generator(seed, "water", "floods", period_of(month))
    flood, season = geography.assumptions()["flood"], _season(known, month)
    hit = season.filter(pl.Series(rng.random(season.height)) < season["chance"])
    first = pl.lit(month) + pl.duration(days=pl.lit(pl.Series(rng.integers(0, 18, hit.height))))
    events = hit.select(
        (f"F{month:%Y%m}-" + pl.col("amphoe_code")).alias("event_id"),
        "amphoe_code",
        first.cast(pl.Date).alias("began_on"),
    ).with_columns(
        (pl.col("began_on") + pl.duration(days=pl.lit(pl.Series(rng.integers(1, 9, hit.height))))).alias("ended_on")
    )
    there = part["places"].join(events, on="amphoe_code", how="inner", maintain_order="left")
    chance = pl.when(pl.col("low")).then(flood["reaches_low"]).otherwise(flood["reaches_high"])
    wet = there.filter(pl.Series(rng.random(there.height)) < there.select(chance).to_series())
    depth = pl.Series(np.rint(rng.gamma(2.2, 22, wet.height)).astype(np.int64) + 5)
    damage = depth * pl.Series(rng.integers(60, 400, wet.height)) * 100
    reached = wet.select(
        "house", "event_id", pl.col("began_on").alias("flooded_on"), depth.alias("depth_cm"), damage.alias("damage")
    )
    return {**part, "events": part["events"].vstack(events), "reached": part["reached"].vstack(reached)}


def _measured(part: Part, known: Calibration, month: date, seed: int) -> Part:
    """The part with one month's readings, storage and demand; the readings before are kept for the late ones."""
    readings, storage = _readings(part, known, month, seed), _storage(known, month, seed)
    return {
        **part,
        "earlier_readings": part.get("readings", readings.clear()),
        "earlier_storage": part.get("storage", storage.clear()),
        "readings": readings,
        "storage": storage,
        "demand": geography.demand(known, month.month),
    }


def _days(month: date) -> pl.DataFrame:
    last = following(month) - timedelta(days=1)
    return pl.DataFrame({"measured_on": pl.date_range(month, last, "1d", eager=True)})


def _readings(part: Part, known: Calibration, month: date, seed: int) -> pl.DataFrame:
    """Daily rain of every province and level of every basin's river: more where the month has floods."""
    rng = generator(seed, "water", "readings", period_of(month))
    rules = geography.assumptions()
    now = part["events"].filter(pl.col("began_on") >= month).select("amphoe_code")
    amphoe = geography.amphoe(known).with_columns(wet=pl.col("amphoe_code").is_in(now["amphoe_code"].implode()))
    places = amphoe.group_by("province_code").agg(pl.col("wet").mean(), pl.col("south").first(), pl.len())
    stations = geography.stations(known).join(places, on="province_code", how="left", maintain_order="left")
    usual = [rules["rain"][side][month.month - 1] for side in ("other", "south")]
    monthly = pl.when(pl.col("south")).then(usual[1]).otherwise(usual[0]) + pl.col("wet") * rules["rain"]["flooding"]
    total = stations.select(monthly).to_series().to_numpy() * rng.lognormal(0, 0.25, stations.height)
    days = _days(month)
    weights = rng.gamma(0.35, 1.0, (stations.height, days.height)) + 1e-9
    rain = np.rint(total[:, None] * 10 * weights / weights.sum(axis=1, keepdims=True)).astype(np.int64)
    swell = np.cumsum(rain, axis=1) // 40
    level = 150 + swell + rng.integers(0, 30, swell.shape)
    rows = stations.select("station_id", "kind_code", "province_code").join(days, how="cross", maintain_order="left")
    is_rain = pl.col("kind_code") == "RAIN"
    return rows.with_columns(
        rain=pl.when(is_rain).then(pl.Series(rain.ravel())),
        level=pl.when(~is_rain).then(pl.Series(level.ravel())),
        late=pl.Series(rng.random(rows.height) < rules["mess"]["late"]),
    )


def _storage(known: Calibration, month: date, seed: int) -> pl.DataFrame:
    """Daily storage of every reservoir: along the season, lower where the basin is dry."""
    rng = generator(seed, "water", "storage", period_of(month))
    rules = geography.assumptions()["reservoirs"]
    dams, days = geography.reservoirs(known), _days(month)
    start, end = rules["full"][month.month - 1], rules["full"][month.month % 12]
    dry = dams["basin_code"].replace_strict(rules["dry_basins"], default=1.0, return_dtype=pl.Float64)
    share = np.linspace(start, end, days.height, endpoint=False)[None, :] * dry.to_numpy()[:, None]
    share = share * (1 + rng.normal(0, 0.004, share.shape))
    held = np.rint(dams["capacity"].to_numpy()[:, None] * np.clip(share, 0, 1)).astype(np.int64)
    rows = dams.join(days, how="cross", maintain_order="left")
    late = rng.random(rows.height) < geography.assumptions()["mess"]["late"]
    return rows.with_columns(storage=pl.Series(held.ravel()), late=pl.Series(late))
