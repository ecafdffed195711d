"""What the plots give, month by month: less where rain or stored water is missing."""

from datetime import date

import numpy as np
import polars as pl

from khlang.domains.agriculture.assumed import days_after, drawn, load
from khlang.domains.agriculture.definitions import load as definitions
from khlang.domains.water.definitions import load as water_definitions
from khlang.simulate.months import following, period_of
from khlang.simulate.world import Part

IRRIGATED, NO_DAMAGE = "1", "1"
#: Grain: cid, plot_no, crop_code, crop_year. ``harvested`` in rai/100; ``reported_on`` of a late one in the next month.
HARVESTS = {"cid": pl.Int64, "plot_no": pl.String, "crop_code": pl.String, "crop_year": pl.Int64,
            "harvested_on": pl.Date, "harvested": pl.Int64, "production_kg": pl.Int64, "damage_code": pl.String,
            "amphoe_code": pl.String, "failed": pl.Boolean, "reported_on": pl.Date}  # fmt: skip


def none() -> pl.DataFrame:
    """No harvest yet."""
    return pl.DataFrame(schema=HARVESTS)


def harvest(rng: np.random.Generator, plots: pl.DataFrame, month: date, water: Part | None) -> pl.DataFrame:
    """The harvests of one month.

    Args:
        rng: The month's stream.
        plots: As ``farms.plots`` gives them.
        month: First day.
        water: The water of the month; None stands for a month before the simulation, in which all was usual.

    Returns:
        Columns of ``HARVESTS``.
    """
    rules = load()["harvest"]
    ready = plots.filter(pl.col("harvest_month") == month.month)
    rows = ready.height
    irrigated = (ready["water_source_code"] == IRRIGATED).to_numpy()
    failed = rng.random(rows) < chance(ready, irrigated, water)
    norm = ready["crop_code"].replace_strict(definitions().crop_norms, return_dtype=pl.Int64).to_numpy()
    good = np.maximum(rng.normal(rules["good_mean"], rules["good_sigma"], rows), rules["good_least"])
    lost = rng.random(rows) < rules["all_lost"]
    bad = np.where(lost, 0.0, rng.uniform(rules["failed_from"], rules["failed_to"], rows))
    share = np.where(failed, bad, good)
    area = ready["area"].to_numpy()
    cut = np.where(failed, np.where(lost, 0, area * rng.integers(30, 95, rows) // 100), area)
    hurt = rng.random(rows) < rules["damage_good"]
    codes = np.where(
        irrigated,
        drawn(rng, rules["damage_failed_irrigated"], rows),
        drawn(rng, rules["damage_failed_rainfed"], rows),
    )
    first = pl.Series([month] * rows, dtype=pl.Date)
    cut_on = days_after(first, rng.integers(0, 24, rows))
    told = days_after(cut_on, rng.integers(0, 5, rows))
    late = pl.Series(rng.random(rows) < load()["mess"]["late"])
    next_month = days_after(first, (following(month) - month).days + rng.integers(0, 10, rows))
    return (
        ready.select("cid", "plot_no", "crop_code", "amphoe_code")
        .with_columns(
            crop_year=pl.lit(definitions().crop_year(period_of(month)), pl.Int64),
            harvested_on=cut_on,
            harvested=pl.Series(cut),
            production_kg=pl.Series(np.rint(area * norm * share / 100).astype(np.int64)),
            damage_code=pl.Series(np.where(failed | hurt, codes, NO_DAMAGE).astype(str)),
            failed=pl.Series(failed),
            reported_on=pl.when(late).then(pl.lit(next_month)).otherwise(pl.lit(told)),
        )
        .select(*HARVESTS)
    )


def chance(plots: pl.DataFrame, irrigated: np.ndarray, water: Part | None) -> np.ndarray:
    """How likely each plot is to fail: rain-fed ones by the missing rain, irrigated ones by the basin's store."""
    rules = load()["harvest"]
    if water is None:
        usual: np.ndarray = np.where(irrigated, rules["fails_irrigated"], rules["fails_rainfed"])
        return usual
    province = plots["amphoe_code"].str.slice(0, 2)
    rain = province.replace_strict(dict(rain_share(water).iter_rows()), default=1.0, return_dtype=pl.Float64).to_numpy()
    short = plots["amphoe_code"].is_in(short_amphoe(water).implode()).to_numpy()
    dry = rules["fails_rainfed"] + rules["fails_rainfed_by_missing_rain"] * np.clip(1 - rain, 0, 1)
    fed = rules["fails_irrigated"] + rules["fails_irrigated_in_short_basin"] * short
    either: np.ndarray = np.where(irrigated, fed, np.minimum(dry, rules["most"]))
    return either


def rain_share(water: Part) -> pl.DataFrame:
    """Rain of the month of each province as a share of the mean over its region: province_code, share."""
    fell = water["readings"].filter(pl.col("rain").is_not_null()).group_by("province_code").agg(pl.col("rain").sum())
    region = pl.col("province_code").str.slice(0, 1)
    return fell.sort("province_code").select("province_code", share=pl.col("rain") / pl.col("rain").mean().over(region))


def short_amphoe(water: Part) -> pl.Series:
    """Amphoe whose basin stores less than the water domain's months of demand."""
    last = water["storage"].sort("measured_on").unique("reservoir_id", keep="last", maintain_order=True)
    held = last.group_by("basin_code").agg(held=pl.col("storage").sum())
    asked = water["demand"].group_by("basin_code").agg(asked=pl.col("demand").sum())
    line = float(water_definitions().short_months)
    short = asked.join(held, on="basin_code").filter(pl.col("held") < line * pl.col("asked"))
    return water["demand"].join(short, on="basin_code", how="semi")["amphoe_code"].unique().sort()
