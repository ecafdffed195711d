"""Where waste is collected and disposed of: offices, sites, distances. Made up, see ``data/assumptions.yaml``."""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
import yaml

from khlang.domains.waste import definitions
from khlang.simulate.calibration import Assumptions, Calibration
from khlang.simulate.identifiers import generator

MICRO = 1_000_000  # degrees are held in whole millionths


@cache
def assumptions() -> Assumptions:
    """What the simulator assumes of waste."""
    text = (files("khlang.domains.waste") / "data" / "assumptions.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def points() -> pl.DataFrame:
    """Every amphoe's reference point: amphoe_code, north, east (degrees)."""
    schema = {"amphoe_code": pl.String, "north": pl.Float64, "east": pl.Float64}
    return pl.DataFrame(definitions.points(), schema=schema, orient="row").sort("amphoe_code")


def metres(from_: pl.DataFrame, to: pl.DataFrame) -> np.ndarray:
    """Great-circle distances between two lists of places in whole metres, half up: rows of one by rows of the other.

    Args:
        from_: Columns north and east, in degrees.
        to: The same.
    """
    here, there = (np.radians(each.select("north", "east").to_numpy()) for each in (from_, to))
    apart = there[None, :, :] - here[:, None, :]
    cosines = np.cos(here[:, None, 0]) * np.cos(there[None, :, 0])
    chord = np.sin(apart[:, :, 0] / 2) ** 2 + cosines * np.sin(apart[:, :, 1] / 2) ** 2
    distance = 2 * definitions.load().earth_radius_m * np.arcsin(np.sqrt(chord))
    whole: np.ndarray = np.floor(distance + 0.5).astype(np.int64)
    return whole


def degrees(sites: pl.DataFrame) -> pl.DataFrame:
    """Sites with north and east in degrees, from their latitude and longitude in millionths."""
    return sites.with_columns(north=pl.col("latitude") / MICRO, east=pl.col("longitude") / MICRO)


def sites(known: Calibration, seed: int) -> pl.DataFrame:
    """The disposal sites: a sanitary one in the first amphoe of most provinces, two dumps farther out.

    Columns waste_site_id, amphoe_code, province_code, kind, latitude, longitude (millionths of a degree).
    """
    rules = assumptions()["sites"]
    amphoe = known.amphoe.select("province_code", "amphoe_code").sort("amphoe_code").group_by("province_code")
    ends = amphoe.agg(
        SAN=pl.col("amphoe_code").first(), CON=pl.col("amphoe_code").get(1), OPEN=pl.col("amphoe_code").last()
    )
    rows = ends.sort("province_code").unpivot(["SAN", "CON", "OPEN"], index="province_code", variable_name="kind",
                                              value_name="amphoe_code")  # fmt: skip
    none = pl.col("province_code").is_in(rules["without_sanitary"]) & (pl.col("kind") == "SAN")
    placed = rows.filter(~none).join(points(), on="amphoe_code", how="left", maintain_order="left")
    rng = generator(seed, "waste", "sites")
    north, east = (
        np.rint((placed[name].to_numpy() + rng.uniform(-1, 1, placed.height) * rules["spread_degrees"]) * MICRO)
        for name in ("north", "east")
    )
    return placed.select(
        (pl.col("kind").str.slice(0, 1) + pl.col("province_code") + "01").alias("waste_site_id"),
        "amphoe_code",
        "province_code",
        "kind",
        pl.Series("latitude", north.astype(np.int64)),
        pl.Series("longitude", east.astype(np.int64)),
    ).sort("waste_site_id")


def offices(known: Calibration, found: pl.DataFrame) -> pl.DataFrame:
    """Every local office: local_office_id, amphoe_code, province_code, share (of its amphoe), waste_site_id.

    The first amphoe of a province has two. An office brings its waste to the province's site that lies nearest, a
    sanitary one as if it lay nearer than it does.
    """
    town = known.amphoe.filter(pl.col("amphoe_code").str.ends_with("01")).with_columns(
        number=pl.lit("2"), share=pl.lit(0.4)
    )
    is_town = pl.col("amphoe_code").str.ends_with("01")
    main = known.amphoe.with_columns(number=pl.lit("1"), share=pl.when(is_town).then(0.6).otherwise(1.0))
    rows = pl.concat([main, town]).join(points(), on="amphoe_code", how="left", maintain_order="left")
    away = metres(rows, degrees(found)).astype(np.float64)
    away[:, (found["kind"] == "SAN").to_numpy()] *= assumptions()["sites"]["detour"]
    away[rows["province_code"].to_numpy()[:, None] != found["province_code"].to_numpy()[None, :]] = np.inf
    return rows.select(
        ("L" + pl.col("amphoe_code") + pl.col("number")).alias("local_office_id"),
        "amphoe_code",
        "province_code",
        "share",
        found["waste_site_id"].gather(away.argmin(axis=1)),
    ).sort("local_office_id")


def nearest_sanitary(found: pl.DataFrame) -> pl.DataFrame:
    """The way to the nearest sanitary site, by amphoe: amphoe_code, metres. Empty where there is no such site.

    Args:
        found: Sites with kind, latitude and longitude.
    """
    sanitary = found.filter(pl.col("kind").is_in(definitions.load().sanitary_kinds))
    here = points()
    if sanitary.is_empty():
        return here.select("amphoe_code", metres=pl.lit(None, pl.Int64)).clear()
    return here.select("amphoe_code", metres=pl.Series(metres(here, degrees(sanitary)).min(axis=1)))
