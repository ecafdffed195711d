"""Each agency's own handwriting: headers, encodings, forms of dates and numbers."""

import numpy as np
import polars as pl

from khlang.simulate import mess
from khlang.simulate.extract import Hand

HEADERS: dict[str, dict[str, str]] = {
    "bus_schedule": {
        "trip_code": "เที่ยวรถ",
        "route_code": "สาย",
        "stop_sequence": "ลำดับป้าย",
        "stop_code": "รหัสป้าย",
        "stop_latitude": "ละติจูดป้าย",
        "stop_longitude": "ลองจิจูดป้าย",
        "province_code": "จังหวัด",
        "planned_hour": "เวลาถึง (ชั่วโมง)",
        "planned_minute": "เวลาถึง (นาที)",
        "service_day_code": "วันเดินรถ",
        "timetable_on": "วันที่ออกตาราง",
    },
    "bus_positions": {
        "bus_code": "รหัสรถ",
        "seen_on": "วันที่บันทึก",
        "seen_second": "เวลา (วินาทีของวัน)",
        "service_on": "วันให้บริการ",
        "trip_code": "รหัสเที่ยว",
        "latitude": "LAT",
        "longitude": "LON",
        "speed_kmh": "ความเร็ว (กม./ชม.)",
        "received_on": "วันที่รับข้อมูล",
    },
    "flight_arrivals": {
        "nationality_code": "สัญชาติ",
        "airport_code": "ท่าอากาศยาน",
        "arrived_on": "วันที่เดินทางเข้า",
        "flights": "จำนวนเที่ยวบิน",
        "passengers": "จำนวนผู้โดยสาร (คน)",
        "received_on": "วันที่ปรับปรุง",
    },
    "traffic_counts": {
        "road_station_code": "STATION",
        "counted_on": "DATE",
        "hour": "HOUR",
        "road_code": "ROUTE",
        "province_code": "PROVINCE",
        "setting_code": "SETTING",
        "vehicle_count": "VEHICLES",
        "mean_speed_kmh": "SPEED",
        "received_on": "RECEIVED",
    },
}


def _tenths(column: str) -> pl.Expr:
    """Tenths as text, also below zero."""
    size = pl.col(column).abs()
    sign = pl.when(pl.col(column) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return sign + (size // 10).cast(pl.String) + "." + (size % 10).cast(pl.String)


def _degrees(column: str) -> pl.Expr:
    """Millionths of a degree as text of degrees; Thailand lies north and east of zero."""
    return (
        (pl.col(column) // 1_000_000).cast(pl.String) + "." + (pl.col(column) % 1_000_000).cast(pl.String).str.zfill(6)
    )


def _two_ways(rng: np.random.Generator, days: pl.Series, first: str, second: str) -> pl.Expr:
    """One column of dates as two clerks write it."""
    other = pl.lit(pl.Series(rng.random(len(days)) < 0.4))
    return pl.when(other).then(pl.lit(mess.buddhist(days, second))).otherwise(pl.lit(mess.buddhist(days, first)))


def _schedule(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Windows-874, hours that go on after midnight, some of them in Thai digits."""
    hour, minute = ((pl.col("planned") // size % of).cast(pl.String) for size, of in ((3600, 99), (60, 60)))
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.2))
    return rows.select(
        "trip_code",
        "route_code",
        "stop_sequence",
        "stop_code",
        stop_latitude=_degrees("stop_latitude"),
        stop_longitude=_degrees("stop_longitude"),
        province_code="province_code",
        planned_hour=pl.when(thai).then(mess.thai_digits(hour)).otherwise(hour),
        planned_minute=minute.str.zfill(2),
        service_day_code=pl.col("service_day_code").str.to_lowercase(),
        timetable_on=pl.lit(mess.buddhist(rows["timetable_on"], "long")),
    )


def _positions(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A dump of the devices' server: its clock counts Buddhist years. Whole numbers and codes are written as held."""
    del rng
    return rows.select(
        "bus_code",
        pl.lit(mess.buddhist(rows["seen_on"], "slash")).alias("seen_on"),
        "seen_second",
        pl.lit(mess.buddhist(rows["service_on"], "slash")).alias("service_on"),
        "trip_code",
        _degrees("latitude"),
        _degrees("longitude"),
        _tenths("speed").alias("speed_kmh"),
        pl.lit(mess.buddhist(rows["received_on"], "slash")).alias("received_on"),
    )


def _arrivals(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A workbook; commas in the passengers. What was sent in earlier months is not written again."""
    now = rows.filter(pl.col("sent_in") == pl.col("sent_in").max())
    passengers = mess.baht(pl.col("passengers") * 100, commas=True).str.strip_suffix(".00")
    return now.select(
        "nationality_code",
        "airport_code",
        arrived_on=_two_ways(rng, now["arrived_on"], "short", "slash"),
        flights=pl.col("flights").cast(pl.String),
        passengers=passengers,
        received_on=pl.lit(mess.buddhist(now["received_on"], "short_thai_digits")),
    )


def _counts(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A counter's table: English headers, ISO dates, a dash where nobody passed."""
    del rng
    return rows.select(
        "road_station_code",
        pl.col("counted_on").dt.to_string("%Y-%m-%d"),
        "hour",
        "road_code",
        "province_code",
        "setting_code",
        pl.col("vehicles").alias("vehicle_count"),
        _tenths("speed").fill_null("-").alias("mean_speed_kmh"),
        pl.col("received_on").dt.to_string("%Y-%m-%d"),
    )


HANDS = {
    "bus_schedule": Hand(HEADERS["bus_schedule"], _schedule, encoding="cp874"),
    "bus_positions": Hand(HEADERS["bus_positions"], _positions),
    "flight_arrivals": Hand(
        HEADERS["flight_arrivals"],
        _arrivals,
        title=("บริษัท ท่าอากาศยานไทย จำกัด (มหาชน) (ข้อมูลจำลอง)", "ผู้โดยสารขาเข้ารายสัญชาติ ประจำเดือน {period}"),
    ),
    "traffic_counts": Hand(HEADERS["traffic_counts"], _counts, encoding="utf-8-sig"),
}
