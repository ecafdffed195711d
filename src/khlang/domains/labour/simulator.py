"""What the agencies of the labour domain send of one month: typed frames, before anybody's handwriting."""

import numpy as np
import polars as pl

from khlang.domains.labour import market
from khlang.simulate.extract import Month

STUDYING, LEFT = "1", "2"


def _part(month: Month, name: str) -> pl.DataFrame:
    return month.world.parts["labour"][name]


def students(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Everybody enrolled, and who has left, with the day."""
    del rng
    schools = _part(month, "schools")
    at_school = pl.col("left_on").is_null()
    joined = _part(month, "students").join(schools, on="school_code", how="left", maintain_order="left")
    return joined.select(
        "cid",
        "school_code",
        "grade_code",
        pl.when(at_school).then(pl.lit(STUDYING)).otherwise(pl.lit(LEFT)).alias("student_status_code"),
        pl.coalesce("left_on", "enrolled_on").alias("status_on"),
        "province_code",
        "amphoe_code",
    )


def teachers(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Everybody appointed; who was transferred stands at the school before as well, appointed earlier."""
    del rng
    base = _part(month, "teachers")
    moved = base.filter(pl.col("school_before").is_not_null())
    now = base.select("cid", "school_code", "appointed_on")
    then = moved.select("cid", school_code="school_before", appointed_on="appointed_before")
    schools = _part(month, "schools")
    rows = pl.concat([now, then]).join(schools, on="school_code", how="left", maintain_order="left")
    return rows.select("cid", "school_code", "appointed_on", "province_code", "amphoe_code")


def graduates(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Degrees of the cohorts that are told of; a second degree is a second row, of a later year."""
    del rng
    base = _part(month, "graduates")
    again = base.filter(pl.col("earlier_on").is_not_null())
    level = "education_level_code"
    rows = pl.concat(
        [
            base.select("cid", "field_code", level, "graduated_on"),
            again.select("cid", pl.col("earlier_field").alias("field_code"), level, graduated_on="earlier_on"),
        ]
    )
    return rows.with_columns(graduation_year=pl.col("graduated_on").dt.year().cast(pl.Int64))


def occupations(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """What the employment office has recorded of insured persons; of some it knows nothing."""
    del rng
    return _part(month, "occupations").filter("is_known").select("cid", "occupation_code", "recorded_on")


def vacancies(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """What employers look for; some correct the openings later in the month."""
    base = market.vacancies(month)
    again = base.filter(pl.Series(rng.random(base.height) < month.mess["updates"]))
    earlier = again.with_columns(pl.col("openings") + 1, posted_on=pl.col("posted_on") - pl.duration(days=3))
    return pl.concat([base, earlier])


def skill_tests(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The published figures, the same every month."""
    del month, rng
    return market.skill_tests()
