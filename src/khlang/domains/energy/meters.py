"""Which meter hangs on which house, and what is usually used through it."""

import numpy as np
import polars as pl

from khlang.domains.energy import assumed
from khlang.simulate.identifiers import generator
from khlang.simulate.world import BAHT, World


def found(world: World, seed: int) -> pl.DataFrame:
    """The meters of all houses: one for the household, a second one where there is a shop.

    Columns meter_no, house, house_id, amphoe_code, province_code, authority (mea|pea), type, ampere, usual (kWh a
    month), reading (kWh at the beginning).
    """
    rules, rng = assumed.load()["meters"], generator(seed, "energy", "meters")
    houses = _houses(world)
    homes = houses.filter(pl.Series(rng.random(houses.height) < rules["share_of_houses"]))
    shops = homes.filter(pl.Series(rng.random(homes.height) < rules["shop"]))
    rows = pl.concat([homes.with_columns(type=pl.lit("RES")), shops.with_columns(type=pl.lit("SME"))])
    usual = _usual(rows, rng)
    small, large = usual < rules["small_below_kwh"], usual >= rules["large_from_kwh"]
    ampere = np.where(large, 30, np.where(small, 5, 15))
    another = rng.random(rows.height) < rules["another_size"]
    metropolitan = pl.col("province_code").is_in(assumed.load()["metropolitan"])
    running = pl.int_range(pl.len()).cast(pl.String).str.zfill(9)
    return rows.with_columns(
        authority=pl.when(metropolitan).then(pl.lit("mea")).otherwise(pl.lit("pea")),
        meter_no=pl.when(metropolitan).then(pl.lit("M")).otherwise(pl.lit("P")) + running,
        ampere=pl.Series(np.where(another, 15, ampere).astype(np.int64)),
        usual=pl.Series(usual),
        reading=pl.Series(rng.integers(200, 60_000, rows.height)),
    ).drop("members", "income")


def _houses(world: World) -> pl.DataFrame:
    """Houses in which somebody lives: members, income (satang a month)."""
    wages = world.jobs.group_by("cid").agg(pl.col("wage").sum())
    people = world.persons.select("cid", "house", "informal").join(wages, on="cid", how="left", maintain_order="left")
    lived = people.group_by("house", maintain_order=True).agg(
        members=pl.len(), income=(pl.col("informal") + pl.col("wage").fill_null(0)).sum()
    )
    return world.houses.join(lived, on="house", how="inner", maintain_order="left")


def _usual(rows: pl.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """What a meter usually measures in a month: more with members and income, and in some provinces."""
    rules = assumed.load()["meters"]
    members, income = rows["members"].to_numpy(), rows["income"].to_numpy() / BAHT
    base = rules["base_kwh"] + rules["member_kwh"] * members + rules["kwh_per_1000_baht"] * income / 1000
    usual: np.ndarray = base * assumed.by_province(rows["province_code"], 1.0, rules["more"])
    return usual * rng.lognormal(0, rules["sigma"], rows.height)
