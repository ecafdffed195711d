"""Schools, who goes to them, who leaves, and who teaches there."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from khlang.domains.labour.assumed import by_province, days_from, load
from khlang.simulate.calibration import Calibration
from khlang.simulate.months import following
from khlang.simulate.world import World

SCHOOL_YEAR = (5, 16)  # month and day that it begins on


def school_year(month: date) -> date:
    """First day of the school year that a month lies in."""
    begins = date(month.year, *SCHOOL_YEAR)
    return begins if begins <= month else date(month.year - 1, *SCHOOL_YEAR)


def schools(rng: np.random.Generator, world: World, known: Calibration) -> pl.DataFrame:
    """At least one school a province, more where there are more children; most lie in the towns.

    Returns:
        school_code (ten digits: province, amphoe, a running number), amphoe_code, province_code.
    """
    rules = load()["students"]
    of_age = pl.col("age").is_between(rules["youngest"], rules["oldest"])
    pupils = world.residents().filter(of_age).group_by("province_code").len()
    counted = known.provinces.select("province_code").join(pupils, on="province_code", how="left")
    many = (counted["len"].fill_null(0) / rules["pupils_a_school"]).round().cast(pl.Int64).clip(1)
    made = []
    for code, count in zip(counted["province_code"], many, strict=True):
        amphoe = known.amphoe.filter(pl.col("province_code") == code)
        weight = amphoe["weight"].to_numpy()
        chosen = rng.choice(amphoe["amphoe_code"].to_numpy(), size=count, p=weight / weight.sum())
        made.append(pl.DataFrame({"amphoe_code": chosen.astype(str)}))
    placed = pl.concat(made).sort("amphoe_code")
    running = pl.int_range(1, pl.len() + 1).over("amphoe_code").cast(pl.String).str.zfill(6)
    return placed.select(
        school_code=pl.col("amphoe_code") + running,
        amphoe_code="amphoe_code",
        province_code=pl.col("amphoe_code").str.slice(0, 2),
    )


def grade(age: pl.Expr) -> pl.Expr:
    """Code of the class that most of an age are in: P1 … P6, M1 … M6, V1, V2."""
    names = [*(f"P{n}" for n in range(1, 7)), *(f"M{n}" for n in range(1, 7)), "V1", "V2"]
    return (age - 6).clip(0, len(names) - 1).replace_strict(dict(enumerate(names)), return_dtype=pl.String)


def students(rng: np.random.Generator, world: World, places: pl.DataFrame, births: pl.DataFrame) -> pl.DataFrame:
    """Who is enrolled this school year, with those who have left in it or because of a child.

    Returns:
        cid, school_code, grade_code, enrolled_on, left_on (null: at school).
    """
    rules = load()["students"]
    everybody = world.residents().filter(pl.col("age").is_between(rules["youngest"], rules["oldest"]))
    share = everybody["age"].to_numpy()
    at_school = np.select([share >= age for age in sorted(rules["share"], reverse=True)],
                          [rules["share"][age] for age in sorted(rules["share"], reverse=True)])  # fmt: skip
    enrolled = everybody.filter(pl.Series(rng.random(everybody.height) < at_school))
    began = school_year(world.month)
    attending = at(rng, enrolled, places).with_columns(grade_code=grade(pl.col("age")), enrolled_on=pl.lit(began))
    gone = rng.random(attending.height) < rules["leaves_a_year"] * (attending["age"].to_numpy() >= 15)
    days = rng.integers(0, max((world.month - began).days, 1), attending.height)
    left = pl.when(pl.Series(gone)).then(days_from(attending["enrolled_on"], days))
    base = attending.with_columns(left_on=left)
    return with_mothers(rng, base, births, until=following(world.month)).select(
        "cid", "school_code", "grade_code", "enrolled_on", "left_on"
    )


def at(rng: np.random.Generator, pupils: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Give each person a school of the own province, by lot."""
    numbered = places.with_columns(number=pl.int_range(pl.len()).over("province_code"))
    many = places.group_by("province_code").agg(many=pl.len().cast(pl.Int64))
    lot = pl.Series(rng.integers(0, 2**31, pupils.height))
    chosen = pupils.join(many, on="province_code", how="left", maintain_order="left").with_columns(
        number=(pl.lit(lot) % pl.col("many")).cast(pl.Int64)
    )
    return chosen.join(
        numbered.select("province_code", pl.col("number").cast(pl.Int64), "school_code"),
        on=["province_code", "number"],
        how="left",
        maintain_order="left",
    )


def with_mothers(rng: np.random.Generator, pupils: pl.DataFrame, births: pl.DataFrame, *, until: date) -> pl.DataFrame:
    """Most mothers leave school within months of the birth; whom the birth found at school, that is.

    ``enrolled_on`` of a mother who gave birth before the school year moves to the year of the birth.
    """
    rules = load()["mothers"]
    joined = pupils.join(births.select("born_on", cid="mother"), on="cid", how="left", maintain_order="left")
    leaves = pl.Series(rng.random(joined.height) < rules["leaves_school"]) & joined["born_on"].is_not_null()
    days = rng.integers(0, rules["leaves_within_days"], joined.height)
    last = pl.lit(until - timedelta(days=1))
    day = pl.min_horizontal(pl.lit(days_from(joined["born_on"], days)), last)
    begun = pl.min_horizontal("enrolled_on", pl.col("born_on") - pl.duration(days=30))
    return joined.with_columns(
        left_on=pl.when(leaves).then(day).when(pl.col("born_on").is_null()).then("left_on"),
        enrolled_on=pl.when(leaves).then(begun).otherwise("enrolled_on").cast(pl.Date),
    ).drop("born_on")


def teachers(rng: np.random.Generator, world: World, places: pl.DataFrame, pupils: pl.DataFrame) -> pl.DataFrame:
    """Adults of the province without an insured job, as many as the posts that are filled there.

    Returns:
        cid, school_code, appointed_on, school_before and appointed_before (of who was transferred).
    """
    rules = load()["teachers"]
    studying = pupils.filter(pl.col("left_on").is_null()).group_by("school_code").agg(pupils=pl.len())
    counted = places.join(studying, on="school_code", how="left", maintain_order="left")
    posts = (counted["pupils"].fill_null(0).to_numpy() + rules["pupils_a_teacher"] - 1) // rules["pupils_a_teacher"]
    filled = posts * by_province(counted["province_code"], rules["staffed"], rules["staffed_in"])
    whole = np.floor(filled + rng.random(len(filled))).astype(np.int64)
    chairs = counted[np.repeat(np.arange(len(whole)), whole)]
    chairs = chairs.with_columns(place=pl.int_range(pl.len()).over("province_code"))
    able = world.residents().filter(pl.col("age").is_between(rules["youngest"], rules["oldest"]))
    able = able.join(world.jobs, on="cid", how="anti", maintain_order="left")
    able = able.with_columns(lot=pl.Series(rng.random(able.height))).sort("lot")
    able = able.with_columns(place=pl.int_range(pl.len()).over("province_code"))
    seated = chairs.join(able.select("province_code", "place", "cid"), on=["province_code", "place"], how="inner",
                         maintain_order="left")  # fmt: skip
    rows = seated.height
    appointed = (np.datetime64(world.month) - rng.integers(40, 9000, rows)).astype("datetime64[D]")
    moved = pl.Series(rng.random(rows) < rules["transferred"])
    other = places["school_code"].gather(rng.integers(0, places.height, rows))
    on = pl.Series(appointed).cast(pl.Date)
    return seated.select("cid", "school_code").with_columns(
        appointed_on=on,
        school_before=pl.when(moved).then(other),
        appointed_before=pl.when(moved).then(days_from(on, -rng.integers(30, 900, rows))),
    )
