"""The two truths of the labour marts, from the simulator's own state.

*Observable*: what the rows that ``Extract.kept`` keeps can show. *Population*: what is: every student, teacher and
graduate alive, jobs whether reported or not, occupations whether the employment office knows them or not.

Imports nothing of curation or of the marts.
"""

from dataclasses import dataclass

import polars as pl

from khlang.domains.labour import market
from khlang.domains.labour.definitions import Definitions, load
from khlang.domains.labour.extracts import EXTRACTS
from khlang.domains.welfare.extracts import EXTRACTS as NEEDED
from khlang.simulate.extract import Month, Sent

EXTRACT = {extract.dataset: extract for extract in (*EXTRACTS, *NEEDED)}


@dataclass(frozen=True)
class Known:
    """What a truth is computed from; one row a person (cid) in each.

    Attributes:
        students: school_code, amphoe_code, student_status_code.
        teachers: school_code, amphoe_code.
        graduates: field_code, graduation_year.
        occupations: occupation_code.
        insured: cid alone.
        vacancies: occupation_code, openings; one row a vacancy.
        tests: test_year, test_quarter, attended, passed; one row a quarter.
    """

    students: pl.DataFrame
    teachers: pl.DataFrame
    graduates: pl.DataFrame
    occupations: pl.DataFrame
    insured: pl.DataFrame
    vacancies: pl.DataFrame
    tests: pl.DataFrame


def known_from_extracts(sent: Sent, period: str) -> Known:
    """What the rows as sent can show of one month."""
    names = ("students", "teachers", "graduates", "job_occupations", "insured_persons", "vacancies", "skill_tests")
    left = {name: EXTRACT[name].kept(sent[name]) for name in names}
    return Known(
        students=left["students"],
        teachers=left["teachers"],
        graduates=left["graduates"],
        occupations=left["job_occupations"],
        insured=left["insured_persons"].filter(pl.col("wage_month") == period).select("cid").unique(),
        vacancies=left["vacancies"],
        tests=left["skill_tests"],
    )


def known_from_world(month: Month) -> Known:
    """What is, of one month."""
    part = month.world.parts["labour"]
    schools = part["schools"]
    status = pl.when(pl.col("left_on").is_null()).then(pl.lit(load().studying_status)).otherwise(pl.lit("left"))
    return Known(
        students=part["students"].join(schools, on="school_code").with_columns(student_status_code=status),
        teachers=part["teachers"].join(schools, on="school_code"),
        graduates=part["graduates"].with_columns(graduation_year=pl.col("graduated_on").dt.year().cast(pl.Int64)),
        occupations=part["occupations"],
        insured=month.world.jobs.select("cid").unique(),
        vacancies=market.vacancies(month),
        tests=market.skill_tests(),
    )


def mismatch(known: Known, definitions: Definitions, period: str) -> pl.DataFrame:
    """``graduate_mismatch``: one row a field and cohort."""
    fits = pl.concat_str(["field_code", "occupation_code"], separator="/").is_in(list(definitions.matches))
    told = (
        known.graduates.select("cid", "field_code", "graduation_year")
        .join(known.insured.with_columns(insured=pl.lit(value=True)), on="cid", how="left")
        .join(known.occupations.select("cid", "occupation_code"), on="cid", how="left")
        .with_columns(insured=pl.col("insured").fill_null(value=False))
        .with_columns(works=pl.col("insured") & pl.col("occupation_code").is_not_null())
    )
    counted = told.group_by("field_code", "graduation_year").agg(
        graduates=pl.len(),
        insured_graduates=pl.col("insured").sum(),
        graduates_with_occupation=pl.col("works").sum(),
        mismatched_graduates=(pl.col("works") & ~fits).sum(),
    )
    counts = ("graduates", "insured_graduates", "graduates_with_occupation", "mismatched_graduates")
    return counted.select(
        "field_code",
        pl.col("graduation_year").cast(pl.Int64),
        *(pl.col(name).cast(pl.Int64) for name in counts),
        pl.lit(period).alias("period"),
    ).sort("field_code", "graduation_year")


def shortage(known: Known, definitions: Definitions, period: str) -> pl.DataFrame:
    """``teacher_shortage``: one row an amphoe with a school that a student or a teacher names."""
    studying = pl.col("student_status_code") == definitions.studying_status
    pupils = known.students.group_by("school_code").agg(pl.col("amphoe_code").min(), students=studying.sum())
    staff = known.teachers.group_by("school_code").agg(staff_amphoe=pl.col("amphoe_code").min(), teachers=pl.len())
    per_school = (
        pupils.join(staff, on="school_code", how="full", coalesce=True)
        .with_columns(
            pl.coalesce("amphoe_code", "staff_amphoe").alias("amphoe_code"),
            pl.col("students", "teachers").fill_null(0).cast(pl.Int64),
        )
        .with_columns(needed=-(-pl.col("students") // definitions.pupils_per_teacher))
        .with_columns(short=(pl.col("needed") - pl.col("teachers")).clip(0))
    )
    counted = per_school.group_by("amphoe_code").agg(
        schools=pl.len().cast(pl.Int64),
        schools_short_of_teachers=(pl.col("short") > 0).sum().cast(pl.Int64),
        students=pl.col("students").sum(),
        teachers=pl.col("teachers").sum(),
        teachers_needed=pl.col("needed").sum(),
        teachers_short=pl.col("short").sum(),
    )
    return counted.select(
        pl.col("amphoe_code").str.slice(0, 2).alias("province_code"),
        pl.all(),
        pl.lit(period).alias("period"),
    ).sort("amphoe_code")


def demand(known: Known, period: str) -> pl.DataFrame:
    """``labour_demand``: one row an occupation that somebody works as or is looked for."""
    working = known.occupations.join(known.insured, on="cid", how="semi")
    workers = working.group_by("occupation_code").agg(insured_workers=pl.len().cast(pl.Int64))
    wanted = known.vacancies.group_by("occupation_code").agg(
        vacancies=pl.len().cast(pl.Int64), openings=pl.col("openings").sum()
    )
    joined = workers.join(wanted, on="occupation_code", how="full", coalesce=True)
    counts = ("insured_workers", "vacancies", "openings")
    return joined.select(
        "occupation_code", *(pl.col(name).fill_null(0) for name in counts), pl.lit(period).alias("period")
    ).sort("occupation_code")


def passed(known: Known, period: str) -> pl.DataFrame:
    """``skill_test_rates``: one row a quarter, the share in hundredths of a per cent, half up."""
    whole = pl.col("attended")
    hundredths = (20_000 * pl.col("passed") + whole) // (2 * whole)
    percent = (hundredths.cast(pl.Decimal(38, 2)) / 100).cast(pl.Decimal(5, 2))
    columns = ("test_year", "test_quarter", "attended", "passed")
    return (
        known.tests.filter(whole > 0)
        .select(*columns, percent.alias("passed_percent"), pl.lit(period).alias("period"))
        .sort("test_year")
    )


def marts(known: Known, period: str) -> dict[str, pl.DataFrame]:
    """All marts of one month from what is known."""
    definitions = load()
    return {
        "graduate_mismatch": mismatch(known, definitions, period),
        "teacher_shortage": shortage(known, definitions, period),
        "labour_demand": demand(known, period),
        "skill_test_rates": passed(known, period),
    }


def observable(sent: Sent, period: str) -> dict[str, pl.DataFrame]:
    """The observable truth of the marts."""
    return marts(known_from_extracts(sent, period), period)


def population(month: Month) -> dict[str, pl.DataFrame]:
    """The population truth of the marts."""
    return marts(known_from_world(month), month.period)
