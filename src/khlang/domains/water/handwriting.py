"""Each agency's own handwriting: headers, encodings, forms of dates and numbers."""

import numpy as np
import polars as pl

from khlang.simulate import mess
from khlang.simulate.extract import Hand

HEADERS: dict[str, dict[str, str]] = {
    "flood_events": {
        "event_id": "รหัสเหตุอุทกภัย",
        "amphoe_code": "รหัสอำเภอ",
        "began_on": "วันที่เริ่มน้ำท่วม",
        "ended_on": "วันที่น้ำลด",
        "declared_on": "วันที่ประกาศ",
    },
    "flooded_households": {
        "house_id": "รหัสประจำบ้าน",
        "event_id": "รหัสเหตุอุทกภัย",
        "flooded_on": "วันที่น้ำเข้าบ้าน",
        "surveyed_on": "วันที่สำรวจ",
        "depth_cm": "ระดับน้ำในบ้าน (ซม.)",
        "damage_baht": "มูลค่าความเสียหาย (บาท)",
        "amphoe_code": "รหัสอำเภอ",
    },
    "gauge_readings": {
        "station_id": "STATION",
        "kind_code": "TYPE",
        "province_code": "PROV_CODE",
        "measured_on": "DATE",
        "rain_mm": "RAIN_MM",
        "level_m": "LEVEL_M",
        "received_on": "RECEIVED",
    },
    "reservoir_storage": {
        "reservoir_id": "รหัสอ่างเก็บน้ำ",
        "basin_code": "ลุ่มน้ำ",
        "measured_on": "วันที่",
        "capacity_mcm": "ความจุ (ล้าน ลบ.ม.)",
        "storage_mcm": "ปริมาตรน้ำ (ล้าน ลบ.ม.)",
        "dam_reported_on": "วันที่รายงาน",
    },
    "water_demand": {
        "amphoe_code": "อำเภอ",
        "basin_code": "รหัสลุ่มน้ำ",
        "use_code": "ประเภทการใช้น้ำ",
        "demand_mcm": "ความต้องการใช้น้ำ (ล้าน ลบ.ม.)",
        "estimated_on": "วันที่ประมาณการ",
    },
}


def _tenths(column: str) -> pl.Expr:
    return (pl.col(column) // 10).cast(pl.String) + "." + (pl.col(column) % 10).cast(pl.String)


def _two_ways(rng: np.random.Generator, days: pl.Series, first: str, second: str) -> pl.Expr:
    """One column of dates as two clerks write it."""
    other = pl.lit(pl.Series(rng.random(len(days)) < 0.4))
    return pl.when(other).then(pl.lit(mess.buddhist(days, second))).otherwise(pl.lit(mess.buddhist(days, first)))


def _events(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A sheet with long Buddhist dates in Thai digits beside short ones."""
    return rows.select(
        "event_id",
        "amphoe_code",
        began_on=_two_ways(rng, rows["began_on"], "short", "long"),
        ended_on=_two_ways(rng, rows["ended_on"], "short", "long"),
        declared_on=pl.lit(mess.buddhist(rows["declared_on"], "slash")),
    )


def _households(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """House codes with dashes, some in Thai digits; commas in money."""
    dashed = pl.col("house_id").str.replace(r"^(\d{4})(\d{6})(\d)$", "$1-$2-$3")
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.3))
    return rows.select(
        house_id=pl.when(thai).then(mess.thai_digits(dashed)).otherwise(dashed),
        event_id="event_id",
        flooded_on=_two_ways(rng, rows["flooded_on"], "slash", "long"),
        surveyed_on=pl.lit(mess.buddhist(rows["surveyed_on"], "short")),
        depth_cm=pl.col("depth_cm").cast(pl.String),
        damage_baht=mess.baht(pl.col("damage"), commas=True),
        amphoe_code="amphoe_code",
    )


def _readings(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A logger's table: English headers, ISO dates, a dash where a station measures nothing of the kind."""
    del rng
    return rows.select(
        "station_id",
        "kind_code",
        "province_code",
        measured_on=pl.col("measured_on").dt.to_string("%Y-%m-%d"),
        rain_mm=_tenths("rain").fill_null("-"),
        level_m=mess.baht(pl.col("level"), commas=False).fill_null("-"),
        received_on=pl.col("received_on").dt.to_string("%Y-%m-%d"),
    )


def _storage(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Thai headers, Buddhist dates, commas."""
    return rows.select(
        "reservoir_id",
        "basin_code",
        measured_on=_two_ways(rng, rows["measured_on"], "slash", "short"),
        capacity_mcm=mess.baht(pl.col("capacity"), commas=True),
        storage_mcm=mess.baht(pl.col("storage"), commas=True),
        dam_reported_on=pl.lit(mess.buddhist(rows["dam_reported_on"], "slash")),
    )


def _demand(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Tab-separated, Thai digits in half of the figures."""
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.5))
    figure = mess.baht(pl.col("demand"), commas=True)
    return rows.select(
        "amphoe_code",
        "basin_code",
        "use_code",
        demand_mcm=pl.when(thai).then(mess.thai_digits(figure)).otherwise(figure),
        estimated_on=pl.lit(mess.buddhist(rows["estimated_on"], "short_thai_digits")),
    )


HANDS = {
    "flood_events": Hand(
        HEADERS["flood_events"],
        _events,
        title=("กรมป้องกันและบรรเทาสาธารณภัย (ข้อมูลจำลอง)", "ทะเบียนเหตุอุทกภัย ถึงเดือน {period}"),
    ),
    "flooded_households": Hand(HEADERS["flooded_households"], _households, encoding="cp874"),
    "gauge_readings": Hand(HEADERS["gauge_readings"], _readings, encoding="utf-8-sig"),
    "reservoir_storage": Hand(
        HEADERS["reservoir_storage"],
        _storage,
        title=("กรมชลประทาน (ข้อมูลจำลอง)", "ปริมาตรน้ำในอ่างเก็บน้ำรายวัน ประจำเดือน {period}"),
    ),
    "water_demand": Hand(HEADERS["water_demand"], _demand, separator="\t", suffix="txt"),
}
