"""Where the water is: basins, flood risk, gauges and reservoirs. Made up, see ``data/assumptions.yaml``."""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
import yaml

from khlang.simulate.calibration import Assumptions, Calibration


@cache
def assumptions() -> Assumptions:
    """What the simulator assumes of water."""
    text = (files("khlang.domains.water") / "data" / "assumptions.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def provinces(known: Calibration) -> pl.DataFrame:
    """Every province: province_code, population, insured, basin_code, risk (of a flood), south, rural (0 to 1)."""
    rules = assumptions()
    basin_of = {province: basin for basin, codes in rules["basins"].items() for province in codes}
    flood = rules["flood"]
    factor = known.provinces["income_factor"].to_numpy()
    rural = (factor.max() - factor) / (factor.max() - factor.min())
    codes = known.provinces["province_code"].to_list()
    return known.provinces.select("province_code", "population", "insured").with_columns(
        pl.Series("basin_code", [basin_of[code] for code in codes]),
        pl.Series("risk", [flood["risk"].get(code, flood["default_risk"]) for code in codes]),
        pl.Series("south", [code in flood["south"] for code in codes]),
        pl.Series("rural", rural),
    )


def amphoe(known: Calibration) -> pl.DataFrame:
    """Every amphoe: amphoe_code, province_code, basin_code, risk, south, rural, share (of its province's people)."""
    placed = known.amphoe.join(provinces(known), on="province_code", how="left", maintain_order="left")
    return placed.with_columns(share=pl.col("weight") / pl.col("weight").sum().over("province_code"))


def stations(known: Calibration) -> pl.DataFrame:
    """A rain gauge in every province, and a river gauge in the first province of every basin.

    Columns station_id, kind_code, province_code, basin_code.
    """
    placed = provinces(known).select("province_code", "basin_code").sort("province_code")
    rain = placed.select(
        ("RG" + pl.col("province_code") + "01").alias("station_id"), pl.lit("RAIN").alias("kind_code"), pl.all()
    )
    rivers = placed.unique("basin_code", keep="first", maintain_order=True).sort("basin_code")
    level = rivers.select(
        ("WL" + pl.col("basin_code") + "01").alias("station_id"), pl.lit("LEVEL").alias("kind_code"), pl.all()
    )
    return pl.concat([rain, level])


def demand(known: Calibration, month: int) -> pl.DataFrame:
    """The month's demand of every amphoe by use: amphoe_code, basin_code, use_code, demand (mcm/100, whole)."""
    rules = assumptions()["demand"]
    people = pl.col("population") * pl.col("share")
    uses = {
        "HH": people * rules["household_litres"] * 30 / 1e9,
        "AGR": (0.05 + 0.95 * pl.col("rural")) * rules["farm_mcm_per_amphoe"] * rules["farm_months"][month - 1],
        "IND": pl.col("insured") * pl.col("share") * rules["industry_litres"] * 30 / 1e9,
    }
    placed = amphoe(known)
    return pl.concat(
        placed.select(
            "amphoe_code",
            "basin_code",
            pl.lit(code).alias("use_code"),
            (amount * 100).round(0).cast(pl.Int64).alias("demand"),
        )
        for code, amount in uses.items()
    )


def reservoirs(known: Calibration) -> pl.DataFrame:
    """The reservoirs of every basin: reservoir_id, basin_code, capacity (mcm/100, whole)."""
    rules = assumptions()["reservoirs"]
    yearly = demand(known, 1).group_by("basin_code").agg(pl.col("demand").sum()).sort("basin_code")
    count = int(rules["in_a_basin"])
    shares = np.arange(count, 0, -1) / (count * (count + 1) / 2)  # the first is the largest
    return pl.concat(
        yearly.select(
            ("R" + pl.col("basin_code") + f"{number + 1:02d}").alias("reservoir_id"),
            "basin_code",
            (pl.col("demand") * rules["capacity_months"] * share).round(0).cast(pl.Int64).alias("capacity"),
        )
        for number, share in enumerate(shares)
    ).sort("reservoir_id")
