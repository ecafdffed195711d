"""The two truths of the water marts, from the simulator's own state.

*Observable*: what the extracts can show: rows that ``Extract.kept`` keeps; readings of an earlier month that came late
tell of that month and not of this one. *Population*: what is: every flood and every house that it reached, all readings
of the month whether sent or not, everybody living where they live.

Imports nothing of curation or of the marts. Money is satang, water hundredths of a million cubic metres, rain tenths
of a millimetre, all whole until the last step.
"""

from dataclasses import dataclass

import polars as pl

from khlang.domains.water.definitions import load
from khlang.domains.water.extracts import EXTRACTS
from khlang.domains.welfare.extracts import EXTRACTS as WELFARE
from khlang.simulate.extract import Month, Sent

HOMES = {extract.dataset: extract for extract in WELFARE}["house_registry"]


@dataclass(frozen=True)
class Known:
    """What a truth is computed from.

    Attributes:
        houses: Grain person: house_id, amphoe_code.
        reached: Grain house_id, event_id: flooded_on, depth_cm, damage, amphoe_code; each event is in the register.
        rain: Grain station and day of the month: province_code, rain.
        storage: Grain reservoir and day of the month: reservoir_id, basin_code, measured_on, storage.
        demand: Grain amphoe_code and use: basin_code, demand.
    """

    houses: pl.DataFrame
    reached: pl.DataFrame
    rain: pl.DataFrame
    storage: pl.DataFrame
    demand: pl.DataFrame


def known_from_extracts(sent: Sent, period: str) -> Known:
    """What the rows as sent can show of one month."""
    left = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in (*EXTRACTS, HOMES)}
    of_month = pl.col("measured_on").dt.to_string("%Y-%m") == period
    events = left["flood_events"].select("event_id")
    return Known(
        houses=left["house_registry"].select("house_id", "amphoe_code"),
        reached=left["flooded_households"].join(events, on="event_id", how="semi"),
        rain=left["gauge_readings"].filter(of_month & pl.col("rain").is_not_null()),
        storage=left["reservoir_storage"].filter(of_month),
        demand=left["water_demand"],
    )


def known_from_world(month: Month) -> Known:
    """What is, of one month."""
    world, part = month.world, month.world.parts["water"]
    living = world.persons.select("house").join(world.houses, on="house", how="left")
    return Known(
        houses=living.select("house_id", "amphoe_code"),
        reached=part["reached"].join(world.houses, on="house", how="left"),
        rain=part["readings"].filter(pl.col("rain").is_not_null()),
        storage=part["storage"],
        demand=part["demand"],
    )


def households(known: Known) -> pl.DataFrame:
    """One row a registered house: its amphoe and members."""
    named = known.houses.filter(pl.col("house_id").is_not_null())
    return named.group_by("house_id").agg(amphoe=pl.col("amphoe_code").min(), members=pl.len().cast(pl.Int64))


def flooded_homes(known: Known, period: str) -> pl.DataFrame:
    """``flooded_homes``: one row a house of the register of affected households."""
    per_house = known.reached.group_by("house_id").agg(
        pl.col("amphoe_code").min(),
        floods=pl.col("event_id").n_unique().cast(pl.Int64),
        first_flooded_on=pl.col("flooded_on").min(),
        last_flooded_on=pl.col("flooded_on").max(),
        deepest_cm=pl.col("depth_cm").max(),
        damage=pl.when(pl.col("damage").is_not_null().any()).then(pl.col("damage").sum()),
    )
    rows = per_house.join(households(known), on="house_id", how="left")
    placed = rows.with_columns(amphoe_code=pl.coalesce("amphoe", "amphoe_code"))
    return placed.select(
        "house_id",
        pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
        "amphoe_code",
        pl.col("members").is_not_null().alias("in_house_registry"),
        pl.col("members").alias("household_members"),
        "floods",
        (pl.col("floods") >= load().repeated_floods).alias("is_repeated"),
        "first_flooded_on",
        "last_flooded_on",
        "deepest_cm",
        _decimal("damage", "total_damage_baht", 16, 2),
        pl.lit(period).alias("period"),
    ).sort("house_id")


def basins(known: Known) -> pl.DataFrame:
    """One row a basin of the demand: what it asks for, and what its reservoirs held on their last day."""
    last = known.storage.sort("measured_on").unique("reservoir_id", keep="last", maintain_order=True)
    held = last.group_by("basin_code").agg(held=pl.col("storage").sum())
    asked = known.demand.group_by("basin_code").agg(asked=pl.col("demand").sum())
    joined = asked.join(held, on="basin_code", how="left")
    months = pl.when(pl.col("asked") > 0).then((200 * pl.col("held") + pl.col("asked")) // (2 * pl.col("asked")))
    short = (months < int(load().short_months * 100)).fill_null(value=False)
    return joined.with_columns(months=months, is_short=short)


def by_amphoe(known: Known, homes: pl.DataFrame, period: str) -> pl.DataFrame:
    """``water_by_amphoe``: one row for every amphoe of the house registry, of a flooded house or of the demand."""
    flooded = homes.group_by("amphoe_code").agg(flooded=pl.len(), repeated=pl.col("is_repeated").sum())
    living = households(known).group_by(amphoe_code="amphoe").agg(households=pl.len())
    demand = known.demand.group_by("amphoe_code").agg(pl.col("basin_code").min(), demand=pl.col("demand").sum())
    rain = known.rain.group_by("province_code").agg(pl.col("rain").sum())
    joined = living.join(flooded, on="amphoe_code", how="full", coalesce=True)
    joined = joined.join(demand, on="amphoe_code", how="full", coalesce=True)
    placed = joined.with_columns(province_code=pl.col("amphoe_code").str.slice(0, 2))
    rows = placed.join(rain, on="province_code", how="left").join(basins(known), on="basin_code", how="left")
    return rows.select(
        "province_code",
        "amphoe_code",
        "basin_code",
        pl.col("households").fill_null(0).cast(pl.Int64),
        pl.col("flooded").fill_null(0).cast(pl.Int64).alias("flooded_households"),
        pl.col("repeated").fill_null(0).cast(pl.Int64).alias("repeated_households"),
        _decimal("rain", "rain_mm", 9, 1),
        _decimal("demand", "amphoe_demand_mcm", 14, 2),
        _decimal("asked", "basin_demand_mcm", 14, 2),
        _decimal("held", "basin_storage_mcm", 14, 2),
        _decimal("months", "months_of_storage", 9, 2),
        pl.col("is_short").fill_null(value=False),
        pl.lit(period).alias("period"),
    ).sort("amphoe_code")


def marts(known: Known, period: str) -> dict[str, pl.DataFrame]:
    """Both marts of one month from what is known."""
    homes = flooded_homes(known, period)
    return {"flooded_homes": homes, "water_by_amphoe": by_amphoe(known, homes, period)}


def observable(sent: Sent, period: str) -> dict[str, pl.DataFrame]:
    """The observable truth of both marts."""
    return marts(known_from_extracts(sent, period), period)


def population(month: Month) -> dict[str, pl.DataFrame]:
    """The population truth of both marts."""
    return marts(known_from_world(month), month.period)


def _decimal(column: str, name: str, precision: int, scale: int) -> pl.Expr:
    """A whole number of hundredths or tenths as DECIMAL(precision, scale), exactly."""
    exact = pl.col(column).cast(pl.Decimal(38, scale)) / pl.lit(10**scale)
    return exact.cast(pl.Decimal(precision, scale)).alias(name)
