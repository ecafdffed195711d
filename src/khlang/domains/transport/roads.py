"""What the counting stations of the highways count in one month. Made up, see ``data/assumptions.yaml``."""

from datetime import date

import numpy as np
import polars as pl

from khlang.domains.transport.network import assumptions
from khlang.simulate.calibration import Calibration
from khlang.simulate.identifiers import generator
from khlang.simulate.months import following, period_of


def stations(known: Calibration) -> pl.DataFrame:
    """A station in the town of every province, and one outside it in the most populous ones.

    Columns road_station_code, road_code, province_code, setting_code, severity (of congestion), size (of the traffic).
    """
    rules = assumptions()["roads"]
    size = (pl.col("population") / pl.col("population").mean()).sqrt().clip(0.5, 3.0)
    provinces = known.provinces.select("province_code", "population").with_columns(size=size)
    large = provinces.sort("population", descending=True).head(int(rules["rural_stations"])).sort("province_code")
    severe, other = rules["severity"]["URBAN"], rules["severity"]["other"]
    urban = provinces.select(
        ("TU" + pl.col("province_code") + "01").alias("road_station_code"),
        "province_code",
        pl.lit("URBAN").alias("setting_code"),
        pl.col("province_code")
        .replace_strict(severe, default=other["URBAN"], return_dtype=pl.Float64)
        .alias("severity"),
        "size",
    )
    rural = large.select(
        ("TR" + pl.col("province_code") + "01").alias("road_station_code"),
        "province_code",
        pl.lit("RURAL").alias("setting_code"),
        pl.lit(other["RURAL"]).alias("severity"),
        pl.col("size") / 4,
    )
    number = pl.int_range(pl.len()) % 4 + 1  # the four trunk highways that leave Bangkok
    return pl.concat([urban, rural]).with_columns(road_code=number.cast(pl.String))


def counts(known: Calibration, month: date, seed: int) -> pl.DataFrame:
    """Hourly counts. Grain: road_station_code, counted_on, hour.

    Columns road_code, province_code, setting_code, vehicles, speed (km/h × 10; null where nobody passed), late.
    """
    rng = generator(seed, "transport", "roads", period_of(month))
    every, rules = assumptions(), assumptions()["roads"]
    told = stations(known)
    calm = generator(seed, "transport", "free flow").normal(0, rules["spread_kmh"], told.height)
    free = told["setting_code"].replace_strict(rules["free_flow_kmh"], return_dtype=pl.Float64).to_numpy() + calm
    days = pl.date_range(month, following(month), "1d", closed="left", eager=True)
    weekday = np.where(days.dt.weekday().to_numpy() > 5, rules["weekend"], 1.0)
    loss = told["severity"].to_numpy()[:, None, None] * weekday[None, :, None] * np.array(rules["peak"])[None, None, :]
    speed = free[:, None, None] * (1 - loss) * rng.normal(1, rules["jitter"], loss.shape)
    mean = (
        told["size"].to_numpy()[:, None, None]
        * np.array(rules["volume"])[None, None, :]
        * (0.6 + 0.4 * weekday)[None, :, None]
    )
    vehicles = np.maximum(rng.poisson(mean), 1)
    nobody = rng.random(loss.shape) < rules["quiet"]
    nobody[:, :, 5:] = False
    nobody[(told["setting_code"] == "URBAN").to_numpy()] = False
    vehicles[nobody] = 0
    hours = pl.DataFrame({"hour": np.arange(24, dtype=np.int32)})
    rows = told.drop("severity", "size").join(pl.DataFrame({"counted_on": days}), how="cross", maintain_order="left")
    rows = rows.join(hours, how="cross", maintain_order="left")
    tenths = pl.Series(np.rint(speed * 10).astype(np.int64).ravel())
    return rows.with_columns(
        vehicles=pl.Series(vehicles.ravel()),
        speed=pl.when(pl.Series(~nobody.ravel())).then(tenths),
        late=pl.Series(rng.random(rows.height) < every["mess"]["late"]),
    )
