"""Which scheme pays for whose treatment: social security with a job, else that of the state or the universal one."""

import numpy as np
import polars as pl

from khlang.domains.health.assumed import happens, load
from khlang.domains.labour.assumed import by_province, days_from
from khlang.simulate.world import World

UNIVERSAL, SOCIAL_SECURITY, CIVIL_SERVANTS = "UC", "SSS", "CSMBS"


def first(rng: np.random.Generator, world: World) -> pl.DataFrame:
    """Everybody's scheme in the first month.

    Returns:
        cid, without_job (scheme apart from a job; null: none), scheme_code (null: none), covered_from, and
        scheme_before and covered_before (of who changed this month).
    """
    everybody = world.residents()
    days = days_from(
        pl.Series([world.month] * everybody.height, dtype=pl.Date), -rng.integers(1, 4000, everybody.height)
    )
    from_ = pl.max_horizontal(pl.lit(days), "birth")
    return _schemed(_apart(rng, everybody).with_columns(covered_from=from_), world)


def later(rng: np.random.Generator, before: pl.DataFrame, world: World) -> pl.DataFrame:
    """A month later: the dead are gone, the newborn are covered, who began or left a job changes scheme."""
    everybody = world.residents()
    stay = before.join(everybody.select("cid"), on="cid", how="semi", maintain_order="left")
    new = everybody.join(before, on="cid", how="anti", maintain_order="left")
    born = _schemed(_apart(rng, new).with_columns(covered_from=pl.col("birth")), world)
    now = _schemed(stay.select("cid", "without_job", "covered_from"), world)
    was, since = stay["scheme_code"], stay["covered_from"]
    changed = pl.lit(now["scheme_code"].ne_missing(was))
    day = days_from(pl.Series([world.month] * now.height, dtype=pl.Date), rng.integers(0, 25, now.height))
    moved = now.with_columns(
        covered_from=pl.when(changed).then(day).otherwise("covered_from"),
        scheme_before=pl.when(changed).then(was),
        covered_before=pl.when(changed).then(since),
    )
    return pl.concat([moved, born])


def _apart(rng: np.random.Generator, chosen: pl.DataFrame) -> pl.DataFrame:
    """The scheme that each person has apart from a job, drawn once for a life."""
    rules = load()["coverage"]
    none = happens(rng, chosen.height, by_province(chosen["province_code"], rules["none"], rules["none_in"]))
    servant = happens(rng, chosen.height, rules["civil_servants"])
    own = pl.when(none).then(None).when(servant).then(pl.lit(CIVIL_SERVANTS)).otherwise(pl.lit(UNIVERSAL))
    return chosen.select("cid", "birth", without_job=own)


def _schemed(apart: pl.DataFrame, world: World) -> pl.DataFrame:
    working = pl.col("cid").is_in(world.jobs["cid"].implode())
    return apart.select(
        "cid",
        "without_job",
        pl.when(working).then(pl.lit(SOCIAL_SECURITY)).otherwise("without_job").alias("scheme_code"),
        "covered_from",
        pl.lit(None, pl.String).alias("scheme_before"),
        pl.lit(None, pl.Date).alias("covered_before"),
    )
