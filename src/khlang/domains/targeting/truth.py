"""The two truths of the targeting marts, from the simulator's own state.

*Observable*: what the rows that ``Extract.kept`` keeps can show. *Population*: what is: everybody in the house
they live in, informal income included, and what each agency knows without a wrong number. Who is poor and who is
eligible is reckoned by the welfare domain's truth.

Imports nothing of curation or of the marts.
"""

from dataclasses import dataclass

import polars as pl

from khlang.domains.health.extracts import EXTRACTS as HEALTH
from khlang.domains.targeting.definitions import Definitions, load
from khlang.domains.targeting.extracts import EXTRACTS
from khlang.domains.welfare import truth as welfare
from khlang.domains.welfare.definitions import load as lines
from khlang.domains.welfare.extracts import EXTRACTS as WELFARE
from khlang.simulate.extract import Month, Sent

COVERAGE = next(extract for extract in HEALTH if extract.dataset == "health_coverage")
READ = (*EXTRACTS, *WELFARE, COVERAGE)
HOUSEHOLD_COUNTS = ("households", "poor_households", "households_with_registrant", "poor_households_without_registrant")
MISSED_COUNTS = ("missed_persons", "known_persons", "reached_persons", "unaided_persons", "older_alone_persons")


@dataclass(frozen=True)
class Known:
    """What a truth is computed from.

    Attributes:
        welfare: What the welfare domain's truth is computed from.
        births: Grain cid: birth_year.
        assessed: Grain cid: aided; of whose vulnerability the ministry knows.
        enforced: Grain cid, alone: whose debt is being enforced.
        covered: Grain cid: scheme_code.
    """

    welfare: welfare.Known
    births: pl.DataFrame
    assessed: pl.DataFrame
    enforced: pl.DataFrame
    covered: pl.DataFrame


def known_from_extracts(sent: Sent, period: str) -> Known:
    """What the rows as sent can show of one month."""
    left = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in READ}
    births = left["house_registry"].select("cid", birth_year=pl.col("birth").dt.year().cast(pl.Int64))
    return known_from(
        welfare.known_from_extracts(sent, period, lines()),
        births,
        left["vulnerable_persons"],
        left["debt_enforcements"],
        left["health_coverage"],
        period=period,
    )


def known_from_world(month: Month) -> Known:
    """What is, of one month."""
    parts = month.world.parts
    births = month.world.persons.select("cid", birth_year=pl.col("birth").dt.year().cast(pl.Int64))
    return known_from(
        welfare.known_from_world(month, lines()),
        births,
        parts["targeting"]["vulnerable"],
        parts["targeting"]["debts"],
        parts["health"]["coverage"].filter(pl.col("scheme_code").is_not_null()),
        period=month.period,
    )


def known_from(
    poor: welfare.Known,
    births: pl.DataFrame,
    vulnerable: pl.DataFrame,
    debts: pl.DataFrame,
    coverage: pl.DataFrame,
    *,
    period: str,
) -> Known:
    """What is known when each register says this."""
    words = load()
    lately = vulnerable.filter(pl.col("assessed_on") >= words.assessed_since(period))
    return Known(
        welfare=poor,
        births=births,
        assessed=lately.group_by("cid").agg(aided=(pl.col("help_code") != words.no_help).any()),
        enforced=debts.filter(pl.col("stage_code").is_in(list(words.open_stages))).select("cid").unique(),
        covered=coverage.select("cid", "scheme_code"),
    )


def households(known: Known, words: Definitions, *, year: int) -> pl.DataFrame:
    """One row a house: house_id, amphoe_code, poor, registrants, household_type_code."""
    age = year - pl.col("birth_year")
    members = known.welfare.houses.filter(pl.col("house_id").is_not_null())
    counted = (
        members.join(known.births, on="cid", how="left")
        .group_by("house_id")
        .agg(
            size=pl.len(),
            aged=(age >= words.older_from).sum(),
            young=(age < words.child_below).sum(),
            of_age=age.is_not_null().sum(),
            apart=pl.col("birth_year").max() - pl.col("birth_year").min(),
        )
    )
    nobody_between = (pl.col("aged") + pl.col("young") == pl.col("size")) & (pl.col("aged") > 0)
    alone, pair = pl.col("size") == 1, (pl.col("size") == 2) & (pl.col("of_age") == 2)
    kind = (
        pl.when(alone & (pl.col("aged") == 1)).then(pl.lit(words.type_older_alone))
        .when(alone).then(pl.lit(words.type_single))
        .when(nobody_between).then(pl.lit(words.type_older_only))
        .when(pl.col("young") > 0).then(pl.lit(words.type_children))
        .when(pair & (pl.col("apart") <= words.couple_years_apart)).then(pl.lit(words.type_couple))
        .otherwise(pl.lit(words.type_other))
    )  # fmt: skip
    judged = welfare.households(known.welfare, lines()).select("house_id", "amphoe_code", "poor", "registrants")
    return judged.join(counted.select("house_id", household_type_code=kind), on="house_id", how="left")


def targeting(known: Known, words: Definitions, period: str) -> pl.DataFrame:
    """``welfare_targeting``: one row an amphoe and type of household."""
    homes = households(known, words, year=int(period[:4]))
    without = pl.col("registrants") == 0
    grain = ["amphoe_code", "household_type_code"]
    counted = homes.group_by(grain).agg(
        households=pl.len(),
        poor_households=pl.col("poor").sum(),
        households_with_registrant=(~without).sum(),
        poor_households_without_registrant=(pl.col("poor") & without).sum(),
    )
    at_home = known.welfare.houses.select("cid", "house_id").join(homes, on="house_id", how="inner")
    told = (
        welfare.eligibility(known.welfare, lines(), period)
        .select(pl.col("cid").cast(pl.Int64), "is_eligible", declared="amphoe_code")
        .join(at_home.select("cid", *grain), on="cid", how="left")
        .with_columns(
            pl.coalesce("amphoe_code", "declared").alias("amphoe_code"),
            pl.col("household_type_code").fill_null(words.type_unknown),
        )
        .group_by(grain)
        .agg(registrants=pl.len(), ineligible_registrants=(~pl.col("is_eligible")).sum())
    )
    counts = (*HOUSEHOLD_COUNTS, "registrants", "ineligible_registrants")
    joined = counted.join(told, on=grain, how="full", coalesce=True).filter(pl.col("amphoe_code").is_not_null())
    return (
        joined.with_columns(pl.col(name).fill_null(0).cast(pl.Int64) for name in counts)
        .select(
            pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
            *grain,
            *counts,
            _percent("ineligible_registrants", "registrants").alias("inclusion_error_percent"),
            _percent("poor_households_without_registrant", "poor_households").alias("exclusion_error_percent"),
            pl.lit(period).alias("period"),
        )
        .sort(grain)
    )


def missed(known: Known, words: Definitions, period: str) -> pl.DataFrame:
    """``welfare_missed``: one row a province of a missed person and channel."""
    homes = households(known, words, year=int(period[:4])).filter(
        pl.col("poor") & (pl.col("registrants") == 0) & pl.col("amphoe_code").is_not_null()
    )
    people = (
        known.welfare.houses.select("cid", "house_id")
        .join(homes.drop("registrants"), on="house_id", how="inner")
        .join(known.assessed, on="cid", how="left")
        .join(known.enforced.with_columns(enforced=pl.lit(value=True)), on="cid", how="left")
        .join(known.covered, on="cid", how="left")
    )
    social, court, universal, other, nobody = words.channels
    scheme = pl.col("scheme_code")
    by = {
        social: pl.col("aided").is_not_null(),
        court: pl.col("enforced").is_not_null(),
        universal: (scheme == words.universal_scheme).fill_null(value=False),
        other: (scheme != words.universal_scheme).fill_null(value=False),
    }
    by[nobody] = ~pl.any_horizontal(*by.values())
    flags = people.with_columns(condition.alias(channel) for channel, condition in by.items())
    left_over = pl.lit(value=True)
    parts = []
    for channel in words.channels:
        knows = pl.col(channel)
        somebody = knows.all() if channel == nobody else knows.any()
        parts.append(
            flags.select(
                pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
                channel_code=pl.lit(channel),
                missed_persons=knows & left_over,
                known_persons=knows,
                reached_persons=somebody.over("house_id"),
                unaided_persons=knows & left_over & ~pl.col("aided").fill_null(value=False),
                older_alone_persons=knows & left_over & (pl.col("household_type_code") == words.type_older_alone),
            )
        )
        left_over = left_over & ~knows
    summed = pl.concat(parts).group_by("province_code", "channel_code").agg(pl.col(MISSED_COUNTS).sum().cast(pl.Int64))
    ordered = summed.sort("province_code", "channel_code")
    return ordered.with_columns(period=pl.lit(period))


def marts(known: Known, period: str) -> dict[str, pl.DataFrame]:
    """Both marts of one month from what is known."""
    return {"welfare_targeting": targeting(known, load(), period), "welfare_missed": missed(known, load(), period)}


def observable(sent: Sent, period: str) -> dict[str, pl.DataFrame]:
    """The observable truth of both marts."""
    return marts(known_from_extracts(sent, period), period)


def population(month: Month) -> dict[str, pl.DataFrame]:
    """The population truth of both marts."""
    return marts(known_from_world(month), month.period)


def _percent(part: str, whole: str) -> pl.Expr:
    """A share in per cent with two decimals, half up; null where there is nothing to divide by."""
    hundredths = (20_000 * pl.col(part) + pl.col(whole)) // (2 * pl.col(whole))
    return pl.when(pl.col(whole) > 0).then((hundredths.cast(pl.Decimal(38, 2)) / 100).cast(pl.Decimal(5, 2)))
