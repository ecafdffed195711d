"""The two truths of the waste marts, from the simulator's own state.

*Observable*: what the extracts can show: rows that ``Extract.kept`` keeps; weights of an earlier month that came late
tell of that month, and complaints made in an earlier month are not this month's. *Population*: what is: all that was
collected whether it was reported or not, every complaint where it arose, everybody living where they live.

Imports nothing of curation or of the marts. Weights are kilograms and degrees millionths, whole until the last step.
"""

import calendar
from dataclasses import dataclass

import polars as pl

from khlang.domains.waste import places
from khlang.domains.waste.definitions import load
from khlang.domains.waste.extracts import EXTRACTS
from khlang.domains.welfare.extracts import EXTRACTS as WELFARE
from khlang.simulate.extract import Month, Sent

HOMES = {extract.dataset: extract for extract in WELFARE}["house_registry"]


@dataclass(frozen=True)
class Known:
    """What a truth is computed from.

    Attributes:
        houses: Grain person: house_id, amphoe_code.
        weights: Grain office and kind, of the month: amphoe_code, kind, kg, waste_site_id.
        sites: Grain waste_site_id: amphoe_code, kind, latitude, longitude, capacity, filled.
        fees: Grain house_id: served, paid.
        complaints: Grain complaint, of the month: house_id, amphoe_code.
    """

    houses: pl.DataFrame
    weights: pl.DataFrame
    sites: pl.DataFrame
    fees: pl.DataFrame
    complaints: pl.DataFrame


def known_from_extracts(sent: Sent, period: str) -> Known:
    """What the rows as sent can show of one month."""
    left = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in (*EXTRACTS, HOMES)}
    served = pl.col("waste_service_code") == "YES"
    return Known(
        houses=left["house_registry"].select("house_id", "amphoe_code"),
        weights=left["waste_collection"]
        .filter(pl.col("waste_month") == period)
        .select("amphoe_code", "waste_site_id", kind="waste_kind_code", kg="waste_tonnes"),
        sites=left["disposal_sites"].select(
            "waste_site_id",
            "amphoe_code",
            kind="waste_site_kind_code",
            latitude="site_latitude",
            longitude="site_longitude",
            capacity="site_capacity_tonnes",
            filled="site_filled_tonnes",
        ),
        fees=left["waste_fees"].select("house_id", served=served, paid=served & pl.col("fee_paid_on").is_not_null()),
        complaints=left["waste_complaints"]
        .filter(pl.col("complained_on").dt.to_string("%Y-%m") == period)
        .select("house_id", "amphoe_code"),
    )


def known_from_world(month: Month) -> Known:
    """What is, of one month."""
    world, part = month.world, month.world.parts["waste"]
    living = world.persons.select("house").join(world.houses, on="house", how="left")
    made = part["complaints"].filter(pl.col("complained_on") >= world.month)
    return Known(
        houses=living.select("house_id", "amphoe_code"),
        weights=part["weights"].select("amphoe_code", "waste_site_id", "kind", "kg"),
        sites=part["sites"],
        fees=part["homes"].select("house_id", "served", paid=pl.col("served") & pl.col("paid_on").is_not_null()),
        complaints=made.join(world.houses, on="house", how="left").select("house_id", "amphoe_code"),
    )


def households(known: Known) -> pl.DataFrame:
    """One row a registered house: home (its amphoe), served, paid."""
    named = (
        known.houses.filter(pl.col("house_id").is_not_null()).group_by("house_id").agg(home=pl.col("amphoe_code").min())
    )
    joined = named.join(known.fees, on="house_id", how="left")
    return joined.with_columns(pl.col("served", "paid").fill_null(value=False))


def by_amphoe(known: Known, period: str) -> pl.DataFrame:
    """``waste_by_amphoe``: one row for every amphoe of the house registry, of the weights or of a complaint."""
    recycled = pl.col("kind").is_in(load().recycled_kinds)
    homes = households(known)
    where = known.complaints.join(homes.select("house_id", "home"), on="house_id", how="left")
    parts = (
        known.houses.group_by("amphoe_code").agg(persons=pl.len()),
        homes.group_by(amphoe_code="home").agg(
            households=pl.len(), served_households=pl.col("served").sum(), paying_households=pl.col("paid").sum()
        ),
        known.weights.group_by("amphoe_code").agg(kg=pl.col("kg").sum(), recycled=pl.col("kg").filter(recycled).sum()),
        where.group_by(amphoe_code=pl.coalesce("home", "amphoe_code")).agg(waste_complaints=pl.len()),
    )
    rows = parts[0]
    for part in parts[1:]:
        rows = rows.join(part, on="amphoe_code", how="full", coalesce=True)
    away = places.nearest_sanitary(known.sites)
    counts = ("persons", "households", "served_households", "paying_households", "waste_complaints")
    whole = rows.join(away, on="amphoe_code", how="left").with_columns(
        pl.col(*counts, "kg", "recycled").fill_null(0).cast(pl.Int64)
    )
    days = calendar.monthrange(int(period[:4]), int(period[5:]))[1]
    head_days = pl.col("persons") * days
    return whole.select(
        pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
        "amphoe_code",
        "persons",
        "households",
        _decimal(pl.col("kg"), 14, 3, "waste_collected_tonnes"),
        _decimal(pl.col("recycled"), 14, 3, "recycled_tonnes"),
        _decimal(_ratio(1000 * pl.col("kg"), head_days), 9, 3, "waste_kg_per_head_day"),
        _decimal(_ratio(10_000 * pl.col("recycled"), pl.col("kg")), 5, 2, "recycled_percent"),
        "served_households",
        "paying_households",
        "waste_complaints",
        _decimal(
            _ratio(100_000 * pl.col("waste_complaints"), pl.col("households")), 9, 2, "complaints_per_1000_households"
        ),
        pl.col("metres").alias("sanitary_distance_m"),
        (pl.col("metres") > load().far_m).fill_null(value=False).alias("is_far_from_sanitary"),
        pl.lit(period).alias("period"),
    ).sort("amphoe_code")


def site_years(known: Known, period: str) -> pl.DataFrame:
    """``site_years``: one row a site of the register."""
    defined = load()
    brought = known.weights.filter(pl.col("waste_site_id").is_not_null())
    inflow = brought.group_by("waste_site_id").agg(inflow=pl.col("kg").sum())
    rows = known.sites.join(inflow, on="waste_site_id", how="left").with_columns(pl.col("inflow").fill_null(0))
    room = (pl.col("capacity") - pl.col("filled")).clip(lower_bound=0)
    years = _ratio(100 * room, defined.months_per_year * pl.col("inflow"))
    return (
        rows.with_columns(years=years)
        .select(
            "waste_site_id",
            pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
            "amphoe_code",
            pl.col("kind").alias("waste_site_kind_code"),
            _decimal(pl.col("capacity"), 14, 3, "site_capacity_tonnes"),
            _decimal(pl.col("filled"), 14, 3, "site_filled_tonnes"),
            _decimal(pl.col("inflow"), 14, 3, "month_inflow_tonnes"),
            _decimal(pl.col("years"), 12, 2, "site_years_left"),
            (pl.col("years") < int(defined.full_soon_years * 100)).fill_null(value=False).alias("is_full_soon"),
            (pl.col("filled") > pl.col("capacity")).alias("is_overfull"),
            pl.lit(period).alias("period"),
        )
        .sort("waste_site_id")
    )


def marts(known: Known, period: str) -> dict[str, pl.DataFrame]:
    """Both marts of one month from what is known."""
    return {"waste_by_amphoe": by_amphoe(known, period), "site_years": site_years(known, period)}


def observable(sent: Sent, period: str) -> dict[str, pl.DataFrame]:
    """The observable truth of both marts."""
    return marts(known_from_extracts(sent, period), period)


def population(month: Month) -> dict[str, pl.DataFrame]:
    """The population truth of both marts."""
    return marts(known_from_world(month), month.period)


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """A quotient of whole numbers, half up; nothing where the whole is nothing."""
    return pl.when(whole > 0).then((2 * part + whole) // (2 * whole))


def _decimal(parts: pl.Expr, precision: int, scale: int, name: str) -> pl.Expr:
    """A whole number of parts as DECIMAL(precision, scale), exactly."""
    exact = parts.cast(pl.Decimal(38, scale)) / pl.lit(10**scale)
    return exact.cast(pl.Decimal(precision, scale)).alias(name)
