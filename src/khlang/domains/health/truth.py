"""The two truths of the health marts, from the simulator's own state.

*Observable*: what the rows that ``Extract.kept`` keeps can show, of this month and, for schooling, of the months before
it. *Population*: what is: every birth whether recorded or not, the mother's true age, every card, allowance and scheme.

Imports nothing of curation or of the marts. Money is satang, rates are hundredths, all whole until the last step.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from khlang.domains.health.definitions import Definitions, load
from khlang.domains.health.extracts import EXTRACTS
from khlang.domains.labour.extracts import EXTRACTS as LABOUR
from khlang.domains.welfare.extracts import EXTRACTS as WELFARE
from khlang.simulate.extract import Month, Sent
from khlang.simulate.months import following, parse_period

NEEDED = {extract.dataset: extract for extract in (*WELFARE, *LABOUR)}
READ = (*EXTRACTS, NEEDED["house_registry"], NEEDED["students"])
FILE = ("period", "student_status_code", "status_on")
TEEN_COUNTS = ("births", "births_15_19", "births_10_14", "births_age_disputed", "girls_15_19", "girls_10_14",
               "teen_mothers_students", "teen_mothers_left_school")  # fmt: skip
GAP_COUNTS = ("group_persons", "drawing_persons", "persons_without_allowance", "persons_below_rate",
              "persons_without_coverage")  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What a truth is computed from.

    Attributes:
        houses: Grain cid: birth_year, sex_code, amphoe_code.
        births: Grain cid, born_on: mother_age, amphoe_code of the birth; those that count for the month.
        files: Grain cid, period: student_status_code, status_on; of this month and those before it.
        cards: Grain cid: disability_type_code, card_expires_on (null: never), amphoe_code.
        paid: Grain cid: allowance (satang) of the month, amphoe_code of who paid.
        covered: Grain cid, alone.
    """

    houses: pl.DataFrame
    births: pl.DataFrame
    files: pl.DataFrame
    cards: pl.DataFrame
    paid: pl.DataFrame
    covered: pl.DataFrame


def known_from_extracts(sent: Sent, period: str) -> Known:
    """What the rows as sent can show of one month."""
    left = {extract.dataset: extract.kept(sent[extract.dataset]) for extract in READ}
    births = left["births"].filter(pl.col("born_on") >= load().since(period))
    now = left["students"].with_columns(period=pl.lit(period)).select("cid", *FILE)
    earlier = births.select("cid", "earlier_files").explode("earlier_files", empty_as_null=False, keep_nulls=False)
    earlier = earlier.unnest("earlier_files").select("cid", *FILE).unique()
    return Known(
        houses=left["house_registry"].select(
            "cid", "sex_code", "amphoe_code", birth_year=pl.col("birth").dt.year().cast(pl.Int64)
        ),
        births=births,
        files=pl.concat([earlier, now]),
        cards=left["disability_register"],
        paid=left["disability_allowances"].filter(pl.col("allowance_month") == period),
        covered=left["health_coverage"].select("cid"),
    )


def known_from_world(month: Month) -> Known:
    """What is, of one month."""
    part, homes = month.world.parts["health"], month.world.residents()
    since = load().since(month.period)
    return Known(
        houses=homes.select(
            "cid",
            "amphoe_code",
            sex_code=pl.col("sex").cast(pl.String),
            birth_year=pl.col("birth").dt.year().cast(pl.Int64),
        ),
        births=part["births"].filter(pl.col("born_on") >= since).with_columns(mother_age="true_age"),
        files=pl.concat([part["students_before"], part["students"]]).select("cid", *FILE),
        cards=part["disabilities"].rename({"expires_on": "card_expires_on"}),
        paid=part["allowances"],
        covered=part["coverage"].filter(pl.col("scheme_code").is_not_null()).select("cid"),
    )


def marts(known: Known, period: str) -> dict[str, pl.DataFrame]:
    """All marts of one month from what is known."""
    return {"teen_births": teen_births(known, load(), period), "disability_gap": gap(known, load(), period)}


def observable(sent: Sent, period: str) -> dict[str, pl.DataFrame]:
    """The observable truth of the marts."""
    return marts(known_from_extracts(sent, period), period)


def population(month: Month) -> dict[str, pl.DataFrame]:
    """The population truth of the marts."""
    return marts(known_from_world(month), month.period)


def teen_births(known: Known, words: Definitions, period: str) -> pl.DataFrame:
    """``teen_births``: one row an amphoe that the house registry or a birth names."""
    homes = known.houses.select("cid", "birth_year", home="amphoe_code")
    apart = pl.col("born_on").dt.year() - pl.col("birth_year") - pl.col("mother_age")
    disputed = (~apart.is_between(0, words.age_years_apart)).fill_null(value=False)
    told = (
        known.births.select("cid", "born_on", "mother_age", "amphoe_code")
        .join(homes, on="cid", how="left")
        .with_columns(pl.coalesce("home", "amphoe_code").alias("amphoe_code"), disputed=disputed)
        .with_columns(
            teen=~pl.col("disputed") & pl.col("mother_age").is_between(words.teen_youngest, words.teen_oldest),
            child=~pl.col("disputed") & pl.col("mother_age").is_between(words.child_youngest, words.teen_youngest - 1),
        )
        .join(_schooling(known, words), on=["cid", "born_on"], how="left")
        .with_columns(young=pl.col("teen") | pl.col("child"))
    )
    counted = told.group_by("amphoe_code").agg(
        births=pl.len(),
        births_15_19=pl.col("teen").sum(),
        births_10_14=pl.col("child").sum(),
        births_age_disputed=pl.col("disputed").sum(),
        teen_mothers_students=(pl.col("young") & pl.col("studied")).sum(),
        teen_mothers_left_school=(pl.col("young") & pl.col("left")).sum(),
    )
    reaches = int(period[:4]) - pl.col("birth_year")
    girl = pl.col("sex_code") == words.female_sex
    girls = known.houses.group_by("amphoe_code").agg(
        girls_15_19=(girl & reaches.is_between(words.teen_youngest, words.teen_oldest)).sum(),
        girls_10_14=(girl & reaches.is_between(words.child_youngest, words.teen_youngest - 1)).sum(),
    )
    joined = girls.join(counted, on="amphoe_code", how="full", coalesce=True)
    return (
        joined.with_columns(pl.col(name).fill_null(0).cast(pl.Int64) for name in TEEN_COUNTS)
        .select(
            pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
            "amphoe_code",
            *TEEN_COUNTS[:6],
            _ratio("births_15_19", 12_000, "girls_15_19", words.births_within_months, 9).alias("teen_birth_rate"),
            _ratio("births_10_14", 12_000, "girls_10_14", words.births_within_months, 9).alias("child_birth_rate"),
            *TEEN_COUNTS[6:],
            _ratio("teen_mothers_left_school", 100, "teen_mothers_students", 1, 5).alias("left_school_percent"),
            pl.lit(period).alias("period"),
        )
        .sort("amphoe_code")
    )


def _schooling(known: Known, words: Definitions) -> pl.DataFrame:
    """cid, born_on, studied (any file knew her at school, or leaving after the birth), left (the last file says so)."""
    files = known.births.select("cid", "born_on").join(known.files, on="cid", how="inner").sort("period")
    gone = (pl.col("student_status_code") == words.left_school_status) & (pl.col("status_on") >= pl.col("born_on"))
    at_school = pl.col("student_status_code") == words.at_school_status
    return files.group_by("cid", "born_on").agg(studied=(at_school | gone).any(), left=gone.last())


def gap(known: Known, words: Definitions, period: str) -> pl.DataFrame:
    """``disability_gap``: one row an amphoe and group of persons."""
    last = _last_day(period)
    ends = pl.col("card_expires_on")
    holders = known.cards.filter(ends.is_null() | (ends >= last)).select(
        "cid", card_amphoe="amphoe_code", disability_group_code="disability_type_code"
    )
    paid = known.paid.select("cid", "allowance", paying="amphoe_code")
    everybody = (
        holders.join(paid, on="cid", how="full", coalesce=True)
        .join(known.houses.select("cid", home="amphoe_code"), on="cid", how="left")
        .join(known.covered.with_columns(covered=pl.lit(value=True)), on="cid", how="left")
        .with_columns(
            pl.coalesce("home", "card_amphoe", "paying").alias("amphoe_code"),
            pl.col("disability_group_code").fill_null(words.no_card_group),
            draws=pl.col("allowance").is_not_null(),
        )
    )
    counted = everybody.group_by("amphoe_code", "disability_group_code").agg(
        group_persons=pl.len(),
        drawing_persons=pl.col("draws").sum(),
        persons_without_allowance=(~pl.col("draws")).sum(),
        persons_below_rate=(pl.col("allowance") < int(words.allowance_baht * 100)).sum(),
        persons_without_coverage=pl.col("covered").is_null().sum(),
        paid=pl.col("allowance").sum(),
    )
    town = (pl.col("amphoe_code").str.slice(2, 2) == words.town_amphoe) | (
        pl.col("amphoe_code").str.slice(0, 2) == words.town_province
    )
    return counted.select(
        pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
        "amphoe_code",
        (~town).alias("is_far"),
        "disability_group_code",
        *(pl.col(name).cast(pl.Int64) for name in GAP_COUNTS),
        (pl.col("paid").cast(pl.Decimal(38, 2)) / 100).cast(pl.Decimal(16, 2)).alias("total_paid_baht"),
        pl.lit(period).alias("period"),
    ).sort("amphoe_code", "disability_group_code")


def _last_day(period: str) -> date:
    return following(parse_period(period)) - timedelta(days=1)


def _ratio(part: str, times: int, whole: str, by: int, precision: int) -> pl.Expr:
    """Part × times ÷ (whole × by) with two decimals, half up; null where there is nothing to divide by."""
    below = pl.col(whole) * by
    hundredths = (2 * 100 * times * pl.col(part) + below) // (2 * below)
    exact = (hundredths.cast(pl.Decimal(38, 2)) / 100).cast(pl.Decimal(precision, 2))
    return pl.when(below > 0).then(exact)
