"""Thirty gauges, each day's rain; some readings are corrected later, and some are sent twice."""

from datetime import timedelta

import numpy as np
import polars as pl

from khlang.simulate.domain import Domain
from khlang.simulate.extract import Extract, Hand, Month, Sent

HEADERS = {
    "station_code": "รหัสสถานี",
    "read_on": "วันที่",
    "sent_on": "วันที่ส่ง",
    "rain_mm": "ฝน (มม.)",
    "province_code": "จังหวัด",
}


def readings(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Tenths of a millimetre a gauge and day; one in ten is corrected the day after it was sent."""
    first = month.world.month
    stations = pl.DataFrame({"station_code": [f"G{n:02d}" for n in range(30)]})
    stations = stations.with_columns(province_code=pl.Series(["10", "50", "90"] * 10))
    days = pl.DataFrame({"read_on": [first + timedelta(days=n) for n in range(28)]})
    rows = stations.join(days, how="cross").with_columns(sent_on=pl.col("read_on") + pl.duration(days=1))
    rows = rows.with_columns(rain=pl.Series(rng.integers(0, 900, rows.height)))
    late = rows.filter(pl.Series(rng.random(rows.height) < 0.1))
    return pl.concat([rows, late.with_columns(pl.col("rain") + 1, pl.col("sent_on") + pl.duration(days=1))])


def written(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """As the office writes it."""
    del rng
    return rows.select(
        "station_code",
        pl.col("read_on").dt.strftime("%d/%m/%Y"),
        pl.col("sent_on").dt.strftime("%Y-%m-%d"),
        rain_mm=(pl.col("rain") / 10).round(1).cast(pl.String),
        province_code="province_code",
    )


def marts(kept: pl.DataFrame, period: str) -> dict[str, pl.DataFrame]:
    """The mart's rows from the readings that count."""
    told = kept.group_by("province_code").agg(readings=pl.len().cast(pl.Int64), total=pl.col("rain").sum())
    total = (pl.col("total").cast(pl.Decimal(38, 1)) / 10).cast(pl.Decimal(12, 1)).alias("total_mm")
    frame = told.select("province_code", "readings", total, period=pl.lit(period)).sort("province_code")
    return {"rain_by_province": frame}


READINGS = Extract(
    "rain_readings",
    "tmd",
    readings,
    Hand(HEADERS, written),
    grain=("station_code", "read_on"),
    latest_by="sent_on",
)


def observable(sent: Sent, period: str) -> dict[str, pl.DataFrame]:
    """What the sent readings can show."""
    return marts(READINGS.kept(sent["rain_readings"]), period)


def population(month: Month) -> dict[str, pl.DataFrame]:
    """What it rained."""
    rows = readings(month, month.stream("sent", "rain_readings"))
    return marts(rows.sort("sent_on").unique(["station_code", "read_on"], keep="last"), month.period)


DOMAIN = Domain("rain", (READINGS,), observable=observable, population=population)
