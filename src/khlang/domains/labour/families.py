"""Whose child each newborn is: one woman of the province, more often a girl of school age where life is like that.

The children are persons of the core's world. Who their mother is the core does not say; this domain adds it, because
a teen mother is a student who leaves, and the health domain looks here.
"""

from datetime import date

import numpy as np
import polars as pl

from khlang.domains.labour.assumed import by_province, load
from khlang.simulate.world import World, ages

BIRTHS = {"child": pl.Int64, "cid": pl.Int64, "born_on": pl.Date, "mother_age": pl.Int64, "amphoe_code": pl.String,
          "is_told": pl.Boolean}  # fmt: skip


def people(world: World) -> pl.DataFrame:
    """Every person with age, amphoe and province, in the order of the world."""
    placed = world.persons.join(world.houses, on="house", how="left", maintain_order="left")
    return placed.with_columns(age=ages(pl.col("birth"), world.month).cast(pl.Int64))


def none() -> pl.DataFrame:
    """No birth yet."""
    return pl.DataFrame(schema=BIRTHS)


def births(rng: np.random.Generator, world: World, since: date, before: pl.DataFrame) -> pl.DataFrame:
    """The children born since a day, each with its mother; a woman who is a mother already is out of question.

    Args:
        rng: Stream of this purpose.
        world: State of the month.
        since: Birthday of the oldest child.
        before: Births known already.

    Returns:
        child, cid (of the mother), born_on, mother_age (completed years that day), amphoe_code (hers), is_told
        (whether a hospital told of it). A child for whom the province has no mother is left out.
    """
    rules, everybody = load()["mothers"], people(world)
    taken = pl.concat([before["child"], before["cid"]])
    children = everybody.filter(pl.col("birth") >= since, ~pl.col("cid").is_in(taken.implode()))
    women = everybody.filter(pl.col("sex") == 2, ~pl.col("cid").is_in(taken.implode()))
    teen = rng.random(children.height) < by_province(children["province_code"], rules["teen"], rules["teen_in"])
    girls = women.filter(pl.col("age").is_between(rules["teen_youngest"], rules["teen_oldest"]))
    grown = women.filter(pl.col("age").is_between(rules["youngest"], rules["oldest"]))
    young = _paired(rng, children.filter(pl.Series(teen)), girls)
    rest = children.filter(~pl.col("cid").is_in(young["child"].implode()))
    found = pl.concat([young, _paired(rng, rest, grown)]).sort("child")
    told = rng.random(found.height) >= rules["born_at_home"]
    return found.with_columns(is_told=pl.Series(told, dtype=pl.Boolean)).select(list(BIRTHS))


def _paired(rng: np.random.Generator, children: pl.DataFrame, women: pl.DataFrame) -> pl.DataFrame:
    """Children and women of one province, each once, by lot."""

    def lots(frame: pl.DataFrame) -> pl.DataFrame:
        order = frame.with_columns(lot=pl.Series(rng.random(frame.height))).sort("lot")
        return order.with_columns(place=pl.int_range(pl.len()).over("province_code"))

    mothers = lots(women).select("province_code", "place", "cid", "amphoe_code", mother_birth="birth")
    pairs = (
        lots(children)
        .select("province_code", "place", child="cid", born_on="birth")
        .join(mothers, on=["province_code", "place"], how="inner", maintain_order="left")
    )
    born, hers = pl.col("born_on"), pl.col("mother_birth")
    early = (hers.dt.month() > born.dt.month()) | (
        (hers.dt.month() == born.dt.month()) & (hers.dt.day() > born.dt.day())
    )
    age = born.dt.year() - hers.dt.year() - early.cast(pl.Int32)
    return pairs.with_columns(mother_age=age.cast(pl.Int64)).select(
        "child", "cid", "born_on", "mother_age", "amphoe_code"
    )
