"""The two truths of the welfare marts, from the simulator's own state.

*Observable*: what the extracts can show: rows that ``Extract.kept`` keeps; late rows (``wage_month`` before the
period) earn nothing in this month.

*Population*: what is. All living persons in the house they live in, all jobs of the month whether reported or not, and
informal income: ``wage_baht`` is then the whole monthly income, so that contradiction, household income and poverty
are the true ones. Registrations of the dead are left out.

Imports nothing of curation or of the marts. Money is satang (whole numbers) until the last step.
"""

from dataclasses import dataclass

import polars as pl

from khlang.domains.welfare.definitions import Definitions, load
from khlang.domains.welfare.extracts import EXTRACTS
from khlang.simulate.extract import Month, Sent


@dataclass(frozen=True)
class Known:
    """What a truth is computed from; each frame holds one row for its first column (or columns).

    Attributes:
        registrants: cid; province_code, amphoe_code, declared, debt (satang), land (rai/100).
        wages: cid; wage (satang of the month).
        houses: cid; house_id, amphoe_code.
        cars: cid; cars.
        insured: cid of who is insured this month.
    """

    registrants: pl.DataFrame
    wages: pl.DataFrame
    houses: pl.DataFrame
    cars: pl.DataFrame
    insured: pl.DataFrame


def _cars(vehicles: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    counted = pl.col("vehicle_type_code").is_in(list(definitions.car_types_counted)) & pl.col("cid").is_not_null()
    return vehicles.filter(counted).group_by("cid").agg(cars=pl.len().cast(pl.Int64))


def known_from_extracts(sent: Sent, period: str, definitions: Definitions) -> Known:
    """What the rows as sent can show of one month."""
    left = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in EXTRACTS}
    wages = left["insured_persons"].filter(pl.col("wage_month") == period).group_by("cid").agg(pl.col("wage").sum())
    return Known(
        registrants=left["welfare_registrants"],
        wages=wages,
        houses=left["house_registry"],
        cars=_cars(left["vehicles"], definitions),
        insured=wages.select("cid"),
    )


def known_from_world(month: Month, definitions: Definitions) -> Known:
    """What is, of one month: the living, all their jobs, informal income included."""
    world = month.world
    alive = world.persons.select("cid", "house", "informal")
    formal = world.jobs.group_by("cid").agg(pl.col("wage").sum())
    income = alive.join(formal, on="cid", how="left").select(
        "cid", wage=pl.col("wage").fill_null(0) + pl.col("informal")
    )
    registrants = world.registrations.join(alive.select("cid"), on="cid", how="semi").with_columns(
        province_code=pl.col("amphoe_code").str.slice(0, 2)
    )
    owned = world.vehicles.rename({"type_code": "vehicle_type_code"})
    return Known(
        registrants=registrants,
        wages=income,
        houses=alive.join(world.houses, on="house", how="left").select("cid", "house_id", "amphoe_code"),
        cars=_cars(owned, definitions),
        insured=formal.select("cid"),
    )


def households(known: Known, definitions: Definitions) -> pl.DataFrame:
    """One row a house: members, yearly income and income per head (satang, half up), cars, poor, has a registrant."""
    line = int(definitions.poor_income_per_year_baht * 100)
    registered = known.registrants.select("cid", registered=pl.lit(1))
    members = known.houses.filter(pl.col("house_id").is_not_null())
    joined = members.join(known.wages, on="cid", how="left").join(known.cars, on="cid", how="left")
    per_house = (
        joined.join(registered, on="cid", how="left")
        .group_by("house_id")
        .agg(
            pl.col("amphoe_code").min(),
            members=pl.len().cast(pl.Int64),
            income=pl.col("wage").sum() * definitions.months_per_year,
            household_cars=pl.col("cars").sum(),
            registrants=pl.col("registered").sum(),
        )
    )
    per_head = (2 * pl.col("income") + pl.col("members")) // (2 * pl.col("members"))
    return per_house.with_columns(per_head=per_head).with_columns(
        poor=(pl.col("per_head") <= line) & (pl.col("household_cars") == 0)
    )


def eligibility(known: Known, definitions: Definitions, period: str) -> pl.DataFrame:
    """``welfare_eligibility``: one row a registrant, with ``cid`` (text) where the mart has ``pid``."""
    line = int(definitions.poor_income_per_year_baht * 100)
    tolerance = int(definitions.contradiction_tolerance_baht * 100)
    most_land = int(definitions.max_land_rai_farm * 100)
    house = households(known, definitions).select("house_id", "members", "income", "per_head")
    rows = (
        known.registrants.select("cid", "province_code", "amphoe_code", "declared", "debt", "land")
        .join(known.wages, on="cid", how="left")
        .join(known.insured.with_columns(insured=pl.lit(value=True)), on="cid", how="left")
        .join(known.houses.select("cid", "house_id", found=pl.lit(value=True)), on="cid", how="left")
        .join(house, on="house_id", how="left")
        .join(known.cars, on="cid", how="left")
        .with_columns(pl.col("wage", "cars").fill_null(0), pl.col("insured", "found").fill_null(value=False))
        .with_columns(registered=pl.col("wage") * definitions.months_per_year)
        .with_columns(
            contradiction=(pl.col("registered") - pl.col("declared") > tolerance).fill_null(value=False),
            over_income=(pl.max_horizontal("registered", "declared") > line)
            | (pl.col("per_head") > line).fill_null(value=False),
            over_assets=(pl.col("cars") > 0) | (pl.col("land") > most_land).fill_null(value=False),
        )
    )
    return rows.select(
        cid=pl.col("cid").cast(pl.String),
        province_code="province_code",
        amphoe_code="amphoe_code",
        declared_income_baht=_decimal("declared"),
        wage_baht=_decimal("wage"),
        is_insured="insured",
        registered_income_baht=_decimal("registered"),
        in_house_registry="found",
        household_members="members",
        household_income_baht=_decimal("income", 16),
        household_income_per_head_baht=_decimal("per_head", 16),
        cars="cars",
        debt_baht=_decimal("debt"),
        land_rai=_decimal("land", 9),
        is_contradiction="contradiction",
        is_over_income="over_income",
        is_over_assets="over_assets",
        is_eligible=~pl.col("over_income") & ~pl.col("over_assets"),
        period=pl.lit(period),
    ).sort("cid")


def by_amphoe(known: Known, judged: pl.DataFrame, definitions: Definitions, period: str) -> pl.DataFrame:
    """``welfare_by_amphoe``: one row for every amphoe of the house registry or of a registration."""
    per_house = households(known, definitions)
    persons = known.houses.group_by("amphoe_code").agg(persons=pl.len())
    houses = per_house.group_by("amphoe_code").agg(
        households=pl.len(),
        poor_households=pl.col("poor").sum(),
        poor_households_without_registrant=(pl.col("poor") & (pl.col("registrants") == 0)).sum(),
    )
    registrants = judged.group_by("amphoe_code").agg(
        registrants=pl.len(),
        insured_registrants=pl.col("is_insured").sum(),
        contradictions=pl.col("is_contradiction").sum(),
        over_income=pl.col("is_over_income").sum(),
        over_assets=pl.col("is_over_assets").sum(),
        eligible=pl.col("is_eligible").sum(),
    )
    counts = (
        *("persons", "households", "registrants", "insured_registrants", "contradictions", "over_income"),
        *("over_assets", "eligible", "poor_households", "poor_households_without_registrant"),
    )
    joined = persons.join(houses, on="amphoe_code", how="full", coalesce=True)
    joined = joined.join(registrants, on="amphoe_code", how="full", coalesce=True)
    return (
        joined.filter(pl.col("amphoe_code").is_not_null())
        .select(
            pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
            "amphoe_code",
            *(pl.col(name).fill_null(0).cast(pl.Int64) for name in counts),
            pl.lit(period).alias("period"),
        )
        .sort("amphoe_code")
    )


def marts(known: Known, period: str) -> dict[str, pl.DataFrame]:
    """Both marts of one month from what is known."""
    definitions = load()
    judged = eligibility(known, definitions, period)
    return {"welfare_eligibility": judged, "welfare_by_amphoe": by_amphoe(known, judged, definitions, period)}


def observable(sent: Sent, period: str) -> dict[str, pl.DataFrame]:
    """The observable truth of both marts."""
    return marts(known_from_extracts(sent, period, load()), period)


def population(month: Month) -> dict[str, pl.DataFrame]:
    """The population truth of both marts."""
    return marts(known_from_world(month, load()), month.period)


def _decimal(column: str, precision: int = 14) -> pl.Expr:
    """Hundredths (whole number) as DECIMAL(precision, 2), exactly."""
    return (pl.col(column).cast(pl.Decimal(38, 2)) / 100).cast(pl.Decimal(precision, 2)).alias(column)
