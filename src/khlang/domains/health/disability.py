"""Who has a disability, whose card is valid, and who draws the allowance of a month."""

from datetime import date

import numpy as np
import polars as pl

from khlang.domains.health.assumed import happens, load
from khlang.domains.health.definitions import load as definitions
from khlang.domains.labour.assumed import by_province, days_from, drawn
from khlang.simulate.world import BAHT, World


def first(rng: np.random.Generator, world: World) -> pl.DataFrame:
    """Who has a card in the first month; some of the cards have expired.

    Returns:
        cid, disability_type_code, issued_on, expires_on (null: never), issued_before (of the card before, where the
        register shows it still), amphoe_code (where it was issued), draws (the allowance).
    """
    rules, everybody = load()["disability"], world.residents()
    age = everybody["age"].to_numpy()
    lowest = sorted(rules["share"], reverse=True)
    share = np.select([age >= one for one in lowest], [rules["share"][one] for one in lowest])
    chosen = everybody.filter(happens(rng, len(age), share))
    expired = happens(rng, chosen.height, rules["expired"])
    old = rng.integers(rules["valid_days"] + 5, rules["valid_days"] + 900, chosen.height)
    days = np.where(expired.to_numpy(), old, rng.integers(1, rules["valid_days"] - 400, chosen.height))
    today = pl.Series([world.month] * chosen.height, dtype=pl.Date)
    return _carded(rng, chosen, days_from(today, -days))


def later(rng: np.random.Generator, before: pl.DataFrame, world: World) -> pl.DataFrame:
    """A month later: the dead are gone, some expired cards are renewed, some begin to draw, some get a first card."""
    rules, everybody = load(), world.residents()
    stay = before.join(everybody.select("cid"), on="cid", how="semi", maintain_order="left")
    renewed = (pl.col("expires_on") < world.month) & happens(rng, stay.height, rules["disability"]["renewed_a_month"])
    shown = happens(rng, stay.height, rules["disability"]["old_card_sent"])
    on = _in_month(rng, world.month, stay.height)
    begins = happens(rng, stay.height, rules["allowance"]["begins_a_month"])
    stay = stay.with_columns(
        issued_before=pl.when(renewed & shown).then("issued_on"),
        issued_on=pl.when(renewed).then(on).otherwise("issued_on"),
        expires_on=pl.when(renewed).then(_end(on)).otherwise("expires_on"),
        draws=pl.col("draws") | begins,
    )
    others = everybody.join(stay, on="cid", how="anti", maintain_order="left")
    chosen = others.filter(happens(rng, others.height, rules["disability"]["becomes_a_month"]))
    return pl.concat([stay, _carded(rng, chosen, _in_month(rng, world.month, chosen.height))])


def without_card(rng: np.random.Generator, world: World, carded: pl.DataFrame) -> pl.DataFrame:
    """Who draws the allowance and has never had a card: cid."""
    others = world.residents().join(carded, on="cid", how="anti", maintain_order="left")
    return others.filter(happens(rng, others.height, load()["allowance"]["without_card"])).select("cid")


def paid(rng: np.random.Generator, world: World, drawing: pl.Series) -> pl.DataFrame:
    """The allowances of a month.

    Returns:
        cid, allowance (satang), paid_on, amphoe_code (of the local government that pays), late (paid a month before
        is paid with this one).
    """
    rules, known = load()["allowance"], definitions()
    chosen = world.residents().filter(pl.col("cid").is_in(drawing.implode()))
    adult, minor, low = (int(baht * BAHT) for baht in (known.allowance_baht, known.allowance_minor_baht,
                                                      rules["below_rate_baht"]))  # fmt: skip
    below = happens(rng, chosen.height, rules["below_rate"])
    amount = pl.when(below).then(low).when(pl.col("age") < 18).then(minor).otherwise(adult)
    return chosen.select(
        "cid",
        "amphoe_code",
        allowance=amount.cast(pl.Int64),
        paid_on=days_from(pl.Series([world.month] * chosen.height, dtype=pl.Date), rng.integers(4, 12, chosen.height)),
        late=happens(rng, chosen.height, rules["paid_late"]),
    )


def _carded(rng: np.random.Generator, chosen: pl.DataFrame, issued: pl.Series) -> pl.DataFrame:
    """The chosen persons with a card each; who draws the allowance depends on how far the town is."""
    rules, known, rows = load(), definitions(), chosen.height
    province, kind = chosen["province_code"], drawn(rng, rules["disability"]["types"], rows)
    allowance = rules["allowance"]
    in_town = chosen.select(
        (pl.col("amphoe_code").str.slice(2, 2) == known.town_amphoe) | (pl.col("province_code") == known.town_province)
    ).to_series()
    chance = np.where(in_town, allowance["town"], by_province(province, allowance["far"], allowance["far_in"]))
    chance = chance * kind.replace_strict(allowance["of_type"], default=1.0, return_dtype=pl.Float64).to_numpy()
    for_ever = happens(rng, rows, rules["disability"]["for_ever"])
    town = pl.when(happens(rng, rows, rules["disability"]["issued_in_town"])).then(pl.col("province_code") + "01")
    return chosen.select(
        "cid",
        kind.alias("disability_type_code"),
        issued.alias("issued_on"),
        pl.when(~for_ever).then(_end(issued)).alias("expires_on"),
        pl.lit(None, pl.Date).alias("issued_before"),
        pl.coalesce(town, "amphoe_code").alias("amphoe_code"),
        happens(rng, rows, chance).alias("draws"),
    )


def _end(issued: pl.Series) -> pl.Series:
    return days_from(issued, np.full(len(issued), load()["disability"]["valid_days"]))


def _in_month(rng: np.random.Generator, month: date, rows: int) -> pl.Series:
    return days_from(pl.Series([month] * rows, dtype=pl.Date), rng.integers(0, 25, rows))
