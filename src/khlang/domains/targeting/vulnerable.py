"""Whom social workers assess as vulnerable, and what help is given: a register that grows, lags and forgets nobody."""

import numpy as np
import polars as pl

from khlang.domains.health.assumed import happens
from khlang.domains.labour.assumed import by_province, days_from, drawn
from khlang.domains.targeting.assumed import load, today
from khlang.domains.targeting.definitions import load as definitions
from khlang.simulate.world import BAHT, World

ALONE, BEDRIDDEN, SINGLE_PARENT, UNSTABLE, CARER = "1", "2", "3", "4", "5"
COLUMNS = {"cid": pl.Int64, "vulnerability_code": pl.String, "assessed_on": pl.Date, "help_code": pl.String,
           "assessed_before": pl.Date, "help_before": pl.String}  # fmt: skip


def first(rng: np.random.Generator, world: World) -> pl.DataFrame:
    """The register of the first month.

    Returns:
        cid, vulnerability_code, assessed_on, help_code, and assessed_before and help_before (of who was assessed anew
        this month and stands in the register with the assessment before as well).
    """
    chosen = _found(rng, true_of(rng, world), 1.0)
    rows = chosen.height
    days = rng.integers(1, load()["vulnerable"]["assessed_within_days"], rows)
    return _registered(rng, chosen, days_from(today(world.month, rows), -days))


def later(rng: np.random.Generator, before: pl.DataFrame, world: World) -> pl.DataFrame:
    """A month later: the dead are gone, some are assessed anew and begin to get help, some are found."""
    rules = load()["vulnerable"]
    stay = before.join(world.persons, on="cid", how="semi", maintain_order="left")
    rows = stay.height
    anew = happens(rng, rows, rules["assessed_a_month"])
    sent = anew & happens(rng, rows, rules["old_assessment_sent"])
    begins = anew & (stay["help_code"] == definitions().no_help) & happens(rng, rows, rules["help_begins"])
    on = days_from(today(world.month, rows), rng.integers(0, 25, rows))
    stay = stay.with_columns(
        assessed_before=pl.when(sent).then("assessed_on"),
        help_before=pl.when(sent).then("help_code"),
        assessed_on=pl.when(anew).then(on).otherwise("assessed_on"),
        help_code=pl.when(begins).then(_help(rng, stay["vulnerability_code"])).otherwise("help_code"),
    )
    unknown = true_of(rng, world).join(stay, on=["cid", "vulnerability_code"], how="anti", maintain_order="left")
    chosen = _found(rng, unknown, rules["enters_a_month"])
    return pl.concat([stay, _registered(rng, chosen, days_from(today(world.month, chosen.height),
                                                               rng.integers(0, 25, chosen.height)))])  # fmt: skip


def true_of(rng: np.random.Generator, world: World) -> pl.DataFrame:
    """Of whom each kind is true: cid, province_code, vulnerability_code. Grain: cid, vulnerability_code."""
    rules, words = load()["vulnerable"], definitions()
    wages = world.jobs.group_by("cid").agg(wage=pl.col("wage").sum())
    people = world.residents().join(wages, on="cid", how="left", maintain_order="left")
    disabled = pl.col("cid").is_in(world.parts["health"]["disabilities"]["cid"].implode())
    grown = pl.col("age") >= words.child_below
    income = pl.col("wage").fill_null(0) + pl.col("informal")
    homes = people.with_columns(disabled=disabled).with_columns(
        members=pl.len().over("house"),
        grown=grown.sum().over("house"),
        cared_for=pl.col("disabled").any().over("house"),
        eldest=(pl.col("age") == pl.col("age").filter(~pl.col("disabled")).max().over("house")) & ~pl.col("disabled"),
        per_head=income.sum().over("house") / pl.len().over("house"),
    )
    oldest = sorted(rules["bedridden"], reverse=True)
    age = homes["age"].to_numpy()
    bedridden = np.select([age >= one for one in oldest], [rules["bedridden"][one] for one in oldest])
    is_grown, others = pl.col("age") >= words.child_below, pl.col("members") > pl.col("grown")
    poor = pl.col("per_head") < rules["unstable_head_baht"] * BAHT
    kinds = {
        ALONE: (pl.col("members") == 1) & (pl.col("age") >= words.older_from),
        BEDRIDDEN: pl.lit(happens(rng, homes.height, bedridden)),
        SINGLE_PARENT: is_grown & (pl.col("grown") == 1) & others & (pl.col("age") < words.older_from),
        UNSTABLE: is_grown & poor & pl.lit(happens(rng, homes.height, rules["unstable"])),
        CARER: is_grown & pl.col("cared_for") & pl.col("eldest"),
    }
    return pl.concat(
        homes.filter(is_true).select("cid", "province_code", vulnerability_code=pl.lit(kind))
        for kind, is_true in kinds.items()
    )


def _found(rng: np.random.Generator, true: pl.DataFrame, times: float) -> pl.DataFrame:
    """Those of them whom a social worker finds; fewer where few are looked for."""
    rules = load()["vulnerable"]
    chance = true["vulnerability_code"].replace_strict(rules["found"], return_dtype=pl.Float64).to_numpy()
    return true.filter(happens(rng, true.height, chance * times * by_province(true["province_code"], 1.0,
                                                                               rules["found_in"])))  # fmt: skip


def _registered(rng: np.random.Generator, chosen: pl.DataFrame, on: pl.Series) -> pl.DataFrame:
    """The chosen with an assessment each, and the help that some of them get."""
    share = chosen["vulnerability_code"].replace_strict(load()["vulnerable"]["helped"], return_dtype=pl.Float64)
    helped = happens(rng, chosen.height, share.to_numpy())
    return chosen.select(
        "cid",
        "vulnerability_code",
        on.alias("assessed_on"),
        help_code=pl.when(helped)
        .then(_help(rng, chosen["vulnerability_code"]))
        .otherwise(pl.lit(definitions().no_help)),
        assessed_before=pl.lit(None, pl.Date),
        help_before=pl.lit(None, pl.String),
    ).cast(COLUMNS)  # type: ignore[arg-type]  # a schema is a mapping of types


def _help(rng: np.random.Generator, kinds: pl.Series) -> pl.Series:
    """A kind of help for each; a shelter for half of those without a home, and for nobody else."""
    rules = load()["vulnerable"]
    shelter = "3"
    others = {code: weight for code, weight in rules["helps"].items() if code != shelter}
    given = drawn(rng, others, len(kinds))
    sheltered = (kinds == rules["shelter_of"]) & happens(rng, len(kinds), 0.5)
    return pl.select(pl.when(sheltered).then(pl.lit(shelter)).otherwise(given)).to_series()
