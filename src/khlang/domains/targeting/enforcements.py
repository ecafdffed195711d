"""Whose judgment debts are enforced: a case moves from stage to stage until it is settled or withdrawn."""

import numpy as np
import polars as pl

from khlang.domains.health.assumed import happens
from khlang.domains.labour.assumed import by_province, days_from, drawn
from khlang.domains.targeting.assumed import load, today
from khlang.domains.targeting.definitions import load as definitions
from khlang.simulate.world import BAHT, World

NEW = "1"  # stage of a case that has just begun


def first(rng: np.random.Generator, world: World) -> pl.DataFrame:
    """The cases of the first month.

    Returns:
        cid, judged_on, judgment (satang), stage_code, staged_on, and stage_before and staged_before (of a case that
        reached another stage this month and stands with the stage before as well). Grain: cid, judged_on.
    """
    rules = load()["debts"]
    chosen = _sentenced(rng, world.residents().filter(pl.col("debt") > 0), 1.0)
    rows = chosen.height
    judged = days_from(today(world.month, rows), -rng.integers(60, rules["judged_within_days"], rows))
    cases = _cases(rng, chosen, judged)
    second = cases.filter(happens(rng, rows, rules["second"]))
    # Another day than the first, and not after the month: a second judgment came before the one that is known.
    days = -rng.integers(30, 600, second.height)
    second = second.with_columns(days_from(second["judged_on"], days).alias("judged_on"))
    both = pl.concat([cases, second])
    age = (pl.lit(world.month) - pl.col("judged_on")).dt.total_days()
    since = (age * pl.Series(rng.random(both.height))).floor().cast(pl.Int32)
    return both.with_columns(
        drawn(rng, rules["stages"], both.height).alias("stage_code"),
        staged_on=(pl.lit(world.month).cast(pl.Date).cast(pl.Int32) - 1 - since).cast(pl.Date),
    )


def later(rng: np.random.Generator, before: pl.DataFrame, world: World) -> pl.DataFrame:
    """A month later: the dead are gone, some cases reach another stage, some debtors are sentenced."""
    rules, words = load()["debts"], definitions()
    stay = before.join(world.persons, on="cid", how="semi", maintain_order="left")
    rows = stay.height
    is_open = stay["stage_code"].is_in(list(words.open_stages))
    to = drawn(rng, rules["moves_to"], rows)
    moves = is_open & happens(rng, rows, rules["moves_a_month"]) & (to != stay["stage_code"])
    sent = moves & happens(rng, rows, rules["old_stage_sent"])
    on = days_from(today(world.month, rows), rng.integers(0, 25, rows))
    stay = stay.with_columns(
        stage_before=pl.when(sent).then("stage_code"),
        staged_before=pl.when(sent).then("staged_on"),
        stage_code=pl.when(moves).then(to).otherwise("stage_code"),
        staged_on=pl.when(moves).then(on).otherwise("staged_on"),
    )
    free = world.residents().filter(pl.col("debt") > 0).join(stay, on="cid", how="anti", maintain_order="left")
    chosen = _sentenced(rng, free, rules["new_a_month"])
    judged = days_from(today(world.month, chosen.height), rng.integers(0, 20, chosen.height))
    return pl.concat([stay, _cases(rng, chosen, judged)])


def _sentenced(rng: np.random.Generator, owing: pl.DataFrame, times: float) -> pl.DataFrame:
    """Who of them is under a judgment: the more readily the more is owed, and in some provinces."""
    rules = load()["debts"]
    chance = owing["debt"].to_numpy() / (100_000 * BAHT) * rules["share_a_100_000_baht"]
    chance = np.minimum(chance * by_province(owing["province_code"], 1.0, rules["more_in"]), rules["most"])
    return owing.filter(happens(rng, owing.height, chance * times))


def _cases(rng: np.random.Generator, chosen: pl.DataFrame, judged: pl.Series) -> pl.DataFrame:
    """A new case each, its writ issued on the day of the judgment."""
    low, high = load()["debts"]["factor"]
    owed = np.rint(chosen["debt"].to_numpy() * rng.uniform(low, high, chosen.height) / BAHT).astype(np.int64) * BAHT
    return chosen.select(
        "cid",
        judged.alias("judged_on"),
        pl.Series("judgment", owed),
        stage_code=pl.lit(NEW),
        staged_on=judged,
        stage_before=pl.lit(None, pl.String),
        staged_before=pl.lit(None, pl.Date),
    )
