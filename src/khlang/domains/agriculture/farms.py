"""Who farms what: one farmer a house at most, with plots in the amphoe of the house."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from khlang.domains.agriculture.assumed import drawn, load
from khlang.domains.agriculture.definitions import load as definitions
from khlang.domains.water import geography
from khlang.simulate.calibration import Calibration
from khlang.simulate.world import World, ages

WET_RICE, DRY_RICE = "01", "02"


def plots(rng: np.random.Generator, world: World, known: Calibration) -> pl.DataFrame:
    """Every plot under every crop.

    Returns:
        cid, plot_no, crop_code, area (rai/100), water_source_code, amphoe_code, harvest_month (calendar),
        plot_updated_on. Grain: cid, plot_no, crop_code.
    """
    rules = load()["farms"]
    people = farmers(rng, world, known)
    many = rng.choice(np.arange(1, len(rules["plots"]) + 1), size=people.height, p=rules["plots"])
    rows = people[np.repeat(np.arange(people.height), many)]
    region = rows["amphoe_code"].str.slice(0, 1)
    irrigated = region.replace_strict(rules["irrigated"], default=rules["irrigated_elsewhere"], return_dtype=pl.Float64)
    watered = pl.Series(rng.random(rows.height)) < irrigated
    area = np.maximum(np.rint(rng.lognormal(np.log(rules["area_median"]), rules["area_sigma"], rows.height) * 4), 2)
    base = rows.select(
        "cid",
        pl.int_range(1, pl.len() + 1).over("cid").cast(pl.String).alias("plot_no"),
        crops(rng, region).alias("crop_code"),
        pl.Series("area", np.minimum(area, 2000).astype(np.int64) * 25),  # quarters of a rai, as it is measured
        pl.when(pl.lit(watered)).then(pl.lit("1")).otherwise(pl.lit("2")).alias("water_source_code"),
        "amphoe_code",
        plot_updated_on=updated(rng, world.month, rows.height),
    )
    again = pl.Series(rng.random(base.height) < rules["second_rice"])
    second = base.filter((pl.col("crop_code") == WET_RICE) & pl.lit(watered) & again).with_columns(
        crop_code=pl.lit(DRY_RICE)
    )
    both = pl.concat([base, second])
    return both.with_columns(harvest_months(rng, both["crop_code"]))


def farmers(rng: np.random.Generator, world: World, known: Calibration) -> pl.DataFrame:
    """One adult without an insured job of each house that farms, more where it is rural: cid, amphoe_code."""
    rules = load()["farms"]
    rural = geography.provinces(known).select("province_code", "rural")
    able = (
        world.persons.filter(ages(pl.col("birth"), world.month).is_between(rules["youngest"], rules["oldest"]))
        .join(world.jobs, on="cid", how="anti", maintain_order="left")
        .unique("house", keep="first", maintain_order=True)
        .join(world.houses, on="house", how="left", maintain_order="left")
        .join(rural, on="province_code", how="left", maintain_order="left")
    )
    chance = able.select(rules["least"] + rules["by_rural"] * pl.col("rural")).to_series()
    return able.filter(pl.Series(rng.random(able.height)) < chance).select("cid", "amphoe_code")


def crops(rng: np.random.Generator, region: pl.Series) -> pl.Series:
    """The crop of each plot, by its region."""
    chosen = np.full(len(region), WET_RICE, dtype="<U2")
    names = region.to_numpy()
    for code, weights in load()["crops"].items():
        here = np.flatnonzero(names == code)
        chosen[here] = drawn(rng, weights, len(here))
    return pl.Series(chosen.astype(str))


def harvest_months(rng: np.random.Generator, crop: pl.Series) -> pl.Series:
    """The calendar month in which each plot is harvested, the same every year."""
    listed = load()["harvest_months"]
    months = crop.replace_strict(listed, return_dtype=pl.List(pl.Int64))
    lot = pl.Series(rng.integers(0, 2**31, len(crop)))
    return (
        pl.select(pl.lit(months).list.get(pl.lit(lot) % pl.lit(months).list.len())).to_series().alias("harvest_month")
    )


def updated(rng: np.random.Generator, month: date, rows: int) -> pl.Series:
    """When the register was last told of each plot: in the crop year, before this month."""
    begins = date.fromisoformat(f"{definitions().first_period(f'{month:%Y-%m}')}-01")
    before = max((month - begins).days, 1)
    days = np.datetime64(begins - timedelta(days=0 if month > begins else 30)) + rng.integers(0, before, rows)
    return pl.Series(days.astype("datetime64[D]")).cast(pl.Date)
