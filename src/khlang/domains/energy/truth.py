"""The two truths of the energy marts, from the simulator's own state.

*Observable*: what the extracts can show: rows that ``Extract.kept`` keeps; bills and grants of an earlier month that
came late tell of that month. A member's known income is the greater of the insured wage and what was declared.
*Population*: what is: every bill and every grant, and all that the living earn, informal income included.

Imports nothing of curation or of the marts. Money is satang and time is minutes, whole until the last step.
"""

from dataclasses import dataclass

import polars as pl

from khlang.domains.energy.definitions import load
from khlang.domains.energy.extracts import BILLS, EXTRACTS, METERS
from khlang.domains.energy.world import registered
from khlang.domains.welfare.extracts import EXTRACTS as WELFARE
from khlang.simulate.extract import Month, Sent

NEEDED = tuple(
    extract for extract in WELFARE if extract.dataset in {"welfare_registrants", "insured_persons", "house_registry"}
)


@dataclass(frozen=True)
class Known:
    """What a truth is computed from.

    Attributes:
        members: Grain person of a registered house: cid, house_id, amphoe_code.
        registrants: Grain cid.
        incomes: Grain cid: income (satang a year); who is not there earns nothing that is known.
        bills: Grain household meter and house, of the month: house_id, ampere, kwh, baht, paid.
        granted: Grain cid of who received a subsidy of the month.
        outages: Grain outage, of the month: amphoe_code, minutes, customers, is_clear.
    """

    members: pl.DataFrame
    registrants: pl.DataFrame
    incomes: pl.DataFrame
    bills: pl.DataFrame
    granted: pl.DataFrame
    outages: pl.DataFrame


def known_from_extracts(sent: Sent, period: str) -> Known:
    """What the rows as sent can show of one month."""
    left = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in (*EXTRACTS, *NEEDED)}
    registrants = left["welfare_registrants"].select("cid", "declared")
    wages = left["insured_persons"].filter(pl.col("wage_month") == period).group_by("cid").agg(pl.col("wage").sum())
    incomes = registrants.join(wages, on="cid", how="full", coalesce=True).select(
        "cid", income=pl.max_horizontal("declared", pl.col("wage") * load().months_per_year)
    )
    meters = pl.concat(left[extract.dataset] for extract in METERS)
    bills = pl.concat(left[extract.dataset] for extract in BILLS).filter(
        (pl.col("bill_month") == period) & (pl.col("reading_kwh") >= pl.col("reading_before_kwh"))
    )
    outages = left["power_outages"].filter(pl.col("outage_began_on").dt.to_string("%Y-%m") == period)
    return Known(
        members=left["house_registry"].select("cid", "house_id", "amphoe_code"),
        registrants=registrants.select("cid"),
        incomes=incomes,
        bills=bills.join(_household(meters, "meter_type_code"), on="meter_no", how="inner").select(
            "house_id",
            ampere="meter_ampere",
            kwh="used_kwh",
            baht="bill_baht",
            paid=pl.col("bill_paid_on").is_not_null(),
        ),
        granted=left["electricity_subsidies"].filter(pl.col("subsidy_month") == period).select("cid"),
        outages=outages.select(
            "amphoe_code",
            minutes="outage_minutes",
            customers="outage_customers",
            is_clear=pl.col("outage_ended_on") >= pl.col("outage_began_on"),
        ),
    )


def known_from_world(month: Month) -> Known:
    """What is, of one month."""
    world, part = month.world, month.world.parts["energy"]
    wages = world.jobs.group_by("cid").agg(pl.col("wage").sum())
    earned = pl.col("informal") + pl.col("wage").fill_null(0)
    people = world.persons.select("cid", "house", "informal")
    return Known(
        members=people.join(world.houses, on="house", how="left").select("cid", "house_id", "amphoe_code"),
        registrants=registered(world).select("cid"),
        incomes=people.join(wages, on="cid", how="left").select("cid", income=earned * load().months_per_year),
        bills=part["bills"]
        .join(_household(part["meters"], "type").select("meter_no", "house_id", "ampere"), on="meter_no", how="inner")
        .select("house_id", "ampere", "kwh", "baht", paid=pl.col("paid_on").is_not_null()),
        granted=part["subsidies"].select("cid"),
        outages=part["outages"].select("amphoe_code", "minutes", "customers", is_clear=pl.lit(value=True)),
    )


def households(known: Known) -> pl.DataFrame:
    """One row a registered house: its members' register, income and subsidy, and the bills of its meters."""
    flags = (
        known.members.filter(pl.col("house_id").is_not_null())
        .join(known.registrants.with_columns(registered=pl.lit(value=True)), on="cid", how="left")
        .join(known.granted.with_columns(granted=pl.lit(value=True)), on="cid", how="left")
        .join(known.incomes, on="cid", how="left")
    )
    per_house = flags.group_by("house_id").agg(
        pl.col("amphoe_code").min(),
        pl.col("registered", "granted").fill_null(value=False).any(),
        pl.col("income").sum(),
    )
    billed = known.bills.group_by("house_id").agg(
        pl.col("ampere").max(), pl.col("kwh").sum(), pl.col("baht").sum(), paid=pl.col("paid").all()
    )
    return per_house.join(billed, on="house_id", how="left")


def energy_burden(known: Known, period: str) -> pl.DataFrame:
    """``energy_burden``: one row for every amphoe of a registered house."""
    rules = load()
    billed = pl.col("baht").is_not_null()
    judged = billed & pl.col("registered")
    has_income = judged & (pl.col("income") > 0)
    yearly_bill = pl.col("baht") * rules.months_per_year
    little = (pl.col("kwh") <= rules.low_use_kwh) & (pl.col("ampere") <= rules.low_use_ampere)
    rows = (
        households(known)
        .group_by("amphoe_code")
        .agg(
            households=pl.len(),
            billed_households=billed.sum(),
            welfare_billed_households=judged.sum(),
            sum_of_bills=pl.col("baht").filter(judged).sum(),
            income_known_households=has_income.sum(),
            burdened_households=(has_income & (yearly_bill * 100 > pl.col("income") * rules.burden_percent)).sum(),
            low_use_households=(judged & little).sum(),
            missed_households=(judged & little & ~pl.col("granted")).sum(),
            overdue_households=(judged & ~pl.col("paid")).sum(),
            subsidised_households=pl.col("granted").sum(),
            subsidised_unregistered_households=(pl.col("granted") & ~pl.col("registered")).sum(),
        )
    )
    counts = {name: pl.col(name).cast(pl.Int64) for name in rows.columns if name.endswith("households")}
    judged_houses = counts["welfare_billed_households"]
    mean = pl.when(judged_houses > 0).then((2 * pl.col("sum_of_bills") + judged_houses) // (2 * judged_houses))
    return rows.select(
        pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
        "amphoe_code",
        *(counts[name] for name in ("households", "billed_households", "welfare_billed_households")),
        _decimal(mean, 14, "mean_bill_baht"),
        *(counts[name] for name in list(counts)[3:]),
        pl.lit(period).alias("period"),
    ).sort("amphoe_code")


def outage_hours(known: Known, period: str) -> pl.DataFrame:
    """``outage_hours``: one row for every amphoe of a registered house or of an outage."""
    living = households(known).group_by("amphoe_code").agg(households=pl.len())
    lost = (pl.col("minutes") * pl.col("customers")).filter("is_clear").sum()
    cut = known.outages.group_by("amphoe_code").agg(
        outages=pl.col("is_clear").sum(), outages_unclear=(~pl.col("is_clear")).sum(), lost=lost
    )
    rows = living.join(cut, on="amphoe_code", how="full", coalesce=True).with_columns(
        pl.col("households", "outages", "outages_unclear", "lost").fill_null(0).cast(pl.Int64)
    )
    minutes, homes = 100 * pl.col("lost"), 60 * pl.col("households")
    return rows.select(
        pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
        *("amphoe_code", "households", "outages", "outages_unclear"),
        _decimal((2 * minutes + 60) // 120, 16, "customer_hours_lost"),
        _decimal(pl.when(homes > 0).then((2 * minutes + homes) // (2 * homes)), 12, "hours_lost_per_household"),
        pl.lit(period).alias("period"),
    ).sort("amphoe_code")


def marts(known: Known, period: str) -> dict[str, pl.DataFrame]:
    """Both marts of one month from what is known."""
    return {"energy_burden": energy_burden(known, period), "outage_hours": outage_hours(known, period)}


def observable(sent: Sent, period: str) -> dict[str, pl.DataFrame]:
    """The observable truth of both marts."""
    return marts(known_from_extracts(sent, period), period)


def population(month: Month) -> dict[str, pl.DataFrame]:
    """The population truth of both marts."""
    return marts(known_from_world(month), month.period)


def _household(meters: pl.DataFrame, column: str) -> pl.DataFrame:
    return meters.filter(pl.col(column).is_in(load().household_meters))


def _decimal(hundredths: pl.Expr, precision: int, name: str) -> pl.Expr:
    """Whole hundredths as DECIMAL(precision, 2), exactly."""
    return (hundredths.cast(pl.Decimal(38, 2)) / 100).cast(pl.Decimal(precision, 2)).alias(name)
