"""What people studied, and what they work as: more of some fields work in what they studied than of others."""

import numpy as np
import polars as pl

from khlang.domains.labour.assumed import drawn, load
from khlang.domains.labour.definitions import load as definitions
from khlang.simulate.world import World

GRADUATES = {"cid": pl.Int64, "field_code": pl.String, "education_level_code": pl.String, "graduated_on": pl.Date,
             "earlier_on": pl.Date, "earlier_field": pl.String}  # fmt: skip


def graduates(rng: np.random.Generator, world: World, before: pl.DataFrame | None = None) -> pl.DataFrame:
    """Who left a university in the cohorts that are told of; later only those who have come of age since.

    Returns:
        cid, field_code, education_level_code, graduated_on, earlier_on and earlier_field (of a second degree).
    """
    rules = load()["graduates"]
    last = world.month.year if world.month.month > 3 else world.month.year - 1  # degrees are given in March
    age = last - pl.col("birth").dt.year()
    of_age = world.residents().filter(age.is_between(rules["age"], rules["age"] + rules["cohorts"] - 1))
    drawn_here = of_age.filter(pl.Series(rng.random(of_age.height) < rules["share"]))
    if before is not None:
        newest = drawn_here.filter(pl.col("birth").dt.year() == last - rules["age"])
        drawn_here = newest.join(before, on="cid", how="anti", maintain_order="left")
    rows = drawn_here.height
    again = pl.Series(rng.random(rows) < rules["second_degree"])
    day = pl.Series(rng.integers(1, 29, rows))
    on = pl.date(pl.col("birth").dt.year() + rules["age"], 3, pl.lit(day))
    return drawn_here.select(
        "cid",
        drawn(rng, rules["fields"], rows).alias("field_code"),
        drawn(rng, rules["levels"], rows).alias("education_level_code"),
        on.alias("graduated_on"),
        pl.when(again).then(on.dt.offset_by("-2y")).alias("earlier_on"),
        pl.when(again).then(drawn(rng, rules["fields"], rows)).alias("earlier_field"),
    ).cast(GRADUATES)  # type: ignore[arg-type]  # a schema is a mapping of types


def occupations(rng: np.random.Generator, world: World, degrees: pl.DataFrame) -> pl.DataFrame:
    """What each insured person works as; a graduate of some fields more often in what was studied.

    Returns:
        cid, occupation_code, recorded_on, is_known (to the employment office).
    """
    rules, own = load(), load()["graduates"]
    working = world.jobs.select("cid").unique(maintain_order=True)
    joined = working.join(degrees, on="cid", how="left", maintain_order="left")
    first = degrees["graduated_on"].dt.year().min()
    cohort = (pl.col("graduated_on").dt.year() - pl.lit(first)).fill_null(0)
    chance = pl.col("field_code").replace_strict(own["match"], default=None, return_dtype=pl.Float64)
    falls = joined.select((chance - cohort * own["match_falls_a_cohort"]).fill_null(0.0)).to_series().to_numpy()
    fits = rng.random(joined.height) < falls
    lot = pl.Series(rng.integers(0, 2**31, joined.height))
    fitting, others = _lists()
    field = joined["field_code"].fill_null("")
    matched = field.replace_strict(fitting, default=[], return_dtype=pl.List(pl.String))
    apart = field.replace_strict(others, default=[], return_dtype=pl.List(pl.String))
    anything = drawn(rng, rules["occupations"], joined.height)

    def one(lists: pl.Series) -> pl.Series:
        return pl.select(pl.lit(lists).list.get(pl.lit(lot) % pl.lit(lists).list.len(), null_on_oob=True)).to_series()

    code = pl.when(pl.Series(fits)).then(one(matched)).when(pl.lit(field) != "").then(one(apart)).otherwise(anything)
    days = (np.datetime64(world.month) - rng.integers(1, 400, joined.height)).astype("datetime64[D]")
    known = pl.Series(rng.random(joined.height) >= rules["occupation_unknown"])
    return working.with_columns(occupation_code=code, recorded_on=pl.Series(days).cast(pl.Date), is_known=known)


def _lists() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Field → occupations that use it, and those that people take who find none."""
    fitting = {field: list(codes) for field, codes in definitions().occupations_of_field.items()}
    common = ["4", "5", "7", "8", "9"]
    return fitting, {field: [code for code in common if code not in codes] for field, codes in fitting.items()}
